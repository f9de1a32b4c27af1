import { describe, expect, it } from 'vitest';
import type { JobOrder } from '../../../functions/core/jobs/job.ts';
import { stopJob } from '../../../functions/core/jobs/stop-job.ts';
import type { Chunk } from '../../../functions/core/ledger/plan.ts';
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
    await stopJob(jobs, { jobId: job.id, status, cause: 'by hand' });
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
    const left = await stopJob(jobs, { jobId: job.id, status: 'FAILED' });
    expect(left).toMatchObject({ status: 'failed', reason: 'PermanentError: no', rows: 3 });
  });

  it('of no known job changes nothing', async () => {
    await using table = await createTestJobTable();
    const jobs = createJobStore(table);
    expect(await stopJob(jobs, { jobId: '01JD0000000000000000000000', status: 'ABORTED' })).toBeUndefined();
  });
});
