import { cpSync, globSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { sources } from '../../functions/sources/index.ts';
import { createLivesDue } from '../../functions/stores/ledger/lives.ts';
import { createSeriesStore } from '../../functions/stores/ledger/series-store.ts';
import { migrate } from '../../functions/stores/postgres/migrate.ts';
import type { Sql } from '../../functions/stores/postgres/postgres.ts';
import { createTestDatabase, type TestDatabase } from '../helpers/database.ts';

/** Lives and proofs as the program left them at schema 52, and what the upgrade makes of them. */
let database: TestDatabase;
let sql: Sql;
const folder = mkdtempSync(join(tmpdir(), 'gordon-sql-'));
const at = (text: string): number => Date.parse(`${text}Z`);
const series = { source: 'klines_spot', symbol: 'BTCUSDC', timeframe: '1h' as const };

beforeAll(async () => {
  cpSync('sql', folder, { recursive: true });
  for (const path of globSync(`${folder}/**/*.sql`))
    if (Number(basename(path).slice(0, 4)) > 52) rmSync(path);
  database = await createTestDatabase('empty');
  expect((await migrate(database.url, { folder })).version).toBe(52);
  sql = database.connect();
  await sql`insert into market_data.series (source, symbol, timeframe, listed_at, delisted_at) values
    ('klines_spot', 'BTCUSDC', '1h', '2018-12-15 03:00Z', '2022-09-29 03:00Z'),
    ('klines_spot', 'BTCUSDT', '1h', null, null)`;
  const spans = [
    ['2018-12-01', '2018-12-15 03:00', 'pre-listing'],
    ['2022-11-01', '2022-12-01', 'delisted'],
    ['2023-04-01', '2023-05-01', 'delisted'],
  ] as const;
  for (const [from, to, reason] of spans) {
    await sql`insert into market_data.coverage (source, symbol, timeframe, span, state, reason, job_id, chunk, fetched_at)
      values ('klines_spot', 'BTCUSDC', '1h', tstzrange(${`${from}Z`}::text::timestamptz, ${`${to}Z`}::text::timestamptz),
        'empty', ${reason}, 'j', 'c', '2026-11-20')`;
  }
  await migrate(database.url);
}, 120_000);

afterAll(async () => {
  await database?.[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

it('makes a list of the one life, which is due to be checked again', async () => {
  const store = createSeriesStore(sql, {
    tables: (id) => sources[id as 'klines_spot']!.table,
    clock: () => 0,
  });
  expect(await store.listing(series)).toEqual({
    listedAt: at('2018-12-15T03:00'),
    delistedAt: at('2022-09-29T03:00'),
    lookedAt: Number.NEGATIVE_INFINITY,
  });
  expect(await createLivesDue(sql).due(at('2000-01-01'), 10)).toEqual([series]);
});

it('requests again what the new lives contradict, and nothing else', async () => {
  const now = at('2026-11-27');
  const store = createSeriesStore(sql, {
    tables: (id) => sources[id as 'klines_spot']!.table,
    clock: () => now,
  });
  const lives = [
    { start: at('2018-12-15T03:00'), end: at('2022-09-29T03:00') },
    { start: at('2023-03-12T10:00'), end: Number.POSITIVE_INFINITY },
  ];
  await store.saveListing(series, { listedAt: lives[0]!.start, lives }, now);
  expect(await store.missing(series, { start: at('2023-04-01'), end: at('2023-05-01') })).toEqual([
    { start: at('2023-04-01'), end: at('2023-05-01') },
  ]);
  expect(await store.missing(series, { start: at('2022-11-01'), end: at('2022-12-01') })).toEqual([]);
  expect(await store.missing(series, { start: at('2018-12-01'), end: at('2018-12-15') })).toEqual([]);
  const [read] = await sql`select listed_at, delisted_at from market_data.series where symbol = 'BTCUSDC'`;
  expect(read).toEqual({ listed_at: new Date(lives[0]!.start), delisted_at: null });
  expect(await createLivesDue(sql).due(at('2026-11-20'), 10)).toEqual([]);
});
