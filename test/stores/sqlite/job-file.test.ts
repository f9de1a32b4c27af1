import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, describe, expect, it } from 'vitest';
import { DAY, HOUR, SECOND } from '../../../functions/core/time/time.ts';
import { chunkKey, jobKey } from '../../../functions/stores/dynamodb/table.ts';
import { createClockChecks } from '../../../functions/stores/sqlite/clock-checks.ts';
import { ItemFile } from '../../../functions/stores/sqlite/item-file.ts';
import { createJobStore } from '../../../functions/stores/sqlite/job-store.ts';
import { createRateBudget, createRateWatch } from '../../../functions/stores/sqlite/rate-budget.ts';
import { createScheduleRuns } from '../../../functions/stores/sqlite/runs.ts';
import { createVenueErrors } from '../../../functions/stores/sqlite/venue-errors.ts';
import { describeClockChecks } from '../../conformance/clock-checks.ts';
import { describeJobStore, order, planned } from '../../conformance/job-store.ts';
import { fileJobTable } from '../../conformance/job-table.ts';
import { describeLeases } from '../../conformance/leases.ts';
import { describeRateBudget, noon } from '../../conformance/rate-budget.ts';
import { describeScheduleRuns } from '../../conformance/schedule-runs.ts';
import { describeVenueErrors } from '../../conformance/venue-errors.ts';

describeJobStore(fileJobTable);
describeLeases(fileJobTable);

describeRateBudget(async () => {
  const file = new ItemFile(':memory:', () => budgets.now);
  const budgets = {
    now: noon,
    worker: (egress: string, clock = () => budgets.now, sleep: (ms: number) => Promise<unknown> = never) =>
      createRateBudget({ file, clock, egress, sleep }),
    watch: (egress: string) => createRateWatch({ file, clock: () => budgets.now, egress }),
    [Symbol.asyncDispose]: async () => file.close(),
  };
  return budgets;
});
const never = (): Promise<unknown> => Promise.reject(new Error('this test waits for nothing'));

describeClockChecks(async () => {
  const file = new ItemFile(':memory:', () => noon);
  return Object.assign(createClockChecks(file), { [Symbol.asyncDispose]: async () => file.close() });
});

describeVenueErrors(async () => {
  const file = new ItemFile(':memory:', () => noon);
  return Object.assign(createVenueErrors(file), { [Symbol.asyncDispose]: async () => file.close() });
});

describeScheduleRuns(async () => {
  const file = new ItemFile(':memory:', () => noon);
  return Object.assign(createScheduleRuns(file), { [Symbol.asyncDispose]: async () => file.close() });
});

const folder = mkdtempSync(join(tmpdir(), 'gordon-job-file-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the file', () => {
  it('is shared by processes, and keeps what a killed one wrote', async () => {
    const path = join(folder, 'shared.db');
    const [mine, other] = [new ItemFile(path, () => noon), new ItemFile(path, () => noon)];
    const { job } = await createJobStore(mine, () => noon).create(order);
    expect(await createJobStore(other, () => noon).get(job.id)).toEqual(job);
    // Nothing closes the first one: its process is gone.
    other.close();
    const next = new ItemFile(path, () => noon);
    expect(await createJobStore(next, () => noon).get(job.id)).toEqual(job);
    next.close();
    mine.close();
  });

  it('removes a finished job after 30 days, and its list has the others', async () => {
    let now = noon;
    const file = new ItemFile(':memory:', () => now);
    const jobs = createJobStore(file, () => now);
    const { job } = await jobs.create(order);
    await jobs.finish(job.id, { status: 'succeeded', rows: 0 });
    expect(file.get(jobKey(job.id))?.expires_at).toBe((noon + 30 * DAY) / SECOND);
    const { job: run } = await jobs.create({ ...order, scheduled: true });
    await jobs.plan(run.id, 1, [planned('a')]);
    await jobs.finish(run.id, { status: 'succeeded', rows: 0, origin: 'schedule' });
    for (const key of [jobKey(run.id), chunkKey(run.id, 'a')])
      expect(file.get(key)?.expires_at).toBe((noon + 2 * DAY) / SECOND);
    now += 30 * DAY;
    const { job: kept } = await jobs.create(order);
    expect(await jobs.get(job.id)).toBeDefined();
    now += HOUR;
    await jobs.start(kept.id, 1);
    expect(await jobs.get(job.id)).toBeUndefined();
    const { jobs: all } = await jobs.list({ statuses: ['succeeded', 'running'], limit: 9 });
    expect(all.map(({ id }) => id)).toEqual([kept.id]);
    file.close();
  });

  it('says that the disk is full, keeps what it has, and goes on when there is room', async () => {
    const db = new DatabaseSync(join(folder, 'full.db'));
    const file = new ItemFile(db, () => noon);
    const jobs = createJobStore(file, () => noon);
    const { job } = await jobs.create(order);
    // SQLite answers SQLITE_FULL at this limit as it does at ENOSPC.
    const limit = (pages: number) => db.exec(`PRAGMA max_page_count = ${pages}`);
    limit(1);
    const big = { status: 'failed', rows: 7, reason: 'x'.repeat(100_000) } as const;
    await expect(jobs.finish(job.id, big)).rejects.toMatchObject({
      code: 'disk-full',
      name: 'RetryableStoreError',
    });
    expect(await jobs.get(job.id)).toEqual(job);
    limit(100_000);
    expect(await jobs.finish(job.id, big)).toMatchObject({ status: 'failed', rows: 7 });
    file.close();
  });

  it('names itself where it cannot be opened', () => {
    const path = join(folder, 'no-such-folder', 'jobs.db');
    expect(() => new ItemFile(path, () => noon)).toThrow(
      expect.objectContaining({ code: 'job-table-failed' }),
    );
  });
});
