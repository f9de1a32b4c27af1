import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AGGREGATES, type AggregateStore } from '../../../functions/core/aggregates/aggregates.ts';
import { DAY, floorTo, iso, MINUTE } from '../../../functions/core/time/time.ts';
import { sources } from '../../../functions/sources/index.ts';
import { createAggregateStore } from '../../../functions/stores/aggregates/aggregates.ts';
import { refuseUnfit } from '../../../functions/stores/postgres/timescale.ts';
import { startTimescale, type TestTimescale, timescaleAbsent } from '../../helpers/timescale.ts';
import {
  daysOf,
  expectEqual,
  expectWithinLookbacks,
  history,
  holds,
  writeCandles,
  writeWithinLookbacks,
} from './candle-model.ts';

/** The migrations of the Timescale flavour on TimescaleDB's own code, in this process. */
describe.skipIf(timescaleAbsent)(`TimescaleDB${timescaleAbsent ? `: ${timescaleAbsent}` : ''}`, () => {
  let db: TestTimescale;
  let store: AggregateStore;
  beforeAll(async () => {
    db = await startTimescale();
    store = createAggregateStore({ sql: db.sql, owner: db.sql, clock: Date.now });
  });
  afterAll(() => db?.close());

  const policies = () => db.sql<
    { id: number; name: string; from: string; end: string; schedule: string; scheduled: boolean }[]
  >`
    select job_id as id, a.view_name as name, config ->> 'start_offset' as from, config ->> 'end_offset' as end,
      schedule_interval::text as schedule, scheduled
    from timescaledb_information.jobs j
    join timescaledb_information.continuous_aggregates a
      on a.view_schema = 'market_data' and a.view_name = j.hypertable_name
    where proc_name = 'policy_refresh_continuous_aggregate' order by job_id`;

  /**
   * What the scheduler does in ten seconds; this engine has none. A run works in parts and may leave the newest bucket to the
   * next one, five seconds later.
   */
  const runPolicies = async (): Promise<void> => {
    const jobs = await policies();
    for (const { id } of [...jobs, ...jobs]) await db.exec(`call run_job(${id})`);
  };

  it('is one that the migrator accepts', () => refuseUnfit(db.sql, 'here'));

  it('says so when its aggregates have no rows, all of them or some', async () => {
    const watermarks = async () => (await store.status()).map(({ watermark }) => watermark);
    expect(await watermarks()).toEqual(AGGREGATES.map(() => null));
    const hour = { start: Date.UTC(2020, 0, 1), end: Date.UTC(2020, 0, 1, 1) };
    await writeCandles(db.sql, 'FIRSTUSDT', hour, 1);
    await db.exec(`call refresh_continuous_aggregate('price_klines_1h', '2020-01-01', '2020-01-02')`);
    expect(await watermarks()).toEqual([null, null, hour.end, null, null, null]);
  });

  it('has a hypertable for every table of rows', async () => {
    const rows = await db.sql<{ name: string }[]>`
      select hypertable_name as name from timescaledb_information.hypertables where hypertable_schema = 'market_data'`;
    // A few thousand rows in all.
    const small = ['fear_greed', 'stablecoin_supply', 'market_caps', 'macro_observations'];
    const tables = new Set(Object.values(sources).map(({ table }) => table.name));
    const large = [...tables].filter((name) => !small.includes(name));
    expect(rows.map(({ name }) => name).sort()).toEqual(large.sort());
  });

  it('has aggregates that show the newest bucket', async () => {
    const rows = await db.sql<{ name: string; materialized_only: boolean }[]>`
      select view_name as name, materialized_only from timescaledb_information.continuous_aggregates
      where view_schema = 'market_data'`;
    expect(rows.map(({ name }) => name).sort()).toEqual(AGGREGATES.map(({ name }) => name).sort());
    expect(rows.every((row) => !row.materialized_only)).toBe(true);
  });

  it('has a policy for each, every five seconds, from a bucket before its lookback to the end of the open one', async () => {
    const rows = await policies();
    expect(rows.map(({ name, from, end }) => [name, from, end])).toEqual([
      ['price_klines_15m', '00:45:00', '-00:15:00'],
      ['price_klines_30m', '01:30:00', '-00:30:00'],
      ['price_klines_1h', '03:00:00', '-01:00:00'],
      ['price_klines_4h', '12:00:00', '-04:00:00'],
      ['price_klines_12h', '36:00:00', '-12:00:00'],
      ['price_klines_1d', '3 days', '-1 days'],
    ]);
    expect(rows.every(({ schedule, scheduled }) => schedule === '00:00:05' && scheduled)).toBe(true);
  });

  it('compresses what lies behind the horizon of a backfill, and goes on taking rows there', async () => {
    const [job] = await db.sql<{ id: number; after: string }[]>`
      select job_id as id, config ->> 'compress_after' as after from timescaledb_information.jobs
      where proc_name = 'policy_compression' and hypertable_name = 'price_klines'`;
    expect(job?.after).toBe('400 days');
    const days = { start: Date.UTC(2021, 4, 1), end: Date.UTC(2021, 4, 4) };
    await writeCandles(db.sql, 'OLDUSDT', days, 1);
    await db.exec(`call run_job(${job!.id})`);
    const [chunks] = await db.sql<{ compressed: number }[]>`
      select count(*) filter (where is_compressed)::int4 as compressed from timescaledb_information.chunks
      where hypertable_name = 'price_klines'`;
    expect(chunks!.compressed).toBeGreaterThan(0);
    await writeCandles(db.sql, 'OLDUSDT', days, 2);
    await store.refresh([days]);
    await expectEqual(db.sql, days);
  });

  it('equals the candles after any history of writes, late rows, deletions and refreshes', async () => {
    let run = 0;
    const property = fc.asyncProperty(history, (rounds) => holds(db.sql, store, daysOf(run++), rounds));
    await fc.assert(property, { numRuns: 12 });
  }, 120_000);

  it('is kept by its policies, the open bucket included', async () => {
    const now = Date.now();
    const recent = { start: floorTo(now - 3 * DAY, DAY), end: floorTo(now, 5 * MINUTE) };
    await writeCandles(db.sql, 'NOWUSDT', recent, 3);
    await store.refresh([recent]);
    await expectEqual(db.sql, { start: recent.start, end: recent.end + DAY });
    // Rows that come late, but within the lookback of the smallest aggregate, and the newest ones.
    await writeCandles(db.sql, 'NOWUSDT', { start: recent.end - 15 * MINUTE, end: recent.end }, 4);
    await runPolicies();
    await expectEqual(db.sql, { start: recent.start, end: recent.end + DAY });
  });

  it('has by its policies alone what came by SQL within the lookback', async () => {
    // Nothing is computed when it is read: what a policy has not seen is missing.
    for (const { name } of AGGREGATES)
      await db.exec(`call refresh_continuous_aggregate('${name}', null, null)`);
    const now = Date.now();
    await writeWithinLookbacks(db.sql, now);
    await runPolicies();
    await expectWithinLookbacks(db.sql, now);
  });

  it('refreshes one aggregate without another', async () => {
    const days = { start: Date.UTC(2022, 0, 1), end: Date.UTC(2022, 0, 3) };
    await writeCandles(db.sql, 'ALONEUSDT', days, 1);
    await db.exec(`call refresh_continuous_aggregate('price_klines_1d', '2022-01-01', '2022-01-03')`);
    await expectEqual(db.sql, days, { names: ['price_klines_1d'] });
    await expect(expectEqual(db.sql, days, { names: ['price_klines_12h'] })).rejects.toThrow(
      'price_klines_12h',
    );
  });

  it('keeps an open bucket current that was materialised by hand', async () => {
    const open = floorTo(Date.now(), 15 * MINUTE);
    await writeCandles(db.sql, 'OPENUSDT', { start: open, end: open + 15 * MINUTE }, 5);
    for (const { name } of AGGREGATES)
      await db.exec(`call refresh_continuous_aggregate('${name}', null, null)`);
    await writeCandles(db.sql, 'OPENUSDT', { start: open, end: open + 15 * MINUTE }, 6);
    await runPolicies();
    await expectEqual(db.sql, { start: floorTo(open, DAY), end: open + DAY });
  });

  it('takes the names without the schema', async () => {
    await db.exec(`call refresh_continuous_aggregate('price_klines_15m', '2025-01-01', '2025-01-02')`);
    await db.exec(`call refresh_continuous_aggregate('price_klines_1d', null, null)`);
    await expect(
      db.exec(`call refresh_continuous_aggregate('price_klines_1d', '2025-01-01', '2025-01-01 12:00')`),
    ).rejects.toThrow('refresh window too small');
  });

  it('lets the writer write, and only the owner refresh', async () => {
    const day = { start: Date.UTC(2024, 0, 1), end: Date.UTC(2024, 0, 2) };
    await db.exec('set role gordon_writer');
    await writeCandles(db.sql, 'ROLEUSDT', day, 1);
    await expect(store.refresh([day])).rejects.toMatchObject({ code: 'database-forbidden' });
    await db.exec('reset role');
    await store.refresh([day]);
    await db.exec('set role gordon_reader');
    await expectEqual(db.sql, day);
    await db.exec('reset role');
  });

  it('reports the state of its aggregates', async () => {
    const status = await store.status();
    expect(status.map(({ name }) => name)).toEqual(AGGREGATES.map(({ name }) => name));
    // The engine has no scheduler, and so says the view.
    expect(status.every(({ healthy }) => !healthy)).toBe(true);
    expect(iso(status[0]!.watermark!)).toMatch(/^20/);
    expect(await store.refreshRecent(5)).toBe(false);
  });

  it('lets the reader read, and only the writer write', async () => {
    const rows = await db.sql<{ name: string; reads: boolean; writes: boolean }[]>`
      select c.relname as name, has_table_privilege('gordon_reader', c.oid, 'select') as reads,
        has_table_privilege('gordon_reader', c.oid, 'insert, update, delete') as writes
      from pg_class c where c.relnamespace = 'market_data'::regnamespace and c.relkind in ('r', 'v')`;
    expect(rows.filter(({ reads, writes }) => !reads || writes)).toEqual([]);
  });

  it('refreshes a window of one aggregate, with bounds and without', async () => {
    const days = { start: Date.UTC(2023, 5, 1), end: Date.UTC(2023, 5, 3) };
    await writeCandles(db.sql, 'HANDUSDT', days, 7);
    expect((await store.extent())!.start).toBeLessThanOrEqual(days.start);
    for (const { name } of AGGREGATES) await store.refreshWindow(name, days);
    await expectEqual(db.sql, days);
    await writeCandles(db.sql, 'HANDUSDT', days, 8);
    for (const { name } of AGGREGATES) await store.refreshWindow(name, { start: null, end: null });
    await expectEqual(db.sql, days);
  });
});
