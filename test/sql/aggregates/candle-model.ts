import * as fc from 'fast-check';
import { expect } from 'vitest';
import { AGGREGATES, type AggregateStore } from '../../../functions/core/aggregates/aggregates.ts';
import { normalize, type Range, union } from '../../../functions/core/time/range.ts';
import { ceilTo, DAY, floorTo, HOUR, iso, MINUTE } from '../../../functions/core/time/time.ts';
import type { Sql } from '../../../functions/stores/postgres/postgres.ts';

const STEP = 5 * MINUTE;

/** Something that happens to the rows of one run's days. Positions are in steps. */
export type Change =
  | {
      readonly kind: 'write';
      readonly symbol: string;
      readonly from: number;
      readonly steps: number;
      readonly seed: number;
    }
  | { readonly kind: 'delete'; readonly symbol: string; readonly from: number; readonly steps: number };

const DAYS = 3;
const place = {
  symbol: fc.constantFrom('AAAUSDT', 'BBBUSDT'),
  from: fc.integer({ min: 0, max: (DAYS * DAY) / STEP - 1 }),
  steps: fc.integer({ min: 1, max: 300 }),
};
const change: fc.Arbitrary<Change> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('write' as const), ...place, seed: fc.nat(1000) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('delete' as const), ...place }) },
);

/** Several changes between two refreshes, and several refreshes. */
export const history = fc.array(fc.array(change, { minLength: 1, maxLength: 4 }), {
  minLength: 1,
  maxLength: 4,
});

/** Days of their own for each run, so that runs on one database do not meet. */
export const daysOf = (run: number): Range => {
  const start = Date.UTC(2023, 0, 1) + run * (DAYS + 1) * DAY;
  return { start, end: start + DAYS * DAY };
};

/** @returns the span that it touched */
export async function apply(sql: Sql, days: Range, change: Change): Promise<Range> {
  const start = days.start + change.from * STEP;
  const end = Math.min(start + change.steps * STEP, days.end);
  if (change.kind === 'delete') {
    await sql`
      delete from market_data.price_klines where symbol = ${change.symbol}
        and "timestamp" >= ${new Date(start)} and "timestamp" < ${new Date(end)}`;
    return { start, end };
  }
  await writeCandles(sql, change.symbol, { start, end }, change.seed);
  return { start, end };
}

/**
 * Candles with holes, which follow from the seed; rows that are there get new values, as late and restated ones do. Numbers
 * are multiples of 1/1024: their sums are exact in any order. Candles of another timeframe stand beside them.
 */
export async function writeCandles(
  sql: Sql,
  symbol: string,
  { start, end }: Range,
  seed: number,
): Promise<void> {
  await sql`
    insert into market_data.price_klines ("timestamp", symbol, timeframe, open, high, low, close, volume, turnover)
    select at, ${symbol}::text, timeframe, 100 + (n * 7 + seed) % 64 / 64.0, 102 + (n * 11 + seed) % 128 / 128.0,
      98 - (n * 13 + seed) % 256 / 256.0, 100 + (n * 17 + seed) % 512 / 512.0, (n * 19 + seed) % 4096 / 1024.0,
      (n * 23 + seed) % 65536 / 1024.0
    from (select at, (extract(epoch from at) / 300)::int8 as n, ${seed}::int8 as seed
      from generate_series(${new Date(start)}::timestamptz, ${new Date(end - STEP)}::timestamptz, interval '5 minutes') at) rows
    cross join (values ('5m'), ('15m')) as frame (timeframe)
    where (n * 31 + seed * 7) % 5 <> 0 and (timeframe = '5m' or n % 3 = 0)
    on conflict (symbol, timeframe, "timestamp") do update set open = excluded.open, high = excluded.high,
      low = excluded.low, close = excluded.close, volume = excluded.volume, turnover = excluded.turnover`;
}

/** How young a row must be to enter an aggregate automatically, ms. */
const LOOKBACK: Readonly<Record<string, number>> = {
  price_klines_15m: 30 * MINUTE,
  price_klines_30m: HOUR,
  price_klines_1h: 2 * HOUR,
  price_klines_4h: 8 * HOUR,
  price_klines_12h: DAY,
  price_klines_1d: 2 * DAY,
};

/** Rows of a separate symbol for each aggregate, over 95 % of its lookback. */
export async function writeWithinLookbacks(sql: Sql, now: number): Promise<void> {
  for (const [name, lookback] of Object.entries(LOOKBACK)) {
    const range = { start: ceilTo(now - 0.95 * lookback, STEP), end: floorTo(now, STEP) };
    await writeCandles(sql, `LATE_${name}`, range, 7);
  }
}

/** Compares each aggregate with the rows of its own lookback. @param now what they were written with */
export async function expectWithinLookbacks(sql: Sql, now: number): Promise<void> {
  const range = { start: floorTo(now, DAY) - 3 * DAY, end: now + DAY };
  for (const name of Object.keys(LOOKBACK)) {
    await expectEqual(sql, range, { names: [name], symbol: `LATE_${name}` });
  }
}

export interface Only {
  /** defaults to all aggregates */
  readonly names?: readonly string[];
  /** defaults to all symbols */
  readonly symbol?: string;
}

/** Compares aggregates within a range with what the candles themselves give. */
export async function expectEqual(sql: Sql, { start, end }: Range, only: Only = {}): Promise<void> {
  const { names, symbol = '%' } = only;
  for (const { name, width } of AGGREGATES) {
    if (names?.includes(name) === false) continue;
    const [row] = await sql<{ wrong: object[] | null; buckets: number }[]>`
      with recomputed as (
        select to_timestamp(floor(extract(epoch from "timestamp") / ${width / 1000}::int8) * ${width / 1000}::int8) as bucket,
          symbol, (array_agg(open order by "timestamp"))[1] as open, max(high) as high, min(low) as low,
          (array_agg(close order by "timestamp" desc))[1] as close, sum(volume) as volume, sum(turnover) as turnover,
          count(*) as count
        from market_data.price_klines
        where timeframe = '5m' and symbol like ${symbol}::text
          and "timestamp" >= ${new Date(start)} and "timestamp" < ${new Date(end)} group by 1, 2),
      stored as (
        select * from (
          select '15m' as of, * from market_data.price_klines_15m union all
          select '30m', * from market_data.price_klines_30m union all
          select '1h', * from market_data.price_klines_1h union all
          select '4h', * from market_data.price_klines_4h union all
          select '12h', * from market_data.price_klines_12h union all
          select '1d', * from market_data.price_klines_1d) every
        where 'price_klines_' || of = ${name}::text and symbol like ${symbol}::text
          and bucket >= ${new Date(start)} and bucket < ${new Date(end)})
      select jsonb_agg(jsonb_build_object('recomputed', to_jsonb(r), 'stored', to_jsonb(s))) as wrong,
        (select count(*) from recomputed)::int4 as buckets
      from recomputed r full join stored s on r.bucket = s.bucket and r.symbol = s.symbol
      where (r.open, r.high, r.low, r.close, r.volume, r.turnover, r.count)
        is distinct from (s.open, s.high, s.low, s.close, s.volume, s.turnover, s.count)`;
    expect(row?.wrong ?? [], `${name} from ${iso(start)}`).toEqual([]);
  }
}

/** After each round of changes and a refresh of what they touched, every aggregate equals its candles. */
export async function holds(
  sql: Sql,
  store: AggregateStore,
  days: Range,
  rounds: readonly (readonly Change[])[],
): Promise<void> {
  for (const round of rounds) {
    let touched = normalize([]);
    for (const change of round) touched = union(touched, [await apply(sql, days, change)]);
    await store.refresh(touched);
    await expectEqual(sql, { start: days.start - DAY, end: days.end + DAY });
  }
}
