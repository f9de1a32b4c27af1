import type { FinalizeJobOutput } from './contracts.ts';

/**
 * An event that the program publishes: about a job, about a gap that will soon be beyond the venue, or about a venue that has not
 * answered for minutes. Delivered at least once: a retried state publishes it again, so listeners deduplicate by `jobId`. Where two
 * differ, the newest one holds. The end of a stopped execution is announced a moment before its job shows it.
 */
export interface ProgramEvent {
  readonly type: 'JobFinished' | 'JobFailed' | 'GapFound' | 'GapExpiring' | 'VenueDown';
  readonly detail: Readonly<Record<string, string | number>>;
}

/** Where events go: an EventBridge bus, or nowhere. */
export interface Events {
  publish(events: readonly ProgramEvent[]): Promise<void>;
}

/** The events of a job's end. Gaps have an event of their own, so that a listener need not read every end. */
export function jobEvents({ jobId, status, rows, reason }: FinalizeJobOutput): ProgramEvent[] {
  const detail = { jobId, status, rows, reason };
  const ended: ProgramEvent = { type: status === 'failed' ? 'JobFailed' : 'JobFinished', detail };
  return status === 'completed_with_gaps' ? [ended, { type: 'GapFound', detail }] : [ended];
}
