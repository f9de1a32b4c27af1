import { expect, it } from 'vitest';
import type { Events, ProgramEvent } from '../../functions/core/workflow/events.ts';
import type { Services } from '../../functions/runtime/services.ts';
import { createHandler } from '../../functions/schedules/execution-stopped.ts';
import { createJobStore } from '../../functions/stores/dynamodb/job-store.ts';
import { createTestJobTable } from '../helpers/job-table.ts';

/** As EventBridge sends it, times and all. */
const event = (name: string, status: string) => ({
  version: '0',
  id: '315c1398-40ff-a850-213b-158f73e60175',
  source: 'aws.states',
  'detail-type': 'Step Functions Execution Status Change',
  detail: {
    executionArn: `arn:aws:states:eu-central-1:123456789012:execution:GordonData-backfill:${name}`,
    stateMachineArn: 'arn:aws:states:eu-central-1:123456789012:stateMachine:GordonData-backfill',
    name,
    status,
    startDate: 1_551_225_271_984,
    stopDate: 1_551_225_299_000,
    input: '{}',
    output: null,
    error: null,
    cause: null,
  },
});

it('ends the job that has the name of the execution', async () => {
  await using table = await createTestJobTable();
  const jobs = createJobStore(table);
  const { job } = await jobs.create({
    source: 'klines',
    sources: ['klines_spot'],
    symbols: ['BTCUSDT'],
    skipped: [],
    timeframe: '1m',
    from: 0,
    to: 60_000,
    alsoRequested: false,
  });
  const published: ProgramEvent[] = [];
  const events: Events = { publish: async (some) => void published.push(...some) };
  const settled: unknown[] = [];
  const catalog = { settle: async (...of: unknown[]) => void settled.push(of) };
  const handler = createHandler(async () => ({ jobs, catalog, events }) as never as Services);
  const context = {} as never;
  expect(await handler(event(job.id, 'ABORTED'), context)).toEqual({ jobId: job.id, status: 'cancelled' });
  expect(published.map((one) => [one.type, one.detail.status])).toEqual([['JobFinished', 'cancelled']]);
  expect(settled).toEqual([[job.id, 'cancelled']]);
  await handler(event(job.id, 'ABORTED'), context);
  expect(published).toHaveLength(1);
  expect(await jobs.get(job.id)).toMatchObject({ status: 'cancelled', reason: 'its execution was stopped' });
  expect(await handler(event('01JD0000000000000000000000', 'FAILED'), context)).toMatchObject({
    status: null,
  });
  await expect(handler(event(job.id, 'SUCCEEDED'), context)).rejects.toThrow(/status/);
});
