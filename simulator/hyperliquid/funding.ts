import { DAY, HOUR, SECOND } from '../../functions/core/time/time.ts';
import type { VenueContext } from '../frame/module.ts';
import { decimal } from '../numbers/decimal.ts';
import { smooth, streamOf, unit } from '../numbers/noise.ts';
import type { Fields } from './body.ts';
import { type Coin, coinOf, PERPS } from './coins.ts';

const PAGE = 500;

/** Every eight hours before, every hour from here on. */
const HOURLY_FROM = Date.UTC(2023, 5, 8);

/** Hours in which nothing was settled, for all coins. */
const NEVER_FILLED = new Set(
  ['2023-07-02T20', '2023-08-23T20', '2024-08-15T13'].map((hour) => Date.parse(`${hour}:00Z`)),
);

/** Once the settlement of 08:00 came at 08:23:53. */
const LATE = { due: Date.UTC(2023, 4, 23, 8), by: 1_433 * SECOND };

/** The oldest settlements of a range, oldest first; both bounds are inclusive. @returns undefined for an unknown perpetual */
export function fundingHistory(
  context: VenueContext,
  body: Fields,
  now: number,
): readonly unknown[] | undefined {
  const name = body.text('coin');
  const [start, end = now] = [body.instant('startTime'), body.optionalInstant('endTime')];
  const coin = coinOf(name, now);
  if (!coin || !PERPS.includes(coin)) return undefined;
  const rows: unknown[] = [];
  for (const due of dues(coin, start - HOUR, Math.min(end, now))) {
    const time = due + lateness(context.seed, coin, due);
    if (time < start || time > Math.min(end, now)) continue;
    rows.push({ coin: name, ...rates(context.seed, coin, due), time });
    if (rows.length === PAGE) break;
  }
  return rows;
}

/** Hours at which something was settled, in order. */
function* dues({ contract }: Coin, from: number, to: number): Generator<number> {
  const { listedAt, delistedAt = Infinity } = contract;
  const stepAt = (at: number): number => (at < HOURLY_FROM ? 8 * HOUR : HOUR);
  const first = Math.max(from, listedAt);
  for (let at = Math.floor(first / (8 * HOUR)) * 8 * HOUR; at <= Math.min(to, delistedAt); at += stepAt(at)) {
    if (at >= first && !NEVER_FILLED.has(at)) yield at;
  }
}

/** Lately 0 to 0.3 s, in 2023 up to 0.7 s. */
function lateness(seed: number, { name }: Coin, due: number): number {
  if (due === LATE.due) return LATE.by;
  const most = due < Date.UTC(2024, 0) ? 700 : 300;
  return Math.floor(most * unit(streamOf(seed, 'hyperliquid', name, 'jitter'), due / HOUR));
}

const INTEREST = 0.000_1;
const CLAMP = 0.000_5;

/** For the interval that ends: an eighth of eight hours' worth when it is an hour. */
function rates(seed: number, { name }: Coin, due: number): { fundingRate: string; premium: string } {
  const stream = streamOf(seed, 'hyperliquid', name, 'premium');
  const premium = 0.000_8 * smooth(stream, due, 5 * DAY) + 0.000_2 * (unit(stream, due / HOUR) - 0.5);
  const whole = premium + Math.min(CLAMP, Math.max(-CLAMP, INTEREST - premium));
  const part = due < HOURLY_FROM ? 1 : 1 / 8;
  return { fundingRate: fraction(whole * part, 10), premium: fraction(premium, 10) };
}

const fraction = (value: number, digits: number): string =>
  decimal(Math.round(value * 10 ** digits), digits)
    .replace(/0+$/, '')
    .replace(/\.$/, '.0');
