import { GetCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { JOB_STATUSES } from '../../../functions/core/jobs/job.ts';
import type { JobStore } from '../../../functions/core/jobs/ports.ts';
import { DAY, MINUTE, SECOND } from '../../../functions/core/time/time.ts';
import { createJobStore } from '../../../functions/stores/dynamodb/job-store.ts';
import { chunkKey, jobKey } from '../../../functions/stores/dynamodb/table.ts';
import { describeJobStore, order, planned } from '../../conformance/job-store.ts';
import { dynamoJobTable } from '../../conformance/job-table.ts';
import { createTestJobTable, type TestJobTable } from '../../helpers/job-table.ts';

describeJobStore(dynamoJobTable);

let table: TestJobTable;
let jobs: JobStore;
beforeAll(async () => {
  table = await createTestJobTable();
  jobs = createJobStore(table);
});
afterAll(() => table[Symbol.asyncDispose]());

const make = async (): Promise<string> => (await jobs.create(order)).job.id;
const raw = async (Key: { pk: string; sk: string }) =>
  (await table.client.send(new GetCommand({ TableName: table.table, Key }))).Item;

describe('the item of a job', () => {
  it('is kept for 30 days after its end', async () => {
    const id = await make();
    expect((await raw(jobKey(id)))?.expires_at).toBeUndefined();
    await jobs.finish(id, { status: 'succeeded', rows: 0 });
    expect((await raw(jobKey(id)))?.expires_at).toBe((table.now + 30 * DAY) / SECOND);
  });

  it('of a run of a schedule that succeeded is kept for two', async () => {
    const id = await make();
    await jobs.finish(id, { status: 'succeeded', rows: 0, origin: 'schedule' });
    expect((await raw(jobKey(id)))?.expires_at).toBe((table.now + 2 * DAY) / SECOND);
  });

  it('has no phase after the end', async () => {
    const id = await make();
    await jobs.start(id, 1, 'counting rows');
    await jobs.finish(id, { status: 'succeeded', rows: 0 });
    table.now += MINUTE;
    await jobs.enterPhase(id, 'counting rows');
    expect(await raw(jobKey(id))).not.toHaveProperty('phase_at');
  });

  it('is not made by cancelling what does not exist', async () => {
    await expect(jobs.cancel('nothing')).rejects.toMatchObject({ code: 'unknown-job' });
    expect(await raw(jobKey('nothing'))).toBeUndefined();
  });

  it('of a chunk is left to the time to live', async () => {
    const id = await make();
    await jobs.plan(id, 1, [planned('a')]);
    await jobs.checkpoint(id, 'a', { state: 'waiting', leftMs: DAY / 2, rows: 720, resumeAt: table.now });
    await jobs.plan(id, 2, [planned('a', DAY / 2)]);
    expect((await raw(chunkKey(id, 'a')))?.expires_at).toBeGreaterThan(table.now / SECOND);
  });
});

it('reads none of the runs of schedules where they are not listed', async () => {
  await using own = await createTestJobTable();
  const store = createJobStore(own);
  for (let i = 0; i < 5; i++) {
    const { id } = (await store.create({ ...order, scheduled: true })).job;
    await store.finish(id, { status: 'succeeded', rows: 1, origin: 'schedule' });
  }
  const { id } = (await store.create(order)).job;
  await store.finish(id, { status: 'succeeded', rows: 1, origin: 'order' });
  let scanned = 0;
  own.client.middlewareStack.add((next) => async (args) => {
    const answer = await next(args);
    scanned += (answer.output as { ScannedCount?: number }).ScannedCount ?? 0;
    return answer;
  });
  const { jobs: listed } = await store.list({ statuses: JOB_STATUSES, limit: 5, withoutQuiet: true });
  expect([listed.map((job) => job.id), scanned]).toEqual([[id], 1]);
});

describe('a job that moves on while the list is read', () => {
  it.each([
    ['queued', 'running'],
    ['running', 'cancelled'],
  ] as const)('from %s to %s is listed once', async (from, to) => {
    await using own = await createTestJobTable();
    const store = createJobStore(own);
    const { id } = (await store.create(order)).job;
    if (from === 'running') await store.start(id, 1);
    own.client.middlewareStack.add(
      (next) => async (args) => {
        const { ExpressionAttributeValues: values } = args.input as {
          ExpressionAttributeValues?: Record<string, unknown>;
        };
        const read = await next(args);
        if (values?.[':status'] === from) await (to === 'running' ? store.start(id, 1) : store.cancel(id));
        return read;
      },
      { step: 'initialize', priority: 'high' },
    );
    const { jobs: listed } = await store.list({ statuses: JOB_STATUSES, limit: 5 });
    expect(listed.map((job) => [job.id, job.status])).toEqual([[id, to]]);
  });
});
