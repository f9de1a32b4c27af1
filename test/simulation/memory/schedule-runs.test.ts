import { describeClockChecks } from '../../conformance/clock-checks.ts';
import { describeScheduleRuns } from '../../conformance/schedule-runs.ts';
import { describeVenueErrors } from '../../conformance/venue-errors.ts';
import {
  createMemoryClockChecks,
  createMemoryScheduleRuns,
  createMemoryVenueErrors,
} from '../../helpers/memory-table.ts';

describeClockChecks(async () =>
  Object.assign(createMemoryClockChecks(), { [Symbol.asyncDispose]: async () => {} }),
);

describeVenueErrors(async () =>
  Object.assign(createMemoryVenueErrors(), { [Symbol.asyncDispose]: async () => {} }),
);

describeScheduleRuns(async () =>
  Object.assign(createMemoryScheduleRuns(), { [Symbol.asyncDispose]: async () => {} }),
);
