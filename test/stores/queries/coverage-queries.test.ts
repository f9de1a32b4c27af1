import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { coverageView } from '../../../functions/core/queries/coverage-view.ts';
import type { CoverageQueries } from '../../../functions/core/queries/ports.ts';
import { readColumns } from '../../../functions/core/series/table.ts';
import { DAY, HOUR, MINUTE } from '../../../functions/core/time/time.ts';
import { sources } from '../../../functions/sources/index.ts';
import type { Sql } from '../../../functions/stores/postgres/postgres.ts';
import { createCoverageQueries } from '../../../functions/stores/queries/coverage-queries.ts';
import { createTestDatabase, type TestDatabase } from '../../helpers/database.ts';
import { until } from '../../helpers/until.ts';
import { readRows } from '../read-rows.ts';

let database: TestDatabase;
let admin: Sql;
let reader: Sql;
let queries: CoverageQueries;
beforeAll(async () => {
  database = await createTestDatabase();
  admin = database.connect();
  reader = database.connect({ role: 'gordon_reader' });
  queries = createCoverageQueries(reader);
});
afterAll(() => database?.[Symbol.asyncDispose]());

const START = Date.UTC(2025, 0, 1);
const table = sources.klines_spot!.table;
const where = { symbol: 'BTCUSDT', timeframe: '1m' };

describe('rows', () => {
  beforeAll(async () => {
    await admin`
      insert into market_data.spot_klines
      select 'BTCUSDT', '1m', ${new Date(START)}::timestamptz + n * interval '1 minute', n, n + 2, n - 2, n + 1, 1, 10, 3, 0.5, 5
      from generate_series(0, 3000) n where n not between 130 and 140`;
  });

  it('come in batches, all of them, as pages have them', async () => {
    const request = { table, where, limit: 10_000, closesAfterMs: MINUTE };
    const all = await readRows(queries, { ...request, limit: 1 });
    expect(all.lengths).toEqual([2_990]);
    expect(all.rows).toEqual(await queries.rows(request));
    const few = { ...request, from: START + HOUR, to: START + 2 * HOUR, columns: ['close', 'open_time'] };
    expect((await readRows(queries, few)).rows).toEqual(await queries.rows(few));
  });

  it('come in batches of longer candles, as pages have them', async () => {
    const made = { table, where, limit: 1_000, closesAfterMs: HOUR, candles: { step: MINUTE, every: HOUR } };
    expect((await readRows(queries, { ...made, limit: 1 })).rows).toEqual(await queries.rows(made));
  });

  it('end when nobody reads on, in the midst of the rows or of the query', async () => {
    const own = database.connect({ role: 'gordon_reader', application: 'left alone' });
    const streams = createCoverageQueries(own);
    const request = { table, where, limit: 1 };
    for await (const batch of streams.batches(request, new AbortController().signal)) {
      expect(batch).toHaveLength(2_990);
      break;
    }
    const busy = () => admin<{ state: string }[]>`
      select state from pg_stat_activity where application_name = 'left alone' and state <> 'idle'`;
    await until(
      () => 'the query has ended',
      async () => (await busy()).length === 0,
      20,
    );
    // A lock that nobody gives back keeps the query from its first row.
    const gone = new AbortController();
    await admin.begin(async (tx) => {
      await tx`lock table market_data.spot_klines in access exclusive mode`;
      const first = streams.batches(request, gone.signal)[Symbol.asyncIterator]().next();
      const failed = expect(first).rejects.toThrow('nobody listens');
      await until(
        () => 'the query waits',
        async () => (await busy()).length === 1,
        20,
      );
      gone.abort(new Error('nobody listens'));
      await failed;
      await until(
        () => 'the query has ended',
        async () => (await busy()).length === 0,
        20,
      );
    });
    expect((await readRows(streams, request)).rows).toHaveLength(2_990);
  });

  it('are the newest of the range, oldest first, with times as ISO 8601', async () => {
    const rows = await queries.rows({ table, where, limit: 3, to: START + HOUR });
    expect(rows.map(({ open_time, open }) => [open_time, open])).toEqual([
      ['2025-01-01T00:57:00Z', 57],
      ['2025-01-01T00:58:00Z', 58],
      ['2025-01-01T00:59:00Z', 59],
    ]);
    expect(Object.keys(rows[0]!)).toEqual(readColumns(table).map(({ name }) => name));
    expect(await queries.rows({ table, where, limit: 9, from: START + 100 * DAY })).toEqual([]);
  });

  it('make larger candles as one makes them by hand, over a hole too', async () => {
    const candles = { step: MINUTE, every: HOUR };
    const made = await queries.rows({ table, where, limit: 3, to: START + 4 * HOUR, candles });
    const rows = await queries.rows({ table, where, limit: 1_000, from: START + HOUR, to: START + 4 * HOUR });
    expect(made).toHaveLength(3);
    for (const candle of made) {
      const hour = String(candle.open_time).slice(0, 13);
      const of = rows.filter(({ open_time }) => String(open_time).startsWith(hour));
      const all = (name: string): number[] => of.map((row) => row[name] as number);
      expect(candle).toEqual({
        open_time: candle.open_time,
        close_time: `${hour}:59:59.999Z`,
        open: all('open')[0],
        close: all('close').at(-1),
        rows: of.length,
        high: Math.max(...all('high')),
        low: Math.min(...all('low')),
        volume: of.length,
        quote_volume: 10 * of.length,
        trades: 3 * of.length,
        taker_buy_volume: 0.5 * of.length,
        taker_buy_quote_volume: 5 * of.length,
      });
    }
    const newest = await queries.rows({ table, where, limit: 1, candles });
    expect(newest).toMatchObject([{ open_time: '2025-01-03T02:00:00Z', rows: 1 }]);
    expect(await queries.rows({ table, where: { ...where, symbol: 'X' }, limit: 1, candles })).toEqual([]);
  });

  it('make days and weeks as one GROUP BY does, over holes and within any range', async () => {
    const of = { symbol: 'HOLEUSDT', timeframe: '1m' };
    await admin`
      insert into market_data.spot_klines
      select 'HOLEUSDT', '1m', ${new Date(START)}::timestamptz + n * interval '7 minutes', n % 97, n % 89, n % 83, n % 79, n % 7, n, 3, 0, n % 5
      from generate_series(0, 9000) n where n % 1000 < 300`;
    const day = fc.integer({ min: -2, max: 46 });
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(1, 2, 7),
        day,
        day,
        fc.integer({ min: 1, max: 50 }),
        async (days, a, b, limit) => {
          const [from, to] = [
            START + Math.min(a, b) * DAY + 5 * HOUR,
            START + Math.max(a, b) * DAY + 7 * HOUR,
          ];
          const candles = { step: MINUTE, every: days * DAY };
          const grouped = await admin`
          select to_char(date_bin(${`${days} days`}, open_time, '2000-01-01Z') at time zone 'UTC', 'YYYY-MM-DD') as day,
            max(high) as high, min(low) as low, sum(volume) as volume, sum(trades)::int as trades, count(*)::int as rows,
            (array_agg(open order by open_time))[1] as open, (array_agg(close order by open_time desc))[1] as close
          from market_data.spot_klines where symbol = 'HOLEUSDT' and open_time >= ${new Date(from)} and open_time < ${new Date(to)}
          group by 1 order by 1`;
          const rows = await queries.rows({ table, where: of, limit: 500, from, to, candles });
          expect(rows.map((row) => ({ ...row, day: String(row.open_time).slice(0, 10) }))).toMatchObject([
            ...grouped,
          ]);
          // The newest ones of them, as many as there are within so many buckets.
          const few = await queries.rows({ table, where: of, limit, from, to, candles });
          expect(few).toEqual(rows.slice(rows.length - few.length));
          expect(few.length).toBeGreaterThanOrEqual(Math.min(1, rows.length));
        },
      ),
      { numRuns: 30 },
    );
  });

  it('are the newest ones, however far behind the newest row the end of the range lies', async () => {
    const candles = { step: MINUTE, every: HOUR };
    const made = { table, where, limit: 2, candles };
    const newest = await queries.rows(made);
    expect(newest.map(({ open_time }) => open_time)).toEqual([
      '2025-01-03T01:00:00Z',
      '2025-01-03T02:00:00Z',
    ]);
    for (const days of [3, 400]) {
      expect(await queries.rows({ ...made, to: START + days * DAY })).toEqual(newest);
      const asOf = START + days * DAY;
      expect(await queries.rows({ ...made, closesAfterMs: HOUR, asOf })).toMatchObject(newest);
    }
    // What is not known yet is not a candle of the past.
    const early = await queries.rows({ ...made, closesAfterMs: HOUR, asOf: START + 2 * DAY + 2 * HOUR });
    expect(early.map(({ open_time }) => open_time)).toEqual(['2025-01-03T00:00:00Z', '2025-01-03T01:00:00Z']);
    expect(await queries.rows({ ...made, from: START + 100 * DAY, to: START + 400 * DAY })).toEqual([]);
  });

  it('close a millisecond before the next one opens, and are narrowed to columns', async () => {
    const columns = ['close_time', 'open_time'];
    const rows = await queries.rows({ table, where, limit: 2, to: START + HOUR, columns });
    expect(rows.map((row) => Object.entries(row))).toEqual([
      [
        ['close_time', '2025-01-01T00:58:59.999Z'],
        ['open_time', '2025-01-01T00:58:00Z'],
      ],
      [
        ['close_time', '2025-01-01T00:59:59.999Z'],
        ['open_time', '2025-01-01T00:59:00Z'],
      ],
    ]);
    const candles = { step: MINUTE, every: DAY };
    const made = await queries.rows({ table, where, limit: 1, to: START + DAY, columns, candles });
    expect(made).toEqual([{ open_time: '2025-01-01T00:00:00Z', close_time: '2025-01-01T23:59:59.999Z' }]);
  });

  it('cannot be written: the session only reads', async () => {
    await expect(reader`delete from market_data.spot_klines`).rejects.toMatchObject({ code: '42501' });
    await expect(reader`select pg_sleep(0) from market_data.coverage`).resolves.toEqual([]);
  });
});

describe('a hundred series of five years', () => {
  const NOW = Date.UTC(2025, 0, 1);
  beforeAll(async () => {
    await admin`
      insert into market_data.series (source, symbol, timeframe, requested)
      select 'klines_spot', 'S' || n, '1m', '{[2020-01-01Z,2025-01-01Z)}' from generate_series(1, 100) n`;
    // A month of each year lies open, its second half was given up.
    await admin`
      insert into market_data.coverage (source, symbol, timeframe, span, state, reason, rows, job_id, chunk, fetched_at)
      select 'klines_spot', 'S' || n, '1m', tstzrange(month, month + interval '1 month'), 'have', null, 1, 'j', 'c', now()
      from generate_series(1, 100) n, generate_series('2020-01-01Z', '2024-12-01Z', interval '1 month') month
      where extract(month from month) <> 1 + n % 12`;
    await admin`
      insert into market_data.coverage (source, symbol, timeframe, span, state, reason, rows, job_id, chunk, fetched_at)
      select 'klines_spot', 'S' || n, '1m', tstzrange(month + interval '14 days', month + interval '1 month'), 'failed',
        'broken', 0, 'j', 'c', now()
      from generate_series(1, 100) n, generate_series('2020-01-01Z', '2024-12-01Z', interval '1 month') month
      where extract(month from month) = 1 + n % 12`;
  });

  it('is read and cut into days at no more than the cost of each series alone', async () => {
    const read = async (filter: object) => {
      let best = Number.POSITIVE_INFINITY;
      let view: ReturnType<typeof coverageView> = [];
      for (let i = 0; i < 3; i++) {
        const began = performance.now();
        const accounts = await queries.accounts({ sources: ['klines_spot'], ...filter });
        view = coverageView(accounts, [], sources, { bucket: 'day', to: NOW, now: NOW + DAY });
        best = Math.min(best, performance.now() - began);
      }
      return { view, ms: best };
    };
    const one = await read({ symbol: 'S7' });
    const { view, ms } = await read({});
    expect(view).toHaveLength(100);
    for (const { runs } of view) {
      const days = (of: 'have' | 'failed' | 'missing') =>
        runs.reduce((sum, run) => sum + (run[of] > 0 ? run.buckets : 0), 0);
      expect(days('have') + days('failed') + days('missing')).toBe(1_827);
      expect(days('missing')).toBe(5 * 14);
    }
    expect(JSON.stringify(view).length).toBeLessThan(1_000_000);
    // A reading that compared all series with each other would cost ten thousand times one.
    expect(ms / one.ms).toBeLessThan(200);
  });

  it('is narrowed by symbol and timeframe', async () => {
    const ask = (filter: object) => queries.accounts({ sources: ['klines_spot'], ...filter });
    expect(await ask({ symbol: 'S7' })).toHaveLength(1);
    expect(await ask({ timeframe: '1h' })).toEqual([]);
  });

  it('shows its evidence span by span', async () => {
    const series = { source: 'klines_spot', symbol: 'S1', timeframe: '1m' as const };
    const range = { start: Date.UTC(2024, 0, 1), end: Date.UTC(2024, 3, 1) };
    const spans = await queries.ledger(series, range, 10);
    expect(spans.map(({ state, start, end, reason }) => [state, (end - start) / DAY, reason])).toEqual([
      ['have', 31, null],
      ['failed', 15, 'broken'],
      ['have', 31, null],
    ]);
    expect(await queries.ledger(series, range, 1)).toHaveLength(1);
    expect(await queries.findings(series, range, 10)).toEqual([]);
  });
});
