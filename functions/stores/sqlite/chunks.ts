import type { JobStore } from '../../core/jobs/ports.ts';
import { leftOf } from '../../core/ledger/plan.ts';
import { type Clock, iso, SECOND } from '../../core/time/time.ts';
import { type Item, toChunkProgress } from '../dynamodb/items.ts';
import { chunkKey, KEEP_FINISHED, TTL_ATTRIBUTE } from '../dynamodb/table.ts';
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
          // Total and rows of an earlier wave stay.
          update(id, planned.chunk.label, ({ error: _error, resume_at: _resumeAt, ...before }) => ({
            ...before,
            state: 'planned',
            wave,
            total_ms: before.total_ms ?? left,
            left_ms: left,
            [TTL_ATTRIBUTE]: expires,
          }));
        }
      });
    },

    async chunks(id) {
      return file.within(chunkKey(id, '').pk, 'CHUNK#').map(toChunkProgress);
    },

    async checkpoint(id, label, { state, leftMs, rows, requests, resumeAt }) {
      update(id, label, ({ resume_at: _resumeAt, ...before }) => ({
        ...before,
        state,
        left_ms: leftMs,
        rows,
        ...(requests !== undefined && { requests: ((before.requests as number) ?? 0) + requests }),
        ...(resumeAt !== undefined && { resume_at: iso(resumeAt) }),
      }));
    },

    async failChunk(id, label, error, rows) {
      update(id, label, (before) => ({
        ...before,
        state: 'failed',
        error,
        ...(rows !== undefined && { rows }),
      }));
    },
  };
}
