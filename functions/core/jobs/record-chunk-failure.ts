import { seriesOf } from '../ledger/plan.ts';
import type { SeriesStore } from '../ledger/ports.ts';
import type { RecordChunkFailureInput, RecordChunkFailureOutput } from '../workflow/contracts.ts';
import { readCaught } from './caught.ts';
import type { JobStore } from './ports.ts';

/**
 * A chunk that failed for good in this wave: noted in the job and in the ledger, and its siblings go on. Where its series failed by
 * themselves, each has its own error in the ledger already.
 */
export async function recordChunkFailure(
  ports: {
    readonly jobs: Pick<JobStore, 'failChunk'>;
    readonly store: Pick<SeriesStore, 'markFailed' | 'missingOf' | 'rowsBy'>;
  },
  { jobId, chunk, error: caught }: RecordChunkFailureInput,
): Promise<RecordChunkFailureOutput> {
  const error = readCaught(caught);
  if (!chunk.others) await ports.store.markFailed(chunk, jobId, error);
  else if (error.code !== 'series-failed') {
    const all = seriesOf(chunk);
    const missing = await ports.store.missingOf(all, chunk);
    for (const [i, series] of all.entries()) {
      const { label, start, end } = chunk;
      if (missing[i]!.length > 0)
        await ports.store.markFailed({ ...series, label, start, end }, jobId, error);
    }
  }
  // A fetcher that died in the middle did not report its last page.
  const rows = await ports.store.rowsBy(jobId, chunk.label);
  await ports.jobs.failChunk(jobId, chunk.label, error, rows);
  return { label: chunk.label, outcome: 'failed' };
}
