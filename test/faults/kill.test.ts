import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { connect, type Sql } from '../../functions/stores/postgres/postgres.ts';
import { type Cluster, startCluster } from '../../host/cluster/index.ts';
import { fetchElsewhere } from '../helpers/faults/fetcher.ts';
import { type FaultHost, freshSlice, NO_DAILY_FILES, startFaultHost, until } from '../helpers/faults/host.ts';
import { removeCluster } from '../helpers/remove-cluster.ts';

/** `kill -9` of whatever works on a chunk. The database is one of our own: the tests' server serves other tests too. */
const folder = mkdtempSync(join(tmpdir(), 'gordon-kill-'));
const dataDir = join(folder, 'data');
/** Four attempts outlast a recovery. */
const RETRY_MS = 1_000;
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
    retryMs: RETRY_MS,
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
/** A server in recovery refuses all connections for a moment. */
const answering = (): Promise<void> =>
  until(() =>
    at.sql`select 1`.then(
      () => true,
      () => false,
    ),
  );
const backendsOf = (application: string) =>
  at.sql<{ pid: number }[]>`
    select pid from pg_stat_activity where application_name = ${application} and backend_type = 'client backend'`;

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
    const [backend] = await backendsOf('gordon-data');
    process.kill(backend!.pid, 'SIGKILL');
    const job = await at.settled(id);
    await answering();
    await at.recovers(slice, job);
  });

  it('of the server of PostgreSQL: the job reports it, and goes on with the next server', async () => {
    const slice = freshSlice(2);
    slowPages();
    const { id } = await at.order(at.orderOf(slice));
    await midChunk(id);
    process.kill(cluster.pid, 'SIGKILL');
    const { port } = cluster;
    cluster = await startCluster({ dataDir, durable: false, port });
    const job = await at.settled(id);
    await answering();
    expect(['succeeded', 'completed_with_gaps', 'failed']).toContain(job.status);
    await at.recovers(slice, job);
  });
});
