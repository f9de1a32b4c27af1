import { createScheduleRuns } from '../../../functions/stores/dynamodb/runs.ts';
import { describeScheduleRuns } from '../../conformance/schedule-runs.ts';
import { createTestJobTable } from '../../helpers/job-table.ts';

describeScheduleRuns(async () => {
  const table = await createTestJobTable();
  return Object.assign(createScheduleRuns(table), {
    [Symbol.asyncDispose]: () => table[Symbol.asyncDispose](),
  });
});
