import { cpSync, globSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { sources } from '../../functions/sources/index.ts';
import { createSeriesStore } from '../../functions/stores/ledger/series-store.ts';
import { migrate } from '../../functions/stores/postgres/migrate.ts';
import type { Sql } from '../../functions/stores/postgres/postgres.ts';
import { createTestDatabase, type TestDatabase } from '../helpers/database.ts';

/** A ledger as the program left it at schema 52, and what the upgrade makes of it. */
let database: TestDatabase;
let sql: Sql;
const folder = mkdtempSync(join(tmpdir(), 'gordon-sql-'));
const at = (text: string): number => Date.parse(`${text}Z`);
const file = (day: string): string => `/data/futures/um/daily/metrics/BTCUSDT/BTCUSDT-metrics-${day}.zip`;

beforeAll(async () => {
  cpSync('sql', folder, { recursive: true });
  for (const path of globSync(`${folder}/**/*.sql`))
    if (Number(basename(path).slice(0, 4)) > 52) rmSync(path);
  database = await createTestDatabase('empty');
  expect((await migrate(database.url, { folder })).version).toBe(52);
  sql = database.connect();
  const span = (
    source: string,
    timeframe: string,
    [from, to]: readonly [string, string],
    state: string,
    reason: string | null,
    object: string,
  ) => sql`
    insert into market_data.coverage
      (source, symbol, timeframe, span, state, reason, rows, object, sha256, job_id, chunk, fetched_at)
    values (${source}, 'BTCUSDT', ${timeframe}, tstzrange(${`${from}Z`}::text::timestamptz, ${`${to}Z`}::text::timestamptz),
      ${state}, ${reason}, 0, ${object}, ${object.startsWith('/') ? 'abc' : null}, 'j', 'c', '2026-11-20')`;
  const have = (source: string, timeframe: string, range: readonly [string, string], object: string) =>
    span(source, timeframe, range, 'have', null, object);
  const none = (source: string, timeframe: string, range: readonly [string, string], reason: string) =>
    span(source, timeframe, range, 'empty', reason, 'x');
  const oi = 'open_interest_binance';
  await have(oi, '1h', ['2025-03-02 01:00', '2025-03-03 00:00'], file('2025-03-02'));
  await none(oi, '1h', ['2025-03-02 00:00', '2025-03-02 01:00'], 'not-published');
  await none(oi, '1h', ['2025-03-05 21:00', '2025-03-06 03:00'], 'not-published');
  await none(oi, '5m', ['2025-03-07 00:00', '2025-03-08 00:00'], 'source-expired');
  await none(oi, '1h', ['2020-01-01 00:00', '2020-01-03 00:00'], 'pre-listing');
  await none('open_interest_bybit', '1h', ['2025-03-02 00:00', '2025-03-02 01:00'], 'not-published');
  await have(oi, '1h', ['2026-06-24 01:00', '2026-06-25 00:00'], file('2026-06-24'));
  await have(oi, '1h', ['2026-06-25 00:00', '2026-06-26 00:00'], file('2026-06-25'));
  await none(oi, '1h', ['2026-07-01 05:00', '2026-07-01 06:00'], 'not-published');
  await have('ratio_taker_volume', '5m', ['2026-11-10 00:00', '2026-11-10 00:10'], 'GET /futures/data');
  await have('ratio_top_accounts', '5m', ['2026-11-10 00:00', '2026-11-10 00:10'], 'GET /futures/data');
  await sql`
    insert into market_data.open_interest
    select 'binance', 'BTCUSDT', '1h', t, 1, 'base_coin', 'one', 2
    from generate_series('2026-06-24 01:00Z'::timestamptz, '2026-06-25 23:00Z', interval '1 hour') t
    union all select 'binance', 'BTCUSDT', '1h', t, 1, 'base_coin', 'one', 2
    from generate_series('2025-03-02 01:00Z'::timestamptz, '2025-03-02 23:00Z', interval '1 hour') t
    union all select 'bybit', 'BTCUSDT', '1h', '2026-06-25 05:00Z', 1, 'base_coin', 'both', null`;
  await sql`
    insert into market_data.long_short_ratios (kind, symbol, timeframe, time, ratio, buy_volume, sell_volume)
    select kind, 'BTCUSDT', '5m', t, 1, 3, 4 from unnest(array['taker_volume', 'top_accounts']) kind,
      unnest(array['2026-11-10 00:00Z', '2026-11-10 00:05Z']::timestamptz[]) t`;
  expect((await migrate(database.url)).applied).toContain('0081.do.metric-labels-repair.sql');
});
afterAll(async () => {
  await database?.[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true });
});

const missing = async (source: string, timeframe: '5m' | '1h', start: string, end: string) => {
  const store = createSeriesStore(sql, {
    tables: (id) => sources[id]!.table,
    clock: () => at('2026-11-21T00:00'),
  });
  const range = { start: at(start), end: at(end) };
  const found = await store.missing({ source, symbol: 'BTCUSDT', timeframe }, range);
  return found.map((part) => [part.start, part.end].map((time) => new Date(time).toISOString().slice(0, 16)));
};

it('requests midnights again, and for nothing else of the old years', async () => {
  expect(await missing('open_interest_binance', '1h', '2025-03-02', '2025-03-03')).toEqual([
    ['2025-03-02T00:00', '2025-03-02T01:00'],
  ]);
  expect(await missing('open_interest_binance', '5m', '2025-03-07', '2025-03-08')).toEqual([
    ['2025-03-07T00:00', '2025-03-07T00:05'],
  ]);
  const spans = await sql`
    select lower(span) as start, upper(span) as "end" from market_data.coverage
    where source = 'open_interest_binance' and state = 'empty' and span && tstzrange('2025-03-05Z', '2025-03-07Z') and timeframe = '1h'
    order by 1`;
  expect(spans.map(({ start, end }) => [start, end])).toEqual([
    [new Date('2025-03-05T21:00Z'), new Date('2025-03-06T00:00Z')],
    [new Date('2025-03-06T01:00Z'), new Date('2025-03-06T03:00Z')],
  ]);
  const kept =
    await sql`select source, reason from market_data.coverage where reason = 'pre-listing' or source like '%bybit'`;
  expect(kept).toHaveLength(2);
});

it('fetches again what stands at the beginnings of its slots, and the rows are gone until then', async () => {
  expect(await missing('open_interest_binance', '1h', '2026-06-24 01:00', '2026-06-26')).toEqual([
    ['2026-06-25T00:00', '2026-06-26T00:00'],
  ]);
  expect(await missing('open_interest_binance', '1h', '2026-07-01 05:00', '2026-07-01 06:00')).toHaveLength(
    1,
  );
  const rows = await sql`
    select venue, count(*)::int as n, max(time) as newest from market_data.open_interest group by 1 order by 1`;
  expect(rows).toEqual([
    { venue: 'binance', n: 23 + 23, newest: new Date('2026-06-24T23:00Z') },
    { venue: 'bybit', n: 1, newest: new Date('2026-06-25T05:00Z') },
  ]);
});

it('takes out the taker volume of REST alone, and keeps what it was', async () => {
  expect(await missing('ratio_taker_volume', '5m', '2026-11-10', '2026-11-10 00:10')).toHaveLength(1);
  expect(await missing('ratio_top_accounts', '5m', '2026-11-10', '2026-11-10 00:10')).toEqual([]);
  const left = await sql`select kind, count(*)::int as n from market_data.long_short_ratios group by 1`;
  expect(left).toEqual([{ kind: 'top_accounts', n: 2 }]);
  const changes = await sql`select source, was, became from market_data.row_changes order by time`;
  expect(changes).toHaveLength(2);
  expect(changes[0]).toMatchObject({
    source: 'ratio_taker_volume',
    was: { buy_volume: 3, sell_volume: 4 },
    became: null,
  });
});
