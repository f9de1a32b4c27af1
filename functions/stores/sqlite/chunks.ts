import { isEnded, KEEP_FINISHED } from '../../core/jobs/job.ts';
import type { JobStore } from '../../core/jobs/ports.ts';
import { leftOf } from '../../core/ledger/plan.ts';
import { type Clock, iso, SECOND } from '../../core/time/time.ts';
import { type Item, toChunkProgress, waitItem } from '../dynamodb/items.ts';
import { chunkKey, TTL_ATTRIBUTE } from '../dynamodb/table.ts';
import type { ItemFile } from './item-file.ts';

/** The chunks of jobs, an item each beside the item of their job. */
export function createChunks(
  file: ItemFile,
  clock: Clock,
): Pick<JobStore, 'plan' | 'chunks' | 'checkpoint' | 'failChunk'> {
  const update = (id: string, label: string, edit: (item: Item) => Item): void => {
    const key = chunkKey(id, label);
    file.atomically(`job ${id}`, () => file.put(key, edit(file.get(key) ?? {})));
  };

  return {
    async plan(id, wave, chunks) {
      const expires = Math.floor((clock() + 2 * KEEP_FINISHED) / SECOND);
      file.atomically(`job ${id}`, () => {
        for (const planned of chunks) {
          const left = leftOf(planned);
          // Total, rows and waits of an earlier wave stay.
          update(
            id,
            planned.chunk.label,
            ({ error: _, resume_at: _resume, ended_at: _ended, ...before }) => ({
              ...before,
              state: 'planned',
              wave,
              total_ms: before.total_ms ?? left,
              left_ms: left,
              [TTL_ATTRIBUTE]: expires,
            }),
          );
        }
      });
    },

    async chunks(id) {
      return file.within(chunkKey(id, '').pk, 'CHUNK#').map(toChunkProgress);
    },

    async checkpoint(id, label, { state, leftMs, rows, requests, resumeAt, scope }) {
      const now = clock();
      update(id, label, ({ resume_at: _resume, ended_at: _ended, ...before }) => ({
        ...before,
        state,
        left_ms: leftMs,
        rows,
        started_at: before.started_at ?? iso(now),
        ...(isEnded(state) && { ended_at: iso(now) }),
        ...(scope !== undefined &&
          resumeAt !== undefined && {
            waits: [
              ...((before.waits as Item[] | undefined) ?? []),
              waitItem({ from: now, until: resumeAt, scope }),
            ],
          }),
        ...(requests !== undefined && { requests: ((before.requests as number) ?? 0) + requests }),
        ...(resumeAt !== undefined && { resume_at: iso(resumeAt) }),
      }));
    },

    async failChunk(id, label, error, rows) {
      update(id, label, (before) => ({
        ...before,
        state: 'failed',
        ended_at: iso(clock()),
        error,
        ...(rows !== undefined && { rows }),
      }));
    },
  };
}
