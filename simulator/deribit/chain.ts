import { DAY, HOUR } from '../../functions/core/time/time.ts';
import type { Prices } from '../market/price.ts';
import { hash32, streamOf } from '../numbers/noise.ts';

export const CURRENCIES = ['BTC', 'ETH'] as const;
export type Currency = (typeof CURRENCIES)[number];

type Class = 'day' | 'week' | 'month' | 'quarter';

/** How long before its expiry a contract is listed, and the strikes it gets: steps and reach as shares of the price. */
const RULES: Readonly<Record<Class, { days: number; step: number; below: number; above: number }>> = {
  day: { days: 3, step: 0.0075, below: 0.11, above: 0.12 },
  week: { days: 28, step: 0.013, below: 0.2, above: 0.22 },
  month: { days: 91, step: 0.025, below: 0.34, above: 0.44 },
  quarter: { days: 364, step: 0.06, below: 0.62, above: 1.4 },
};

export interface Expiry {
  /** the coin */
  readonly currency: string;
  /** 08:00 UTC, epoch ms */
  readonly at: number;
  readonly class: Class;
  /** `28MAR25` */
  readonly code: string;
}

export interface Option {
  readonly name: string;
  readonly expiry: Expiry;
  readonly strike: number;
  readonly call: boolean;
  /** epoch ms */
  readonly listedAt: number;
}

const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];

/** A day without a leading zero, as in `2APR20`. */
function codeOf(at: number): string {
  const d = new Date(at);
  return `${d.getUTCDate()}${MONTHS[d.getUTCMonth()]}${String(d.getUTCFullYear()).slice(2)}`;
}

function classOf(at: number): Class {
  const d = new Date(at);
  if (d.getUTCDay() !== 5) return 'day';
  const lastOfMonth = new Date(at + 7 * DAY).getUTCMonth() !== d.getUTCMonth();
  if (!lastOfMonth) return 'week';
  return d.getUTCMonth() % 3 === 2 ? 'quarter' : 'month';
}

/** The last 08:00 UTC, at which options expire and are listed. */
export const eight = (at: number): number => Math.floor((at - 8 * HOUR) / DAY) * DAY + 8 * HOUR;

/** The expiries that are listed at an instant, nearest first. */
export function expiries(currency: string, now: number): Expiry[] {
  const out: Expiry[] = [];
  for (let at = eight(now) + DAY; at <= now + (RULES.quarter.days + 1) * DAY; at += DAY) {
    const kind = classOf(at);
    if (at - RULES[kind].days * DAY <= now) out.push({ currency, at, class: kind, code: codeOf(at) });
  }
  return out;
}

/** Every option listed at an instant, in the order in which the venue happens to list them. */
export function options(seed: number, prices: Prices, currency: string, now: number): Option[] {
  const all = expiries(currency, now).flatMap((expiry) => {
    const strikes = strikesOf(prices, expiry, now);
    return strikes.flatMap(({ strike, listedAt }) =>
      [true, false].map((call) => ({
        name: `${currency}-${expiry.code}-${strike}-${call ? 'C' : 'P'}`,
        expiry,
        strike,
        call,
        listedAt,
      })),
    );
  });
  const order = new Map(all.map((o) => [o, hash32(streamOf(seed, 'deribit', o.name), 0)]));
  return all.toSorted((a, b) => (order.get(a) ?? 0) - (order.get(b) ?? 0));
}

/** The ladder of the listing day, and on each later day what the price has come near to. */
function strikesOf(
  prices: Prices,
  { currency, at, class: kind }: Expiry,
  now: number,
): { strike: number; listedAt: number }[] {
  const { days, step: share, below, above } = RULES[kind];
  const listing = at - days * DAY;
  const step = niceStep(prices.at(currency, listing) * share);
  const listed = new Map<number, number>();
  for (let day = listing; day <= now; day += DAY) {
    const spot = prices.at(currency, day);
    // What is added later reaches less far than the first ladder.
    const reach = day === listing ? 1 : 0.6;
    const first = Math.max(1, Math.ceil((spot * (1 - below * reach)) / step));
    const last = Math.floor((spot * (1 + above * reach)) / step);
    for (let n = first; n <= last; n++) {
      const strike = Number((n * step).toFixed(6));
      if (!listed.has(strike)) listed.set(strike, day);
    }
  }
  return [...listed].map(([strike, listedAt]) => ({ strike, listedAt }));
}

/** 1, 2 or 5 times a power of ten, near the given size. */
function niceStep(size: number): number {
  const power = 10 ** Math.floor(Math.log10(size));
  const share = size / power;
  return power * (share < 1.5 ? 1 : share < 3.5 ? 2 : share < 7.5 ? 5 : 10);
}
