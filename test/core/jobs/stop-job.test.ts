import { describe, expect, it } from 'vitest';
import type { JobOrder } from '../../../functions/core/jobs/job.ts';
import { noteStopped, type StopPorts, type StoppedExecution } from '../../../functions/core/jobs/stop-job.ts';
import type { Chunk } from '../../../functions/core/ledger/plan.ts';
import type { ProgramEvent } from '../../../functions/core/workflow/events.ts';
import { createJobStore } from '../../../functions/stores/dynamodb/job-store.ts';
import { createTestJobTable } from '../../helpers/job-table.ts';

const order: JobOrder = {
  source: 'klines',
  sources: ['klines_spot'],
  symbols: ['BTCUSDT'],
  skipped: [],
  timeframe: '1m',
  from: 0,
  to: 60_000,
  alsoRequested: false,
};
const chunk: Chunk = {
  source: 'klines_spot',
  symbol: 'BTCUSDT',
  timeframe: '1m',
  label: 'klines_spot BTCUSDT 1m 1970-01',
  start: 0,
  end: 60_000,
};

/** Notes the end, and keeps what is published. */
function noting(jobs: StopPorts['jobs']) {
  const published: ProgramEvent[] = [];
  const events = { publish: async (some: readonly ProgramEvent[]) => void published.push(...some) };
  const ports: StopPorts = { jobs, catalog: { settle: async () => {} }, events };
  return { published, ports, note: (stopped: StoppedExecution) => noteStopped(ports, stopped) };
}

describe('an execution that ended out of turn', () => {
  it.each([
    ['ABORTED', 'cancelled', 'its execution was stopped: by hand'],
    ['FAILED', 'failed', 'its execution failed: by hand'],
    ['TIMED_OUT', 'failed', 'its execution ran out of time: by hand'],
  ] as const)('%s ends its job as %s, with the rows that were written', async (status, expected, reason) => {
    await using table = await createTestJobTable();
    const jobs = createJobStore(table);
    const { job } = await jobs.create(order);
    await jobs.plan(job.id, 1, [{ chunk, missing: [{ start: 0, end: 60_000 }] }]);
    await jobs.checkpoint(job.id, chunk.label, { state: 'running', leftMs: 0, rows: 7 });
    await noting(jobs).note({ jobId: job.id, status, cause: 'by hand' });
    expect(await jobs.get(job.id)).toMatchObject({
      status: expected,
      reason,
      rows: 7,
      finishedAt: table.now,
    });
  });

  it('leaves a job as it ended, with its own reason', async () => {
    await using table = await createTestJobTable();
    const jobs = createJobStore(table);
    const { job } = await jobs.create(order);
    await jobs.finish(job.id, { status: 'failed', rows: 3, reason: 'PermanentError: no' });
    const { note, published } = noting(jobs);
    const left = await note({ jobId: job.id, status: 'FAILED', error: 'JobFailed' });
    expect(left).toMatchObject({ status: 'failed', reason: 'PermanentError: no', rows: 3 });
    expect(published).toEqual([]);
  });

  it('of no known job changes nothing', async () => {
    await using table = await createTestJobTable();
    const jobs = createJobStore(table);
    expect(
      await noting(jobs).note({ jobId: '01JD0000000000000000000000', status: 'ABORTED' }),
    ).toBeUndefined();
  });
});

describe('the end of an execution is announced', () => {
  it('again where the first announcement failed, and the job says so after it', async () => {
    await using table = await createTestJobTable();
    const jobs = createJobStore(table);
    const { job } = await jobs.create(order);
    const { ports, note, published } = noting(jobs);
    const refused = { publish: () => Promise.reject(new Error('no bus')) };
    const stopped = { jobId: job.id, status: 'ABORTED' } as const;
    await expect(noteStopped({ ...ports, events: refused }, stopped)).rejects.toThrow('no bus');
    await note(stopped);
    expect(published).toMatchObject([{ type: 'JobFinished', detail: { status: 'cancelled' } }]);
    expect(await jobs.get(job.id)).toMatchObject({ status: 'cancelled' });
  });

  it('where the state that noted it could not announce it', async () => {
    await using table = await createTestJobTable();
    const jobs = createJobStore(table);
    const { job } = await jobs.create(order);
    await jobs.finish(job.id, { status: 'succeeded', rows: 3 });
    const { note, published } = noting(jobs);
    await note({ jobId: job.id, status: 'FAILED', error: 'Lambda.Unknown' });
    const detail = { jobId: job.id, status: 'succeeded', rows: 3, reason: '' };
    expect(published).toEqual([{ type: 'JobFinished', detail }]);
  });

  it('as it is, where the job came to another end meanwhile', async () => {
    await using table = await createTestJobTable();
    const jobs = createJobStore(table);
    const { job } = await jobs.create(order);
    const chunks: typeof jobs.chunks = async (id) => {
      await jobs.finish(id, { status: 'succeeded', rows: 3 });
      return jobs.chunks(id);
    };
    const { note, published } = noting({ ...jobs, chunks });
    await note({ jobId: job.id, status: 'TIMED_OUT' });
    expect(published.map(({ detail }) => detail.status)).toEqual(['failed', 'succeeded']);
  });
});
