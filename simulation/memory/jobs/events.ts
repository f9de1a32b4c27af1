import type { Events } from '../../../functions/core/workflow/events.ts';
import type { Step } from '../step.ts';
import type { JobTables } from './job-tables.ts';

/** A bus: whoever listens gets each event that was published, once or more. */
export const createMemoryEvents = ({ announced }: JobTables, step: Step): Events => ({
  async publish(events) {
    await step(`publish ${events.map(({ type }) => type).join(', ')}`);
    for (const { detail } of events) {
      const { jobId, status } = detail;
      if (jobId !== undefined) announced.set(String(jobId), String(status));
    }
  },
});
