import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import type { JobDetail } from '../../functions/core/api/jobs/schemas.ts';
import { iso } from '../../functions/core/time/time.ts';
import { startVenues } from '../../simulator/index.ts';
import { createTestDatabase } from '../helpers/database.ts';
import {
  contradictions,
  faultsIn,
  gapsIn,
  readReconciliation,
  rowsWrittenBy,
} from '../helpers/faults/books.ts';
import { freshSlice, NO_DAILY_FILES, until } from '../helpers/faults/host.ts';
import { SECRET, startReceiver } from '../helpers/webhook-receiver.ts';

const MAIN = new URL('../../host/main.ts', import.meta.url);

/** The host as `make dev-up` starts it, in a folder of its own. */
async function startProcess(env: NodeJS.ProcessEnv): Promise<ChildProcess> {
  const child = fork(MAIN, ['live'], { env: { ...process.env, ...env }, stdio: 'inherit' });
  const died = once(child, 'exit').then(([code]): never => {
    throw new Error(`the host ended with ${code}`);
  });
  died.catch(() => {});
  const [said] = (await Promise.race([once(child, 'message'), died])) as [{ ready?: true; failed?: string }];
  if (!said.ready) throw new Error(said.failed);
  return child;
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill(signal);
  await gone;
}

it('kill -9 of the whole host in the middle of chunks: the next one goes on, again and again, and announces the last end', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'gordon-host-kill-'));
  await using database = await createTestDatabase();
  const venues = await startVenues({ cacheDir: join(tmpdir(), 'gordon-test-venues') });
  venues.faults.add(NO_DAILY_FILES);
  venues.faults.add({ kind: 'delay', ms: 250, match: '/api/v3/klines' });
  const sql = database.connect();
  const slice = freshSlice(2);
  const env = {
    ...venues.env,
    GORDON_DIR: folder,
    GORDON_DATABASE_URL: database.url,
    GORDON_JOBS_PORT: '0',
    GORDON_CANDLES_PORT: '0',
    POWERTOOLS_LOG_LEVEL: 'SILENT',
  };
  const url = (path: string): string => {
    const { ports } = JSON.parse(readFileSync(join(folder, 'host.json'), 'utf8')) as {
      ports: { jobs: number };
    };
    return `http://127.0.0.1:${ports.jobs}/backfill${path}`;
  };
  const ended = async (id: string): Promise<JobDetail> => {
    for (;;) {
      const job = (await (await fetch(url(`/jobs/${id}`))).json()) as JobDetail;
      if (job.finished_at !== null) return job;
      await sleep(50);
    }
  };
  const order = async (): Promise<string> => {
    const range = { from: iso(slice.from), to: iso(slice.to) };
    const body = JSON.stringify({ source: slice.source, symbols: [slice.symbol], ...range });
    return ((await (await fetch(url(''), { method: 'POST', body })).json()) as JobDetail).id;
  };
  const pages = async (id: string): Promise<number> =>
    (await sql`select from market_data.coverage where job_id = ${id}`).length;
  const books = () => readReconciliation(sql, venues.control.context, slice);

  await using receiver = await startReceiver();
  let host = await startProcess(env);
  try {
    const id = await order();
    for (const round of [1, 2]) {
      await until(async () => (await pages(id)) >= round);
      await end(host, 'SIGKILL');
      expect(faultsIn(await books())).toEqual([]);
      host = await startProcess(env);
    }
    const job = await ended(id);
    expect([job.status, gapsIn(await books())]).toEqual(['succeeded', []]);
    expect(contradictions(job, [await books()], await rowsWrittenBy(sql, id))).toEqual([]);
    const last = await order();
    expect(await ended(last)).toMatchObject({ status: 'succeeded', rows_fetched: 0 });
    // No webhook has heard of it, as where the host is killed between noting the end and announcing it.
    await end(host, 'SIGKILL');
    host = await startProcess({ ...env, GORDON_WEBHOOK_URL: receiver.url, GORDON_WEBHOOK_SECRET: SECRET });
    await until(() => receiver.received.length > 0);
    expect(receiver.received.map(({ body }) => JSON.parse(body))).toContainEqual(
      expect.objectContaining({ type: 'job.finished', data: expect.objectContaining({ jobId: last }) }),
    );
  } finally {
    await end(host, 'SIGTERM');
    await venues.close();
    rmSync(folder, { recursive: true, force: true });
  }
});
