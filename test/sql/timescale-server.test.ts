import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AGGREGATES, type AggregateStore } from '../../functions/core/aggregates.ts';
import { DAY, floorTo, MINUTE } from '../../functions/core/time.ts';
import { createAggregateStore } from '../../functions/stores/aggregates.ts';
import { migrate } from '../../functions/stores/migrate.ts';
import { connect, type Sql } from '../../functions/stores/postgres.ts';
import { expectEqual, writeCandles } from './candle-model.ts';

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

  it('refreshes what a job has touched, through the owner', async () => {
    await writeCandles(writer, 'BTCUSDT', days, 1);
    await store.refresh([days]);
    await expectEqual(writer, { start: days.start, end: days.end + DAY });
  });

  it('runs the policies by itself, without a failure', async () => {
    await writeCandles(writer, 'BTCUSDT', { start: days.end - 15 * MINUTE, end: days.end }, 2);
    const healthy = async () => (await store.status()).every((aggregate) => aggregate.healthy);
    for (let waited = 0; !(await healthy()); waited += 500) {
      if (waited > 60_000)
        throw new Error(`not healthy after a minute: ${JSON.stringify(await store.status())}`);
      await sleep(500);
    }
    await expectEqual(writer, { start: days.start, end: days.end + DAY });
    const jobs = await owner<{ view_name: string; last_run_status: string; total_failures: number }[]>`
      select a.view_name, s.last_run_status, s.total_failures, s.last_successful_finish, s.next_start
      from timescaledb_information.jobs j
      join timescaledb_information.job_stats s using (job_id)
      join timescaledb_information.continuous_aggregates a on a.view_name = j.hypertable_name
      where j.proc_name = 'policy_refresh_continuous_aggregate' order by a.view_name`;
    expect(jobs).toHaveLength(AGGREGATES.length);
    for (const job of jobs) expect(job).toMatchObject({ last_run_status: 'Success', total_failures: 0 });
  }, 90_000);

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
