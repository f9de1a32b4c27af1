import { cpSync, globSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { STEPS, stepOf, type Timeframe } from '../../functions/core/time/timeframe.ts';
import { migrate } from '../../functions/stores/postgres/migrate.ts';
import type { Sql } from '../../functions/stores/postgres/postgres.ts';
import { createTestDatabase, type TestDatabase } from '../helpers/database.ts';
import { startTimescale, type TestTimescale, timescaleAbsent } from '../helpers/timescale.ts';

/** The migration that renames the column; databases of before it are what is upgraded here. */
const RENAME = '0070';
const TABLES = ['spot_klines', 'perp_klines'] as const;

/** Three days of hours in each table, a restated row of each market and of another source, and a view of the user's own. */
const rowsOfBefore = [
  ...TABLES.map(
    (table) => `insert into market_data.${table}
      select symbol, '1h', t, 1, 2, 0.5, 1.5, 10, 15, 7, 5, 7.5
      from generate_series('2024-01-01Z'::timestamptz, '2024-01-03 23:00Z', '1 hour') t,
        unnest(array['BTCUSDT', 'ETHUSDT']) symbol`,
  ),
  `insert into market_data.row_changes (source, symbol, timeframe, time, was, became, object, sha256_was, sha256_became,
     changed_at)
   select source, 'BTCUSDT', '1h', '2024-01-01Z', '{"time": "2024-01-01T00:00:00Z", "open": 1}',
     case when source = 'klines_perp' then null else '{"time": "2024-01-01T00:00:00Z", "open": 2}'::jsonb end,
     'o', 'a', 'b', now()
   from unnest(array['klines_spot', 'klines_perp', 'open_interest_binance']) source`,
  'create view market_data.own_candles as select symbol, time, close from market_data.spot_klines',
];

const LINES = {
  spot: 'SELECT symbol, COUNT(*) AS rows, MIN(open_time) AS earliest, MAX(open_time) AS latest FROM spot_klines GROUP BY symbol ORDER BY symbol;',
  candles: "SELECT MAX(timestamp) FROM price_klines WHERE symbol = 'BTCUSDT' AND timeframe = '5m';",
};

const TIMEFRAMES = Object.keys(STEPS) as Timeframe[];

/** Runs one line of SQL. */
type Query = (line: string) => Promise<Record<string, unknown>[]>;

async function expectRenamed(query: Query): Promise<void> {
  for (const table of TABLES) {
    const columns = await query(`select column_name as name from information_schema.columns
      where table_schema = 'market_data' and table_name = '${table}' order by ordinal_position`);
    expect(columns.map(({ name }) => name).slice(0, 4)).toEqual(['symbol', 'timeframe', 'open_time', 'open']);
    const [row] = await query(`select count(*)::int as rows from market_data.${table}
      where symbol = 'BTCUSDT' and timeframe = '1h' and open_time >= '2024-01-02Z'`);
    expect(row).toEqual({ rows: 48 });
    await expect(
      query(`insert into market_data.${table} select * from market_data.${table} limit 1`),
    ).rejects.toThrow(/duplicate key/);
  }
  expect(await query(LINES.spot)).toEqual(
    ['BTCUSDT', 'ETHUSDT'].map((symbol) => ({
      symbol,
      rows: 72,
      earliest: new Date('2024-01-01Z'),
      latest: new Date('2024-01-03T23:00Z'),
    })),
  );
  // Every timeframe, where a session's clock would make a day of 23 hours.
  await query("set timezone = 'Europe/Berlin'");
  const closes = await query(`select timeframe, extract(epoch from
      market_data.candle_close('2025-03-30Z', timeframe) - '2025-03-30Z'::timestamptz)::float8 as seconds
    from unnest(array[${TIMEFRAMES.map((timeframe) => `'${timeframe}'`)}]) timeframe`);
  await query("set timezone = 'UTC'");
  expect(closes).toEqual(
    TIMEFRAMES.map((timeframe) => ({ timeframe, seconds: stepOf(timeframe) / 1_000 - 0.001 })),
  );
  for (const market of ['spot', 'perp']) {
    const [candle] = await query(
      `select * from ${market}_candles where symbol = 'BTCUSDT' order by open_time desc limit 1`,
    );
    expect(candle).toMatchObject({
      open_time: new Date('2024-01-03T23:00Z'),
      close_time: new Date('2024-01-03T23:59:59.999Z'),
      timeframe: '1h',
      close: 1.5,
      taker_buy_quote_volume: 7.5,
    });
    // The key's index serves the view too.
    const plan = await query(`explain (costs off) select * from ${market}_candles
      where symbol = 'BTCUSDT' and timeframe = '1h' and open_time >= '2024-01-03Z'`);
    expect(JSON.stringify(plan)).toMatch(/open_time >= '2024-01-03/);
    expect(JSON.stringify(plan)).not.toMatch(/Function Scan|Subquery/);
  }
  expect(await query(LINES.candles)).toEqual([{ max: null }]);
  expect(await query('select max(time) as newest from own_candles')).toEqual([
    { newest: new Date('2024-01-03T23:00Z') },
  ]);
  expect(await query('select source, was, became from row_changes order by source')).toEqual([
    { source: 'klines_perp', was: { open_time: '2024-01-01T00:00:00Z', open: 1 }, became: null },
    {
      source: 'klines_spot',
      was: { open_time: '2024-01-01T00:00:00Z', open: 1 },
      became: { open_time: '2024-01-01T00:00:00Z', open: 2 },
    },
    {
      source: 'open_interest_binance',
      was: { time: '2024-01-01T00:00:00Z', open: 1 },
      became: { time: '2024-01-01T00:00:00Z', open: 2 },
    },
  ]);
}

describe('candles of before open_time, in PostgreSQL', () => {
  let database: TestDatabase;
  let sql: Sql;
  const folder = mkdtempSync(join(tmpdir(), 'gordon-sql-'));
  beforeAll(async () => {
    cpSync('sql', folder, { recursive: true });
    for (const file of globSync(`${folder}/**/*.sql`)) {
      if (basename(file) >= RENAME) rmSync(file);
    }
    database = await createTestDatabase('empty');
    await migrate(database.url, { folder });
    sql = database.connect({ max: 1 });
    for (const statement of rowsOfBefore) await sql.unsafe(statement);
  });
  afterAll(async () => {
    rmSync(folder, { recursive: true });
    await database?.[Symbol.asyncDispose]();
  });

  it('keep their rows, their key and whatever reads them', async () => {
    const { applied } = await migrate(database.url);
    expect(applied).toContain('0070.do.open-time.sql');
    await sql`set search_path = market_data`;
    await expectRenamed(async (line) => [...(await sql.unsafe(line))]);
  });
});

describe.skipIf(timescaleAbsent)('candles of before open_time, in compressed chunks of TimescaleDB', () => {
  let db: TestTimescale;
  const query: Query = (line) => db.sql(Object.assign([line], { raw: [line] }) as TemplateStringsArray);
  beforeAll(async () => {
    db = await startTimescale(RENAME);
    for (const statement of rowsOfBefore) await db.exec(statement);
    for (const table of TABLES) {
      await db.exec(`alter table market_data.${table} set (timescaledb.compress,
        timescaledb.compress_segmentby = 'symbol, timeframe', timescaledb.compress_orderby = 'time')`);
      await db.exec(
        `select add_compression_policy('market_data.${table}', interval '400 days', if_not_exists => true)`,
      );
      await compress(table);
    }
  });
  afterAll(() => db?.close());

  const compress = (table: string) =>
    db.exec(`select compress_chunk(c, if_not_compressed => true) from show_chunks('market_data.${table}') c`);
  const compressed = async (table: string) => {
    const [row] = await query(`select count(*) filter (where is_compressed)::int4 as n
      from timescaledb_information.chunks where hypertable_name = '${table}'`);
    return row!.n;
  };

  it('keep their rows, their key and whatever reads them', async () => {
    await db.applyMigrations();
    for (const table of TABLES) expect(await compressed(table)).toBe(1);
    await expectRenamed(query);
  });

  it('go on taking rows into compressed chunks, and are compressed again by their policy', async () => {
    for (const table of TABLES) {
      await db.exec(`insert into market_data.${table}
        select 'XRPUSDT', '1h', '2024-01-02 05:00Z', 1, 2, 0.5, 1.5, 10, 15, 7, 5, 7.5`);
      await db.exec(`update market_data.${table} set volume = 11
        where symbol = 'BTCUSDT' and timeframe = '1h' and open_time = '2024-01-02Z'`);
      const [job] = await query(`select job_id as id from timescaledb_information.jobs
        where proc_name = 'policy_compression' and hypertable_name = '${table}'`);
      await db.exec(`call run_job(${job!.id})`);
      expect(await compressed(table)).toBe(1);
      const rows = await query(`select symbol, volume from market_data.${table}
        where timeframe = '1h' and (open_time = '2024-01-02Z' or symbol = 'XRPUSDT') order by symbol`);
      expect(rows).toEqual([
        { symbol: 'BTCUSDT', volume: 11 },
        { symbol: 'ETHUSDT', volume: 10 },
        { symbol: 'XRPUSDT', volume: 10 },
      ]);
      const settings =
        await query(`select attname, orderby_column_index from timescaledb_information.compression_settings
        where hypertable_name = '${table}' and orderby_column_index is not null`);
      expect(settings).toEqual([{ attname: 'open_time', orderby_column_index: 1 }]);
    }
  });
});
