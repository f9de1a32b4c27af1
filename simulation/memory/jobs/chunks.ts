import { type ChunkProgress, isEnded } from '../../../functions/core/jobs/job.ts';
import type { JobStore } from '../../../functions/core/jobs/ports.ts';
import { leftOf } from '../../../functions/core/ledger/plan.ts';
import type { Clock } from '../../../functions/core/time/time.ts';
import { copyOf } from '../copy.ts';
import type { Step } from '../step.ts';
import type { JobTables } from './job-tables.ts';

export function createMemoryChunks(
  tables: JobTables,
  step: Step,
  clock: Clock,
): Pick<JobStore, 'plan' | 'chunks' | 'checkpoint' | 'failChunk'> {
  /** Like an update of the real table, this creates a chunk that was never planned. */
  const update = async (
    id: string,
    label: string,
    edit: (chunk: ChunkProgress) => ChunkProgress,
  ): Promise<void> => {
    await step(`change chunk ${label}`);
    const ofJob = tables.chunks.get(id) ?? new Map<string, ChunkProgress>();
    tables.chunks.set(id, ofJob);
    ofJob.set(label, edit(ofJob.get(label) ?? ({ label, rows: 0 } as ChunkProgress)));
  };
  return {
    async plan(id, wave, chunks) {
      for (const planned of chunks) {
        const { chunk } = planned;
        const leftMs = leftOf(planned);
        await update(id, chunk.label, ({ resumeAt: _resume, endedAt: _ended, error: _, ...before }) => ({
          ...before,
          state: 'planned',
          wave,
          totalMs: before.totalMs ?? leftMs,
          leftMs,
        }));
      }
    },

    async chunks(id) {
      await step(`chunks of ${id}`);
      const all = [...(tables.chunks.get(id)?.values() ?? [])];
      return all.sort((a, b) => (a.label < b.label ? -1 : 1));
    },

    async checkpoint(id, label, { state, leftMs, rows, requests, resumeAt, scope }) {
      const now = clock();
      await update(id, label, ({ resumeAt: _resume, endedAt: _ended, ...before }) => ({
        ...before,
        state,
        leftMs,
        rows,
        startedAt: before.startedAt ?? now,
        ...(isEnded(state) && { endedAt: now }),
        ...(scope !== undefined &&
          resumeAt !== undefined && {
            waits: [...(before.waits ?? []), { from: now, until: resumeAt, scope }],
          }),
        ...(requests !== undefined && { requests: (before.requests ?? 0) + requests }),
        ...(resumeAt !== undefined && { resumeAt }),
      }));
    },

    async failChunk(id, label, error, rows) {
      await update(id, label, (before) => ({
        ...before,
        state: 'failed',
        endedAt: clock(),
        error: copyOf(error),
        ...(rows !== undefined && { rows }),
      }));
    },
  };
}
