import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { AGGREGATES, type AggregateStore } from '../../functions/core/aggregates/aggregates.ts';
import { DAY, floorTo, MINUTE } from '../../functions/core/time/time.ts';
import { createAggregateStore } from '../../functions/stores/aggregates/aggregates.ts';
import { commitPages } from '../../functions/stores/ledger/commit-pages.ts';
import { readCovered } from '../../functions/stores/ledger/spans/read-ledger.ts';
import { reconcile } from '../../functions/stores/ledger/upkeep/reconcile.ts';
import { migrate } from '../../functions/stores/postgres/migrate.ts';
import { connect, type Sql } from '../../functions/stores/postgres/postgres.ts';
import { BTC, candles, JOB, pageOf, SPOT, T0 } from '../stores/klines.ts';
import {
  expectEqual,
  expectWithinLookbacks,
  writeCandles,
  writeWithinLookbacks,
} from './aggregates/candle-model.ts';
import { fillStacked, migrateToStacked, STACKED } from './stacked.ts';

/** A superuser's URL of a server with TimescaleDB and its background scheduler; each run makes a database of its own. */
const server = process.env.TIMESCALE_TEST_URL;
const why = server ? '' : ': TIMESCALE_TEST_URL names no server';

describe.skipIf(!server)(`a TimescaleDB server${why}`, () => {
  const name = `gordon_test_${randomUUID().slice(0, 8)}`;
  const pools: Sql[] = [];
  const pool = (url: string, role?: 'gordon_writer' | 'gordon_reader'): Sql => {
    const made = connect(url, { max: 2, application: 'test', ...(role && { role }) });
    pools.push(made);
    return made;
  };
  let admin: Sql;
  let owner: Sql;
  let writer: Sql;
  let store: AggregateStore;
  const now = Date.now();
  const days = { start: floorTo(now - 4 * DAY, DAY), end: floorTo(now, 5 * MINUTE) };

  beforeAll(async () => {
    admin = pool(server!);
    await admin`create database ${admin(name)}`;
    const url = new URL(server!);
    url.pathname = `/${name}`;
    expect(await migrate(url.href)).toMatchObject({ flavour: 'timescale' });
    owner = pool(url.href);
    writer = pool(url.href, 'gordon_writer');
    store = createAggregateStore({ sql: writer, owner, clock: Date.now });
  });
  afterAll(async () => {
    if (!admin) return;
    await Promise.all(pools.filter((p) => p !== admin).map((p) => p.end()));
    await admin`drop database if exists ${admin(name)} with (force)`;
    await admin.end();
  });

  it('says so while its aggregates have no rows, all of them or some', async () => {
    const watermarks = async () => (await store.status()).map(({ watermark }) => watermark);
    expect(await watermarks()).toEqual(AGGREGATES.map(() => null));
    const hour = { start: Date.UTC(2020, 0, 1), end: Date.UTC(2020, 0, 1, 1) };
    await writeCandles(writer, 'FIRSTUSDT', hour, 1);
    await call('price_klines_1h', `'2020-01-01', '2020-01-02'`);
    expect(await watermarks()).toEqual([null, null, hour.end, null, null, null]);
  });

  it('refreshes what a job has touched, through the owner', async () => {
    await writeCandles(writer, 'BTCUSDT', days, 1);
    await store.refresh([days]);
    await expectEqual(writer, { start: days.start, end: days.end + DAY });
  });

  it('refreshes five years at once, also when two do so at the same time', async () => {
    const years = { start: Date.UTC(2019, 0, 1), end: Date.UTC(2024, 0, 1) };
    await writeCandles(writer, 'LONGUSDT', years, 1);
    const start = performance.now();
    await Promise.all([store.refresh([years]), store.refresh([years])]);
    // In batches of ten buckets it was a minute and a half.
    expect(performance.now() - start).toBeLessThan(45_000);
    await expectEqual(writer, years);
  }, 180_000);

  it('runs the policies by itself, without a failure', async () => {
    await writeCandles(writer, 'BTCUSDT', { start: days.end - 15 * MINUTE, end: days.end }, 2);
    await nextRuns();
    await expectEqual(writer, { start: days.start, end: days.end + DAY });
    expect((await store.status()).every(({ healthy }) => healthy)).toBe(true);
    const jobs = await runs();
    expect(jobs).toHaveLength(AGGREGATES.length);
    for (const job of jobs) expect(job).toMatchObject({ last_run_status: 'Success', total_failures: 0 });
  }, 90_000);

  it('has in its aggregates within ten seconds what came by SQL within the lookback', async () => {
    const at = Date.now();
    await writeWithinLookbacks(writer, at);
    await vi.waitFor(() => expectWithinLookbacks(writer, at), { timeout: 10_000, interval: 500 });
  }, 60_000);

  it('refreshes one aggregate without another', async () => {
    const some = { start: Date.UTC(2018, 0, 1), end: Date.UTC(2018, 0, 3) };
    await writeCandles(writer, 'ALONEUSDT', some, 1);
    await call('price_klines_1d', `'2018-01-01', '2018-01-03'`);
    await expectEqual(writer, some, { names: ['price_klines_1d'] });
    await expect(expectEqual(writer, some, { names: ['price_klines_12h'] })).rejects.toThrow(
      'price_klines_12h',
    );
  });

  it('keeps an open bucket current that was materialised by hand', async () => {
    const open = floorTo(Date.now(), 15 * MINUTE);
    await writeCandles(writer, 'OPENUSDT', { start: open, end: open + 15 * MINUTE }, 5);
    for (const { name } of AGGREGATES) await call(name, 'null, null');
    await writeCandles(writer, 'OPENUSDT', { start: open, end: open + 15 * MINUTE }, 6);
    const today = { start: floorTo(open, DAY), end: open + DAY };
    const check = () => expectEqual(writer, today, { symbol: 'OPENUSDT' });
    await vi.waitFor(check, { timeout: 10_000, interval: 500 });
  }, 180_000);

  it('takes a backfill into compressed chunks, at most three times slower', async () => {
    const month = { start: T0, end: T0 + 30 * DAY };
    const by = { ...JOB, at: Date.now() };
    const load = async (symbol: string, price: number): Promise<number> => {
      const series = { ...BTC, symbol };
      const rows = candles([month], series, (time) => time / MINUTE + price);
      await owner`delete from market_data.coverage where symbol = ${symbol}`;
      const start = performance.now();
      expect(await commitPages(writer, SPOT, [pageOf([month], { series, rows })], by)).toBe(43_200);
      return performance.now() - start;
    };
    const compress = () =>
      owner.unsafe(`select compress_chunk(c, true) from show_chunks('market_data.spot_klines') c`);
    await load('WARMUSDT', 0);
    const before = { fresh: await load('AAAUSDT', 0), merged: await load('AAAUSDT', 1) };
    await compress();
    const after = { fresh: await load('BBBUSDT', 0), merged: await load('AAAUSDT', 2) };
    await compress();
    for (const symbol of ['AAAUSDT', 'BBBUSDT', 'WARMUSDT']) {
      const series = { ...BTC, symbol };
      expect(await reconcile(writer, SPOT, series, month, by.at)).toEqual([]);
      expect(await readCovered(writer, series, month)).toEqual([month]);
      const [row] =
        await owner`select count(*)::int as n from market_data.spot_klines where symbol = ${symbol}`;
      expect(row).toEqual({ n: 43_200 });
    }
    console.info('backfill into compressed chunks, ms', { before, after });
    expect(after.fresh / before.fresh).toBeLessThan(3);
    expect(after.merged / before.merged).toBeLessThan(3);
  }, 120_000);

  it('counts rows among a hundred chunks without compiling or planning for all of them', async () => {
    const series = { ...BTC, symbol: 'MANYUSDT', timeframe: '1d' } as const;
    const all = { start: T0 - 3_700 * DAY, end: T0 };
    await commitPages(writer, SPOT, [pageOf([all], { series })], { ...JOB, at: Date.now() });
    const range = { start: T0 - 60 * DAY, end: T0 - 30 * DAY };
    const times: number[] = [];
    for (let i = 0; i < 5; i++) {
      const start = performance.now();
      expect(await reconcile(writer, SPOT, series, range, Date.now())).toEqual([]);
      times.push(performance.now() - start);
    }
    expect(Math.min(...times)).toBeLessThan(100);
  }, 60_000);

  it('has the aggregates of an older schema made anew', async () => {
    const other = `${name}_older`;
    await admin`create database ${admin(other)}`;
    const url = new URL(server!);
    url.pathname = `/${other}`;
    try {
      await migrateToStacked(url.href);
      const own = pool(url.href);
      await fillStacked(own, (view) =>
        own.unsafe(`call refresh_continuous_aggregate('market_data.${view}', null, null)`).simple(),
      );
      await migrate(url.href);
      await expectEqual(own, STACKED);
      await own.end();
    } finally {
      await admin`drop database if exists ${admin(other)} with (force)`;
    }
  }, 120_000);

  /** A CALL of it must be the only statement of its message. */
  const call = (view: string, window: string) =>
    owner.unsafe(`call refresh_continuous_aggregate('${view}', ${window})`).simple();

  const runs = () => owner<
    { view_name: string; last_run_status: string; total_failures: number; ended: Date }[]
  >`
    select a.view_name, s.last_run_status, s.total_failures, s.last_successful_finish as ended
    from timescaledb_information.jobs j
    join timescaledb_information.job_stats s using (job_id)
    join timescaledb_information.continuous_aggregates a on a.view_name = j.hypertable_name
    where j.proc_name = 'policy_refresh_continuous_aggregate' order by a.view_name`;

  /** Until every policy has had a run that began now or later. */
  async function nextRuns(): Promise<void> {
    const [clock] = await owner<{ now: Date }[]>`select clock_timestamp() as now`;
    const check = async () => {
      const [row] = await owner<{ all: boolean }[]>`
        select bool_and(s.last_run_started_at > ${clock!.now} and s.last_successful_finish >= s.last_run_started_at) as all
        from timescaledb_information.job_stats s join timescaledb_information.jobs j using (job_id)
        where j.proc_name = 'policy_refresh_continuous_aggregate'`;
      expect(row!.all, JSON.stringify(await runs())).toBe(true);
    };
    await vi.waitFor(check, { timeout: 60_000, interval: 500 });
  }

  const commands = [
    `select view_name, materialized_only from timescaledb_information.continuous_aggregates`,
    `select job_id, proc_name, schedule_interval, config, next_start from timescaledb_information.jobs`,
    `select job_id, last_run_status, last_successful_finish, next_start, total_runs from timescaledb_information.job_stats`,
    `select * from aggregate_status`,
    `select count(*), min("timestamp"), max("timestamp") from price_klines where symbol = 'BTCUSDT'`,
    ...AGGREGATES.map(
      ({ name }) => `select * from ${name} where symbol = 'BTCUSDT' order by bucket desc limit 5`,
    ),
    ...AGGREGATES.map(
      ({ name }) =>
        `call refresh_continuous_aggregate('${name}', now() - interval '10 days', now() - interval '1 day')`,
    ),
    `call refresh_continuous_aggregate('price_klines_1d', null, null)`,
    `select hypertable_name, num_chunks, compression_enabled from timescaledb_information.hypertables`,
  ];
  it.each(commands)('takes the runbook’s %s', async (command) => {
    const rows = await owner.unsafe(command).simple();
    if (command.startsWith('select')) expect(rows.length).toBeGreaterThan(0);
  });
});
