import { expect, it } from 'vitest';
import { createMemoryJobStore } from '../../../simulation/memory/jobs/job-store.ts';
import { emptyJobTables } from '../../../simulation/memory/jobs/job-tables.ts';
import { describeJobStore, order } from '../../conformance/job-store.ts';
import { memoryJobTable } from '../../conformance/job-table.ts';

describeJobStore(memoryJobTable);

it('a job that was entered from its note, and has ended, is not entered again by its creator', async () => {
  const tables = emptyJobTables();
  const quick = createMemoryJobStore(tables, () => 0);
  const creator = createMemoryJobStore(
    tables,
    () => 0,
    async (what) => {
      if (!what.startsWith('put job')) return;
      const { job } = await quick.create(order, undefined, 'the order');
      await quick.finish(job.id, { status: 'succeeded', rows: 7 });
    },
  );
  const { job, created } = await creator.create(order, undefined, 'the order');
  expect(created).toBe(true);
  expect(await quick.get(job.id)).toMatchObject({ status: 'succeeded', rows: 7 });
});
