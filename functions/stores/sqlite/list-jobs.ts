import type { Job } from '../../core/jobs/job.ts';
import type { JobFilter } from '../../core/jobs/ports.ts';
import { toJob } from '../dynamodb/items.ts';
import type { ItemFile } from './item-file.ts';

/** Newest first: a ULID sorts by its time, so each status is read from the cursor backward and the lists are merged. */
export function listJobs(
  file: ItemFile,
  { statuses, source, limit, after }: JobFilter,
): { readonly jobs: readonly Job[]; readonly more: boolean } {
  const found = statuses.flatMap((status) => file.ofStatus(status, { after, source, limit: limit + 1 }));
  const jobs = found.map(toJob).sort((a, b) => (a.id < b.id ? 1 : -1));
  return { jobs: jobs.slice(0, limit), more: jobs.length > limit };
}
