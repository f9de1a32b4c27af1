import { describeClockChecks } from '../../conformance/clock-checks.ts';
import { describeScheduleRuns } from '../../conformance/schedule-runs.ts';
import { createMemoryClockChecks, createMemoryScheduleRuns } from '../../helpers/memory-table.ts';

describeClockChecks(async () =>
  Object.assign(createMemoryClockChecks(), { [Symbol.asyncDispose]: async () => {} }),
);

describeScheduleRuns(async () =>
  Object.assign(createMemoryScheduleRuns(), { [Symbol.asyncDispose]: async () => {} }),
);
