import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { toBatch } from '../../../functions/core/series/batch.ts';
import type { Series } from '../../../functions/core/series/series.ts';
import { DAY, HOUR, MINUTE } from '../../../functions/core/time/time.ts';
import { sources } from '../../../functions/sources/index.ts';
import type { Sql } from '../../../functions/stores/postgres/postgres.ts';
import { createComparisonReader } from '../../../functions/stores/queries/comparisons.ts';
import { MemoryWarehouse } from '../../../simulation/memory/ledger/warehouse.ts';
import { createMemoryComparisonReader } from '../../../simulation/memory/watch/comparisons.ts';
import { createTestDatabase, type TestDatabase } from '../../helpers/database.ts';

const START = Date.UTC(2025, 2, 1);
const tables = (id: string) => sources[id]!.table;
const PERP: Series = { source: 'klines_perp', symbol: 'BTCUSDT', timeframe: '1m' };
const SPOT: Series = { ...PERP, source: 'klines_spot' };
const HOURS: Series = { ...SPOT, timeframe: '1h' };
const BYBIT: Series = { ...PERP, source: 'price_klines', timeframe: '5m' };
const INTEREST: Series = { ...PERP, source: 'open_interest_binance', timeframe: '5m' };

let database: TestDatabase;
let sql: Sql;
beforeAll(async () => {
  database = await createTestDatabase();
  sql = database.connect({ role: 'gordon_writer' });
});
afterAll(() => database?.[Symbol.asyncDispose]());

/** A row of a series, all of whose numbers follow from one. */
function rowOf({ source, symbol, timeframe }: Series, time: number, value: number): Record<string, unknown> {
  if (source === 'open_interest_binance') {
    const base = { venue: 'binance', symbol, timeframe, time, unit: 'base_coin', sides: 'one' };
    return { ...base, open_interest: value % 7 === 0 ? 0 : 3, value_usd: 3 * value };
  }
  const prices = { open: value, high: value + (value % 5), low: value - (value % 3) / 2, close: value + 0.5 };
  if (source === 'price_klines')
    return { timestamp: time, symbol, timeframe, ...prices, volume: 1, turnover: 2 };
  const volumes = {
    volume: value % 11,
    quote_volume: value * 2,
    taker_buy_volume: 1,
    taker_buy_quote_volume: 1,
  };
  return { symbol, timeframe, open_time: time, ...prices, ...volumes, trades: value };
}

async function both(content: ReadonlyMap<Series, ReadonlyMap<number, number>>) {
  const warehouse = new MemoryWarehouse(tables);
  for (const [series, values] of content) {
    const table = tables(series.source);
    const rows = [...values].toSorted(([a], [b]) => a - b).map(([time, value]) => rowOf(series, time, value));
    await sql`delete from market_data.${sql(table.name)} where timeframe = ${series.timeframe}`;
    const stamps = table.columns
      .filter(({ name, type }) => type === 'timestamptz' && name in rowOf(series, 0, 1))
      .map(({ name }) => name);
    for (const row of rows) {
      const stored = {
        ...row,
        ...Object.fromEntries(stamps.map((name) => [name, new Date(Number(row[name]))])),
      };
      await sql`insert into market_data.${sql(table.name)} ${sql(stored as never)}`;
    }
    const cells = rows.map((row) =>
      table.columns.map(({ name }) => (row[name] ?? null) as number | string | null),
    );
    if (cells.length > 0) warehouse.rows.merge(series, toBatch(table, cells));
  }
  return [createComparisonReader(sql, tables), createMemoryComparisonReader(warehouse)] as const;
}

const valuesAt = (step: number, count: number) =>
  fc
    .uniqueArray(fc.integer({ min: -1, max: count }), { maxLength: 24 })
    .chain((steps) =>
      fc
        .array(fc.integer({ min: 1, max: 1_000 }), { minLength: steps.length, maxLength: steps.length })
        .map((values) => new Map(steps.map((at, i) => [START + at * step, values[i]!]))),
    );

it('prices of an hour are those that the same rows give in memory', async () => {
  const close = { price: 'close', afterMs: MINUTE };
  const range = { start: START, end: START + 2 * HOUR };
  await fc.assert(
    fc.asyncProperty(
      valuesAt(MINUTE, 24),
      valuesAt(MINUTE, 24),
      valuesAt(5 * MINUTE, 24),
      valuesAt(5 * MINUTE, 24),
      async (perp, spot, bybit, interest) => {
        const readers = await both(
          new Map([
            [PERP, perp],
            [SPOT, spot],
            [BYBIT, bybit],
            [INTEREST, interest],
          ]),
        );
        for (const [left, right] of [
          [
            { series: PERP, ...close },
            { series: SPOT, ...close },
          ],
          [
            { series: PERP, ...close },
            { series: BYBIT, price: 'close', afterMs: 5 * MINUTE },
          ],
          [
            { series: INTEREST, price: { of: 'value_usd', per: 'open_interest' }, afterMs: 0 },
            { series: PERP, ...close },
          ],
        ] as const) {
          const [stored, inMemory] = await Promise.all(readers.map((one) => one.prices(left, right, range)));
          expect(stored).toEqual(inMemory);
        }
      },
    ),
    { numRuns: 25 },
  );
});

it('prices are paired in one pass, also where the database does not know yet how full its tables are', async () => {
  await using fresh = await createTestDatabase();
  const session = fresh.connect();
  for (const name of ['perp_klines', 'spot_klines']) {
    await session`
      insert into market_data.${session(name)} (symbol, timeframe, open_time, open, high, low, close, volume, quote_volume, trades,
        taker_buy_volume, taker_buy_quote_volume)
      select 'BTCUSDT', '1m', ${new Date(START)}::timestamptz + n * interval '1 minute', 1, 1, 1, 1, 1, 1, 1, 1, 1
      from generate_series(0, ${DAY / MINUTE - 1}::int) n`;
  }
  const plans: string[] = [];
  const explained = new Proxy(session, {
    apply(target, self, [strings, ...values]: [unknown, ...unknown[]]) {
      const [first = '', ...rest] = Array.isArray(strings) && 'raw' in strings ? (strings as string[]) : [];
      if (!/^\s*with\b/.test(first)) return Reflect.apply(target as never, self, [strings, ...values]);
      const texts = [`explain ${first}`, ...rest];
      const plan = Reflect.apply(target as never, self, [Object.assign(texts, { raw: texts }), ...values]);
      return (plan as Promise<Record<string, string>[]>).then((rows) => {
        plans.push(rows.map((row) => row['QUERY PLAN']).join('\n'));
        return [];
      });
    },
  });
  const close = { price: 'close', afterMs: MINUTE };
  const range = { start: START, end: START + DAY };
  const sides = [
    { series: PERP, ...close },
    { series: SPOT, ...close },
  ] as const;
  await createComparisonReader(explained, tables).prices(...sides, range);
  expect(plans).toHaveLength(1);
  expect(plans[0]).not.toContain('Nested Loop');
  expect(await createComparisonReader(session, tables).prices(...sides, range)).toHaveLength(24);
});

it('a candle of an hour is compared with its sixty minutes, and with none where one is missing', async () => {
  const value = (i: number): number => 100 + ((i * 37) % 90);
  const minutes = new Map(Array.from({ length: 180 }, (_, i) => [START + i * MINUTE, value(i)]));
  // The second hour lacks a minute.
  minutes.delete(START + 77 * MINUTE);
  const hours = new Map([0, 1, 2].map((i) => [START + i * HOUR, value(i)]));
  const range = { start: START, end: START + DAY };
  const readers = await both(
    new Map([
      [SPOT, minutes],
      [HOURS, hours],
    ]),
  );
  const [stored, inMemory] = await Promise.all(readers.map((one) => one.candles(SPOT, HOURS, range)));
  expect(stored!.map(({ start }) => (start - START) / HOUR)).toEqual([0, 2]);
  expect(stored).toEqual(inMemory);
  expect(stored![0]!.made).toMatchObject({ open: value(0), close: value(59) + 0.5 });
});
