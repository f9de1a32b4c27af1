import { createClockChecks } from '../../../functions/stores/dynamodb/clock-checks.ts';
import { describeClockChecks } from '../../conformance/clock-checks.ts';
import { createTestJobTable } from '../../helpers/job-table.ts';

describeClockChecks(async () => {
  const table = await createTestJobTable();
  return Object.assign(createClockChecks(table), {
    [Symbol.asyncDispose]: () => table[Symbol.asyncDispose](),
  });
});
