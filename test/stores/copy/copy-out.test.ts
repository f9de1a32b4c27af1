import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseRowsExport } from '../../../functions/core/queries/export/export-rows.ts';
import { RowsQuery } from '../../../functions/core/queries/parameters.ts';
import type { CoverageQueries, RowsRequest } from '../../../functions/core/queries/ports.ts';
import { sources } from '../../../functions/sources/index.ts';
import { foldLedger } from '../../../functions/stores/ledger/spans/sums.ts';
import type { Sql } from '../../../functions/stores/postgres/postgres.ts';
import { createCoverageQueries } from '../../../functions/stores/queries/coverage-queries.ts';
import { createTestDatabase, type TestDatabase } from '../../helpers/database.ts';
import { until } from '../../helpers/until.ts';
import { readRows } from '../read-rows.ts';

let database: TestDatabase;
let admin: Sql;
let queries: CoverageQueries;
beforeAll(async () => {
  database = await createTestDatabase();
  admin = database.connect();
  queries = createCoverageQueries(database.connect({ role: 'gordon_reader' }));
  await admin`
    insert into market_data.spot_klines
    select symbol, '1m', '2025-01-01Z'::timestamptz + n * interval '1 minute', n, n + 2, n - 2, n / 3.0, 1e-7, 10, 3, 0.5, 5
    from generate_series(0, 9999) n, unnest(array['BTCUSDT', $$O'\\x$$]) symbol`;
  await admin`
    insert into market_data.macro_observations (symbol, time, realtime_start, realtime_end, value) values
      ('UNRATE', '2024-01-01Z', '2024-02-02Z', '2025-02-07Z', 3.7),
      ('UNRATE', '2024-01-01Z', '2025-02-07Z', null, 3.8),
      ('UNRATE', '2024-02-01Z', '2024-03-08Z', '2024-04-05Z', 3.9),
      ('UNRATE', '2024-03-01Z', '2024-04-05Z', null, null)`;
  await admin`
    insert into market_data.long_short_ratios (kind, symbol, timeframe, time, ratio, long_share, buy_volume) values
      ('taker_volume', 'BTCUSDT', '5m', '2025-01-01Z', 1.5, null, null),
      ('taker_volume', 'BTCUSDT', '5m', '2025-01-01 00:05Z', 2, 0.25, 1e300)`;
  await admin`
    insert into market_data.fear_greed (symbol, time, value, classification) values
      ('FNG', '2025-01-01Z', 10, 'Extreme Fear'), ('FNG', '2025-01-02Z', 20, 'Angst, größte')`;
});
afterAll(() => database?.[Symbol.asyncDispose]());

const requestFor = (table: string, query: Record<string, string>): RowsRequest =>
  parseRowsExport(sources, table, RowsQuery.parse(query), 'parquet').requests[0];
const never = new AbortController().signal;

const read = async (request: RowsRequest) => (await readRows(queries, request)).rows;

describe('rows by columns', () => {
  it.each([
    ['candles', 'spot_klines', { symbol: 'BTCUSDT' }, 10_000],
    [
      'a symbol with a quote and a backslash',
      'spot_klines',
      { symbol: `O'\\x`, to: '2025-01-01T01:00Z' },
      60,
    ],
    ['longer candles', 'spot_klines', { symbol: 'BTCUSDT', every: '1h' }, 167],
    [
      'some columns',
      'spot_klines',
      { symbol: 'BTCUSDT', columns: 'known_at,close', from: '2025-01-02' },
      8_560,
    ],
    [
      'longer candles known by then',
      'spot_klines',
      { symbol: 'BTCUSDT', every: '1h', as_of: '2025-01-02T00:59Z' },
      24,
    ],
    ['candles that had closed', 'spot_klines', { symbol: 'BTCUSDT', as_of: '2025-01-01T00:02Z' }, 2],
    ['no rows', 'spot_klines', { symbol: 'NONE' }, 0],
    ['an aggregate', 'price_klines_1h', { symbol: 'BTCUSDT' }, 0],
    ['NULLs', 'long_short_ratios', { symbol: 'BTCUSDT', source: 'ratio_taker_volume', timeframe: '5m' }, 2],
    ['text', 'fear_greed', { symbol: 'FNG' }, 2],
    ['vintages', 'macro_observations', { symbol: 'UNRATE' }, 4],
    ['what was known of them', 'macro_observations', { symbol: 'UNRATE', as_of: '2024-03-20' }, 2],
  ])('are those of the pages: %s', async (_, table, query, length) => {
    const request = requestFor(table, query as Record<string, string>);
    const rows = await read(request);
    expect(rows).toHaveLength(length);
    expect(await queries.rows({ ...request, limit: 10_000 })).toEqual(rows);
  });

  it.each([
    ['2024-01-31', []],
    // A value of the second of February is known six hours after its day.
    ['2024-02-03T05:59Z', []],
    ['2024-02-03T06:00Z', [['2024-01-01', 3.7]]],
    [
      '2024-04-06T05:59Z',
      [
        ['2024-01-01', 3.7],
        ['2024-02-01', 3.9],
      ],
    ],
    [
      '2024-04-06T06:00Z',
      [
        ['2024-01-01', 3.7],
        ['2024-03-01', null],
      ],
    ],
    [
      '2025-03-01',
      [
        ['2024-01-01', 3.8],
        ['2024-03-01', null],
      ],
    ],
  ])('as of %s have the value that held then, and not when it would end', async (as_of, expected) => {
    const rows = await queries.rows(requestFor('macro_observations', { symbol: 'UNRATE', as_of }));
    expect(rows.map(({ time, value }) => [String(time).slice(0, 10), value])).toEqual(expected);
    expect(rows.every(({ realtime_end }) => realtime_end === null)).toBe(true);
  });

  it('end when nobody reads on, and the connection serves the next one', async () => {
    const own = database.connect({ role: 'gordon_reader', application: 'columns left', max: 1 });
    const left = createCoverageQueries(own);
    const request = requestFor('spot_klines', { symbol: 'BTCUSDT' });
    for await (const { length } of left.batches(request, never)) {
      expect(length).toBe(8_192);
      break;
    }
    const gone = new AbortController();
    const aborted = (async () => {
      for await (const _ of left.batches(request, gone.signal)) gone.abort(new Error('gone'));
    })();
    await expect(aborted).rejects.toThrow('gone');
    expect(await left.rows({ ...request, limit: 1 })).toHaveLength(1);
    await until(
      () => 'no query is left',
      async () =>
        (
          await admin`select from pg_stat_activity where application_name = 'columns left' and state <> 'idle'`
        ).length === 0,
      20,
    );
  });

  it('fail as the store does', async () => {
    const request = requestFor('spot_klines', { symbol: 'BTCUSDT' });
    const missing = {
      ...request,
      table: { ...request.table, name: 'nowhere', view: undefined },
    } as unknown as RowsRequest;
    await expect(read(missing)).rejects.toMatchObject({ code: 'not-migrated' });
  });
});

describe('the revision of rows', () => {
  const of = (query: Record<string, string>) =>
    queries.revision([requestFor('spot_klines', query)], ['klines_spot']);

  it('changes with the ledger and with deleted rows, within the range alone', async () => {
    const january = { symbol: 'BTCUSDT', from: '2025-01-01', to: '2025-02-01' };
    const march = { symbol: 'BTCUSDT', from: '2025-03-01', to: '2025-04-01' };
    await admin`insert into market_data.series (source, symbol, timeframe) values ('klines_spot', 'BTCUSDT', '1m')`;
    const empty = await of(january);
    const later = await of(march);
    await admin`
      insert into market_data.coverage (source, symbol, timeframe, span, state, rows, job_id, chunk, fetched_at)
      values ('klines_spot', 'BTCUSDT', '1m', '[2025-01-01Z,2025-01-02Z)', 'have', 1440, 'j', 'c', now())`;
    const have = await of(january);
    expect(have).not.toBe(empty);
    expect(await of(january)).toBe(have);
    expect(await of(march)).toBe(later);
    await admin`delete from market_data.spot_klines where symbol = 'BTCUSDT' and open_time = '2025-01-01 00:07Z'`;
    expect(await of(january)).not.toBe(have);
    expect(await of(march)).toBe(later);
    await admin`delete from market_data.recounts`;
  });

  it('changes with each row that somebody changes by hand, and with none of the program', async () => {
    const january = { symbol: 'BTCUSDT', from: '2025-01-01', to: '2025-02-01' };
    const row = `symbol = 'BTCUSDT' and timeframe = '1m' and open_time = '2025-01-01 00:09Z'`;
    const hand = database.connect({ max: 2, application: 'psql' });
    const seen = [await of(january)];
    const changed = async () => {
      const word = await of(january);
      const isNew = !seen.includes(word);
      seen.push(word);
      return isNew;
    };
    await hand.unsafe(`update market_data.spot_klines set close = 7 where ${row}`);
    expect(await changed()).toBe(true);
    await hand.begin(async (tx) => {
      await tx.unsafe(`create temp table kept as select * from market_data.spot_klines where ${row}`);
      await tx.unsafe(`delete from market_data.spot_klines where ${row}`);
      await tx.unsafe(`insert into market_data.spot_klines select * from kept`);
      // Not committed: what is read now is as it was.
      expect(await changed()).toBe(false);
    });
    expect(await changed()).toBe(true);
    // The days of the DELETE were counted, and every row is there: nothing but the mark says that they are others.
    await admin`delete from market_data.recounts`;
    expect(await changed()).toBe(true);
    await foldLedger(admin);
    await foldLedger(admin);
    expect(await changed()).toBe(false);
    const [{ n }] = (await admin`select count(*)::int as n from market_data.hand_changes
      where table_name = 'spot_klines'`) as never as [{ n: number }];
    expect(n).toBe(1);
    await hand.unsafe(`update market_data.spot_klines set close = 8 where ${row}`);
    expect(await changed()).toBe(true);
    const program = database.connect({ max: 1, application: 'gordon-data' });
    await program.unsafe(`update market_data.spot_klines set close = 9 where ${row}`);
    expect(await changed()).toBe(false);
    await hand`update market_data.perp_klines set close = 1 where false`;
    expect(await changed()).toBe(false);
  });
});
