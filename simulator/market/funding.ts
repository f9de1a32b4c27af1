import { HOUR } from '../../functions/core/time/time.ts';
import { hash32, smooth, streamOf, unit } from '../numbers/noise.ts';
import type { Contract } from './contracts.ts';

const at = (text: string): number => Date.parse(`${text}:00Z`);

interface Phase {
  readonly from: number;
  readonly hours: number;
}

/** Settlement intervals that were not 8 h throughout; the last phase is still in force. */
const PHASES: Readonly<Record<string, readonly Phase[]>> = {
  SOLUSDT: [
    { from: 0, hours: 8 },
    { from: at('2022-11-09T16:00'), hours: 4 },
    { from: at('2022-11-10T08:00'), hours: 2 },
    { from: at('2022-11-18T00:00'), hours: 8 },
  ],
  NEWUSDT: [
    { from: 0, hours: 4 },
    // At its cap the symbol settles hourly until it calms down.
    { from: at('2025-08-03T12:00'), hours: 1 },
    { from: at('2025-08-05T00:00'), hours: 4 },
    { from: at('2026-02-02T00:00'), hours: 8 },
  ],
  AVAXUSDT: [
    { from: 0, hours: 8 },
    { from: at('2024-03-12T08:00'), hours: 4 },
    { from: at('2024-06-03T12:00'), hours: 1 },
    // In the middle of an interval: the settlement after it comes three hours later.
    { from: at('2024-06-05T13:00'), hours: 8 },
    { from: at('2024-06-10T00:00'), hours: 4 },
  ],
};
const EVERY_8_HOURS: readonly Phase[] = [{ from: 0, hours: 8 }];

export interface Settlement {
  /** the hour it is due, epoch ms */
  readonly due: number;
  /** execution stamp: 0 to 50 ms later */
  readonly time: number;
  /** since the settlement before */
  readonly intervalHours: number;
  /** in 10^-8 */
  readonly rate: number;
}

/** The phase in force just before an instant: the one that decides when the next settlement is. */
export function phaseAt(symbol: string, at: number): Phase {
  const phases = PHASES[symbol] ?? EVERY_8_HOURS;
  return phases.findLast((p) => p.from < at) ?? (phases[0] as Phase);
}

/** Symbols whose interval is or was not the default, and since when the present one is in force. */
export const adjustedSymbols = (now: number): { symbol: string; phase: Phase }[] =>
  Object.keys(PHASES).map((symbol) => ({ symbol, phase: phaseAt(symbol, now) }));

/** Settlements of a perpetual whose stamp lies in `[start, end)`. */
export function settlements(seed: number, contract: Contract, start: number, end: number): Settlement[] {
  const stream = streamOf(seed, 'um', contract.symbol, 'funding');
  const out: Settlement[] = [];
  // A stamp is late by less than a second, so the first that can count is due an hour before at most.
  const from = Math.floor(Math.max(start - HOUR, contract.listedAt) / HOUR) * HOUR;
  for (let due = from; due < Math.min(end, contract.delistedAt ?? Infinity); due += HOUR) {
    const { hours } = phaseAt(contract.symbol, due);
    // The first step after the listing is longer than the rest.
    if (due % (hours * HOUR) !== 0 || due < contract.listedAt + hours * HOUR) continue;
    const time = due + jitter(stream, due);
    if (time < start || time >= end) continue;
    out.push({ due, time, intervalHours: hours, rate: rateAt(stream, due, hours) });
  }
  return out;
}

/** What the archive writes after a contract's end: one rate every eight hours, exact to the hour. */
export function frozenSettlements(contract: Contract, start: number, end: number): Settlement[] {
  const { delistedAt, frozenUntil } = contract;
  if (delistedAt === undefined || frozenUntil === undefined) return [];
  const every = FROZEN_HOURS * HOUR;
  const first = Math.ceil(Math.max(start, delistedAt) / every) * every;
  const count = Math.max(0, Math.ceil((Math.min(end, frozenUntil) - first) / every));
  return Array.from({ length: count }, (_, n) => {
    const due = first + n * every;
    return { due, time: due, intervalHours: FROZEN_HOURS, rate: FROZEN_RATE };
  });
}

const FROZEN_HOURS = 8;
/** The interest part alone, in 10^-8. */
const FROZEN_RATE = 10_000;

/** About half of the stamps are exact. */
function jitter(stream: number, due: number): number {
  const h = hash32(stream, due);
  return h % 2 === 0 ? 0 : (1 + (((h >>> 1) % 50) * ((h >>> 9) % 50)) / 49) | 0;
}

/** The interest part, unless the premium is more than the band in which it is ignored. */
function rateAt(stream: number, due: number, hours: number): number {
  const hour = due / HOUR;
  const premium =
    45_000 * smooth(stream, hour, 90) +
    30_000 * smooth(stream, hour, 17) +
    8_000 * (unit(stream, hour) - 0.5);
  const interest = 10_000;
  const over = Math.abs(premium) <= 30_000 ? 0 : premium - Math.sign(premium) * 30_000;
  return Math.round((interest + over) * (hours / 8));
}
