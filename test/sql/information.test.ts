import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { AGGREGATES, type AggregateStore } from '../../functions/core/aggregates/aggregates.ts';
import { createAggregateStore } from '../../functions/stores/aggregates/aggregates.ts';
import { migrate } from '../../functions/stores/postgres/migrate.ts';
import type { Sql } from '../../functions/stores/postgres/postgres.ts';
import { createTestDatabase, type TestDatabase } from '../helpers/database.ts';
import { until } from '../helpers/until.ts';
import { writeCandles } from './aggregates/candle-model.ts';

/** The users' runbook, word for word. */
const JOBS = `SELECT * FROM timescaledb_information.jobs WHERE proc_name = 'policy_refresh_continuous_aggregate';`;
const STATS = `SELECT * FROM timescaledb_information.job_stats ORDER BY last_run_started_at DESC LIMIT 5;`;
const VIEWS = 'SELECT * FROM timescaledb_information.continuous_aggregates;';
const NAMES = AGGREGATES.map(({ name }) => name);

let database: TestDatabase;
let admin: Sql;
let reader: Sql;
let store: AggregateStore;
beforeAll(async () => {
  database = await createTestDatabase();
  admin = database.connect();
  reader = database.connect({ role: 'gordon_reader' });
  const writer = database.connect({ role: 'gordon_writer' });
  store = createAggregateStore({ sql: writer, owner: writer, clock: Date.now });
});
afterAll(() => database?.[Symbol.asyncDispose]());
beforeEach(async () => {
  await admin`
    update market_data.aggregates set every = null, last_refresh = null, last_start = null, last_finish = null,
      last_run_success = null, total_runs = 0, total_successes = 0`;
});

interface Stats {
  readonly hypertable_name: string;
  readonly last_run_started_at: Date | null;
  readonly last_successful_finish: Date | null;
  readonly last_run_status: string | null;
  readonly job_status: string;
  readonly last_run_duration: string | null;
  readonly next_start: Date | null;
  readonly total_runs: number;
  readonly total_successes: number;
  readonly total_failures: number;
}
const stats = async (): Promise<Stats[]> =>
  reader<Stats[]>`select * from timescaledb_information.job_stats order by job_id`;
const countsOf = ({ total_runs, total_successes, total_failures }: Stats) => [
  total_runs,
  total_successes,
  total_failures,
];

/** The 1h aggregate refuses every change, until the test is over. */
async function broken(work: () => Promise<void>): Promise<void> {
  await admin.unsafe(`
    create function market_data.refuse() returns trigger language plpgsql as
      'begin raise exception using errcode = ''55P03'', message = ''not now''; end';
    create trigger refuse before insert or update or delete on market_data.price_klines_1h
      execute function market_data.refuse()`);
  try {
    await work();
  } finally {
    await admin.unsafe('drop function market_data.refuse cascade');
  }
}

describe('timescaledb_information on plain PostgreSQL', () => {
  it('answers the runbook before anything ran, to everybody', async () => {
    await admin.unsafe(`do $$ begin create role gordon_test_stranger nologin;
      exception when duplicate_object then null; end $$; grant gordon_test_stranger to current_user`);
    const stranger = database.connect({ max: 1 });
    await stranger`set role gordon_test_stranger`;
    for (const sql of [reader, stranger]) {
      const jobs = await sql.unsafe(JOBS);
      expect(jobs.map(({ hypertable_name }) => hypertable_name)).toEqual(expect.arrayContaining(NAMES));
      expect(jobs[0]).toMatchObject({ scheduled: false, next_start: null, schedule_interval: null });
      expect(await sql.unsafe(STATS)).toHaveLength(5);
      expect(await sql.unsafe(VIEWS)).toHaveLength(NAMES.length);
    }
    await stranger`reset role`;
    await stranger`drop role gordon_test_stranger`;
    for (const job of await stats()) {
      expect(job).toMatchObject({ last_run_status: null, job_status: 'Paused', next_start: null });
      expect(countsOf(job)).toEqual([0, 0, 0]);
    }
  });

  it('says when the schedule ran, how it went and when it comes again', async () => {
    const before = Date.now();
    await store.refreshRecent(5);
    await store.refreshRecent(5);
    for (const job of await stats()) {
      expect(job).toMatchObject({ last_run_status: 'Success', job_status: 'Scheduled' });
      expect(countsOf(job)).toEqual([2, 2, 0]);
      expect(job.last_run_started_at!.getTime()).toBeGreaterThanOrEqual(before);
      expect(job.last_successful_finish!.getTime()).toBeGreaterThanOrEqual(
        job.last_run_started_at!.getTime(),
      );
      expect(job.next_start!.getTime() - job.last_run_started_at!.getTime()).toBe(5_000);
    }
    const jobs = await reader`
      select hypertable_name, schedule_interval::text as every, config, scheduled, owner::text, next_start,
        exists (select from pg_proc p join pg_namespace n on n.oid = p.pronamespace
          where p.proname = proc_name and n.nspname = proc_schema) as callable
      from timescaledb_information.jobs order by job_id`;
    expect(jobs.map(({ hypertable_name, config }) => [hypertable_name, config])).toEqual(
      ['00:45:00', '01:30:00', '03:00:00', '12:00:00', '36:00:00', '72:00:00'].map((start_offset, i) => [
        NAMES[i],
        { end_offset: null, start_offset },
      ]),
    );
    for (const job of jobs)
      expect(job).toMatchObject({
        every: '00:00:05',
        scheduled: true,
        owner: 'gordon_writer',
        callable: true,
      });
  });

  it('counts a failure, which the refresh itself undoes, and refreshes the others', async () => {
    await store.refreshRecent(5);
    await broken(async () => {
      await expect(store.refreshRecent(5)).rejects.toMatchObject({
        code: 'database-busy',
        message: expect.stringContaining('price_klines_1h: not now'),
      });
      const all = await stats();
      const failed = all.filter(({ last_run_status }) => last_run_status === 'Failed');
      expect(failed.map((job) => [job.hypertable_name, ...countsOf(job)])).toEqual([
        ['price_klines_1h', 2, 1, 1],
      ]);
      expect(failed[0]!.last_run_duration).not.toBeNull();
      expect(failed[0]!.last_successful_finish!.getTime()).toBeLessThan(
        failed[0]!.last_run_started_at!.getTime(),
      );
      for (const job of all.filter((one) => !failed.includes(one))) expect(countsOf(job)).toEqual([2, 2, 0]);
    });
    await store.refreshRecent(5);
    expect(countsOf((await stats())[2]!)).toEqual([3, 2, 1]);
  });

  it('shows a run that is at work, and counts it as failed when its session was killed', async () => {
    const holder = database.connect({ max: 1 });
    await holder`begin`;
    await holder`select market_data.take_locks('refresh', '["price_klines_15m"]')`;
    const run = store.refreshRecent(5);
    const killed = expect(run).rejects.toMatchObject({ name: 'RetryableStoreError' });
    const first = async () => (await stats())[0]!;
    await until('the run has begun', async () => (await first()).job_status === 'Running');
    expect(await first()).toMatchObject({ last_run_status: null, last_run_duration: null });
    expect(countsOf(await first())).toEqual([1, 0, 0]);
    await admin`
      select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and query like '%refresh_recent%' and wait_event_type = 'Lock'`;
    await killed;
    await holder`rollback`;
    await store.refreshRecent(5);
    expect(await first()).toMatchObject({ last_run_status: 'Success', job_status: 'Scheduled' });
    expect(countsOf(await first())).toEqual([2, 1, 1]);
  });

  it('counts runs that overlap, each once', async () => {
    await Promise.all([store.refreshRecent(5), store.refreshRecent(5), store.refreshRecent(5)]);
    for (const job of await stats()) expect(countsOf(job)).toEqual([3, 3, 0]);
  });

  it('is paused when the schedule is no longer called', async () => {
    await store.refreshRecent(5);
    await admin`update market_data.aggregates set last_start = last_start - interval '70 seconds'`;
    for (const job of await stats()) expect(job).toMatchObject({ job_status: 'Paused', next_start: null });
    const jobs = await reader`select scheduled, next_start from timescaledb_information.jobs`;
    for (const job of jobs) expect(job).toEqual({ scheduled: false, next_start: null });
  });

  it('gives definitions that compute what the tables hold', async () => {
    const days = { start: Date.UTC(2024, 5, 1), end: Date.UTC(2024, 5, 4) };
    await writeCandles(admin, 'BTCUSDT', days, 0);
    await store.refresh([days]);
    const views = await reader<{ view_name: string; view_definition: string }[]>`
      select * from timescaledb_information.continuous_aggregates`;
    for (const { view_name, view_definition } of views) {
      const query = view_definition.replace(/;$/, '');
      const wrong = await reader.unsafe(`
        (select * from (${query}) defined except select * from market_data.${view_name})
        union all (select * from market_data.${view_name} except select * from (${query}) defined)`);
      expect([view_name, wrong.length]).toEqual([view_name, 0]);
    }
    expect((await reader`select from market_data.price_klines_1d`).length).toBe(3);
  });

  it('comes back with the next migration, as after a restore without it, and leaves alone what is not ours', async () => {
    await using own = await createTestDatabase();
    const sql = own.connect({ max: 1 });
    await sql`drop schema timescaledb_information cascade`;
    await migrate(own.url);
    expect(await sql.unsafe(VIEWS)).toHaveLength(6);
    await sql`drop schema market_data cascade`;
    expect(await sql`select from pg_views where schemaname = 'timescaledb_information'`).toHaveLength(0);
    await migrate(own.url);
    expect(await sql.unsafe(VIEWS)).toHaveLength(6);
    await sql`drop schema timescaledb_information cascade`;
    await sql`create schema timescaledb_information`;
    await migrate(own.url);
    expect(await sql`select from pg_views where schemaname = 'timescaledb_information'`).toHaveLength(0);
  });
});
