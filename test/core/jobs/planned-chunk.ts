import type { ErrorCode } from '../../../functions/core/errors/error-codes.ts';
import { GordonError } from '../../../functions/core/errors/errors.ts';
import { fetchChunk } from '../../../functions/core/jobs/fetch-chunk.ts';
import type { PlannedChunk } from '../../../functions/core/ledger/plan.ts';
import { FetchChunkOutput } from '../../../functions/core/workflow/contracts.ts';
import { chunkOf, type World } from '../world.ts';

export const FRESH = { since: 0, withoutArchive: false };
export const MONTH = 31 * 24;
export const venueError = (name: GordonError['name'], code: ErrorCode) =>
  new GordonError({ name: name as 'PermanentError', code, subject: '/x', message: 'no.' });

/** A job of one chunk, as the first wave leaves it. */
export async function planned(world: World, part: PlannedChunk = chunkOf()) {
  const job = await world.newJob();
  await world.ports.jobs.start(job.id, 1);
  await world.ports.jobs.plan(job.id, 1, [part]);
  const fetch = async (resume = FRESH) =>
    FetchChunkOutput.parse(
      await fetchChunk(world.ports, { jobId: job.id, wave: 1, chunk: part.chunk, resume }),
    );
  const progress = async () => (await world.ports.jobs.chunks(job.id))[0]!;
  return { id: job.id, chunk: part.chunk, fetch, progress };
}
