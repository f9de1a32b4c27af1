import type { Job } from '../../core/jobs/job.ts';
import { type JobFilter, originsOf } from '../../core/jobs/ports.ts';
import { toJob } from '../dynamodb/items.ts';
import type { ItemFile } from './item-file.ts';

/**
 * Newest first: a ULID sorts by its time, so each status, or each origin of it, is read from the cursor backward and the lists are
 * merged.
 */
export function listJobs(
  file: ItemFile,
  filter: JobFilter,
): { readonly jobs: readonly Job[]; readonly more: boolean } {
  const { statuses, source, limit, after } = filter;
  const found = statuses.flatMap((status) =>
    (originsOf(status, filter) ?? [undefined]).flatMap((origin) =>
      file.ofStatus(status, { after, source, origin, limit: limit + 1 }),
    ),
  );
  const jobs = found.map(toJob).sort((a, b) => (a.id < b.id ? 1 : -1));
  return { jobs: jobs.slice(0, limit), more: jobs.length > limit };
}
