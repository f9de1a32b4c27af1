import { describeScheduleRuns } from '../../conformance/schedule-runs.ts';
import { createMemoryScheduleRuns } from '../../helpers/memory-table.ts';

describeScheduleRuns(async () =>
  Object.assign(createMemoryScheduleRuns(), { [Symbol.asyncDispose]: async () => {} }),
);
