import { type Clock, MINUTE } from '../time/time.ts';
import type { JobStore, Workflow } from './ports.ts';

/** An order that is being taken starts its execution within seconds. */
const FORGOTTEN_AFTER = 2 * MINUTE;

/**
 * Starts jobs that were entered and have no execution, because the function that took the order died or lost the job table's answer in
 * between. Starting one that has its execution is harmless.
 * @returns their ids
 */
export async function startForgotten(ports: {
  readonly jobs: Pick<JobStore, 'list'>;
  readonly workflow: Pick<Workflow, 'start'>;
  readonly clock: Clock;
}): Promise<string[]> {
  const { jobs } = await ports.jobs.list({ statuses: ['queued'], limit: 100 });
  const forgotten = jobs.filter(({ createdAt }) => createdAt < ports.clock() - FORGOTTEN_AFTER);
  for (const { id } of forgotten) await ports.workflow.start(id);
  return forgotten.map(({ id }) => id);
}
