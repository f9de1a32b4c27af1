import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { JobDetail } from '../../functions/core/api/jobs/schemas.ts';
import { connect, type Sql, storeError } from '../../functions/stores/postgres/postgres.ts';
import { type Cluster, startCluster } from '../../host/cluster/index.ts';
import { fetchElsewhere } from '../helpers/faults/fetcher.ts';
import { type FaultHost, freshSlice, NO_DAILY_FILES, startFaultHost, until } from '../helpers/faults/host.ts';
import { removeCluster } from '../helpers/remove-cluster.ts';

/** `kill -9` of whatever works on a chunk. The database is one of our own: the tests' server serves other tests too. */
const folder = mkdtempSync(join(tmpdir(), 'gordon-kill-'));
const dataDir = join(folder, 'data');
let cluster: Cluster;
let at: FaultHost;
beforeAll(async () => {
  cluster = await startCluster({ dataDir, durable: false });
  const admin = connect(cluster.url('postgres'), { max: 1 });
  await admin`create database gordon`;
  await admin.end();
  const pools: Sql[] = [];
  at = await startFaultHost({
    database: {
      url: cluster.url('gordon'),
      readerUrl: cluster.url('gordon'),
      connect(options = {}) {
        const pool = connect(cluster.url('gordon'), { application: 'test', ...options });
        pools.push(pool);
        return pool;
      },
      async [Symbol.asyncDispose]() {
        await Promise.all(pools.map((pool) => pool.end({ timeout: 5 })));
      },
    },
  });
});
afterAll(async () => {
  await at?.[Symbol.asyncDispose]();
  await removeCluster(dataDir);
  rmSync(folder, { recursive: true, force: true });
});
afterEach(() => at.calm());

const slowPages = (): void => {
  at.venues.faults.add(NO_DAILY_FILES);
  at.venues.faults.add({ kind: 'delay', ms: 150, match: '/api/v3/klines' });
};
/** Resolves when the job has committed a page, with more to come. */
const midChunk = (id: string): Promise<void> =>
  until(async () => (await at.sql`select from market_data.coverage where job_id = ${id}`).length > 0);
/**
 * Kills a process of PostgreSQL. From then on each attempt begins once the server is back, however long that takes: it knows none of the
 * sessions that it had, and refuses all connections while it recovers.
 */
async function killServer(pidOf: (session: number) => number): Promise<{ readonly back: Promise<void> }> {
  const [before] = await at.sql<[{ pid: number }]>`
    select pid from pg_stat_activity where application_name = 'gordon-data' and backend_type = 'client backend'`;
  const isBack = (): Promise<boolean> =>
    at.sql`select from pg_stat_activity where pid = ${before.pid}`.then(
      (found) => found.length === 0,
      () => false,
    );
  process.kill(pidOf(before.pid), 'SIGKILL');
  const back = until(isBack);
  at.around = async (_handler, event, invoke) => {
    await back;
    return invoke(event);
  };
  return { back };
}

describe('kill -9 in the middle of a chunk', () => {
  it('of a fetcher: the chunk is tried again and goes on where it was', async () => {
    const slice = freshSlice(2);
    slowPages();
    const children: ChildProcess[] = [];
    at.around = (handler, event, invoke) =>
      handler === 'fetch-chunk'
        ? fetchElsewhere(at.host.env, event, (child) => children.push(child))
        : invoke(event);
    const { id } = await at.order(at.orderOf(slice));
    await midChunk(id);
    children[0]!.kill('SIGKILL');
    const job = await at.settled(id);
    expect([job.status, job.rows_fetched, children.length]).toEqual(['succeeded', 2_880, 2]);
    await at.recovers(slice, job);
  });

  it('of every fetcher: the chunk is given up, what it wrote is counted, the next trigger does the rest', async () => {
    const slice = freshSlice(2);
    slowPages();
    at.around = async (handler, event, invoke) => {
      if (handler !== 'fetch-chunk') return invoke(event);
      const { jobId } = event as { jobId: string };
      return fetchElsewhere(at.host.env, event, (child) => {
        void midChunk(jobId).then(() => child.kill('SIGKILL'));
      });
    };
    const job = await at.trigger(slice);
    expect(job.status).toBe('completed_with_gaps');
    expect(job.failures[0]!.message).toContain('Runtime exited');
    await at.recovers(slice, job);
  });

  it('of a backend of PostgreSQL: all sessions are lost, the chunk goes on after the recovery', async () => {
    const slice = freshSlice(2);
    slowPages();
    const { id } = await at.order(at.orderOf(slice));
    await midChunk(id);
    await killServer((session) => session);
    const job = await at.settled(id);
    expect(job.status).toBe('succeeded');
    await at.recovers(slice, job);
  });

  it('of a backend whose recovery outlasts each attempt: the job does not count the rows that were lost', async () => {
    const slice = freshSlice(2);
    // Commits of pages reach the disk with the next one that waits for it, and here not before.
    await at.sql`alter system set wal_writer_delay = '10s'`;
    await at.sql`select pg_reload_conf()`;
    slowPages();
    const { id } = await at.order(at.orderOf(slice));
    await until(async () => (await at.ask<JobDetail>(`/backfill/jobs/${id}`)).body.rows_fetched > 0);
    const { back } = await killServer((session) => session);
    at.around = async (handler, event, invoke) => {
      if (/chunk/.test(handler)) throw storeError({ code: '57P03' }, 'a chunk');
      await back;
      return invoke(event);
    };
    const job = await at.settled(id);
    expect([job.status, job.rows_fetched]).toEqual(['failed', 0]);
    await at.recovers(slice, job);
  });

  it('of the server of PostgreSQL: the chunk goes on with the next server', async () => {
    const slice = freshSlice(2);
    slowPages();
    const { id } = await at.order(at.orderOf(slice));
    await midChunk(id);
    await killServer(() => cluster.pid);
    const { port } = cluster;
    cluster = await startCluster({ dataDir, durable: false, port });
    const job = await at.settled(id);
    expect(job.status).toBe('succeeded');
    await at.recovers(slice, job);
  });
});
