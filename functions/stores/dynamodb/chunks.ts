import { paginateQuery, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { type ChunkProgress, isEnded, type Job, KEEP_FINISHED } from '../../core/jobs/job.ts';
import type { JobStore } from '../../core/jobs/ports.ts';
import { leftOf } from '../../core/ledger/plan.ts';
import { iso, SECOND } from '../../core/time/time.ts';
import { onTable } from './dynamo.ts';
import { toChunkProgress, waitItem } from './items.ts';
import { chunkKey, type JobTable, TTL_ATTRIBUTE } from './table.ts';

/** How many updates run at once when a wave's chunks are entered. */
const PARALLEL = 25;

/** The chunks of jobs, an item each beside the item of their job. @param mustGet reads a job. @throws GordonError `unknown-job` */
export function createChunkStore(
  at: JobTable,
  mustGet: (id: string) => Promise<Job>,
): Pick<JobStore, 'plan' | 'chunks' | 'checkpoint' | 'isCancelled' | 'failChunk'> {
  const update = (id: string, label: string, expression: string, values: Record<string, unknown>) =>
    onTable(`job ${id}`, () =>
      at.client.send(
        new UpdateCommand({
          TableName: at.table,
          Key: chunkKey(id, label),
          UpdateExpression: `${expression} `,
          ExpressionAttributeNames: Object.fromEntries(
            ['state', 'rows', 'error', 'wave'].flatMap((n) =>
              expression.includes(`#${n}`) ? [[`#${n}`, n]] : [],
            ),
          ),
          ExpressionAttributeValues: values,
        }),
      ),
    );

  return {
    async plan(id, wave, chunks) {
      const expires = Math.floor((at.clock() + 2 * KEEP_FINISHED) / SECOND);
      for (let i = 0; i < chunks.length; i += PARALLEL) {
        await Promise.all(
          chunks.slice(i, i + PARALLEL).map((planned) =>
            // An update, not a put: total, rows and waits of an earlier wave stay.
            update(
              id,
              planned.chunk.label,
              `SET #state = :state, #wave = :wave, total_ms = if_not_exists(total_ms, :left), left_ms = :left, ${TTL_ATTRIBUTE} = :expires REMOVE #error, resume_at, ended_at`,
              { ':state': 'planned', ':wave': wave, ':left': leftOf(planned), ':expires': expires },
            ),
          ),
        );
      }
    },

    async chunks(id) {
      const pages = paginateQuery(
        { client: at.client },
        {
          TableName: at.table,
          KeyConditionExpression: 'pk = :pk AND begins_with(sk, :chunk)',
          ExpressionAttributeValues: { ':pk': chunkKey(id, '').pk, ':chunk': 'CHUNK#' },
          ConsistentRead: true,
        },
      );
      const chunks: ChunkProgress[] = [];
      await onTable(`job ${id}`, async () => {
        for await (const page of pages) chunks.push(...(page.Items ?? []).map(toChunkProgress));
      });
      return chunks;
    },

    async checkpoint(id, label, { state, leftMs, rows, requests, resumeAt, scope }) {
      const now = at.clock();
      const ended = isEnded(state);
      const wait = scope !== undefined && resumeAt !== undefined && { from: now, until: resumeAt, scope };
      const sets = [
        '#state = :state, left_ms = :left, #rows = :rows, started_at = if_not_exists(started_at, :now)',
        ...(ended ? ['ended_at = :now'] : []),
        ...(resumeAt !== undefined ? ['resume_at = :resume'] : []),
        ...(wait ? ['waits = list_append(if_not_exists(waits, :none), :wait)'] : []),
      ];
      const gone = [...(ended ? [] : ['ended_at']), ...(resumeAt === undefined ? ['resume_at'] : [])];
      await update(
        id,
        label,
        `SET ${sets.join(', ')}${gone.length > 0 ? ` REMOVE ${gone.join(', ')}` : ''}${requests === undefined ? '' : ' ADD requests :requests'}`,
        {
          ':state': state,
          ':left': leftMs,
          ':rows': rows,
          ':now': iso(now),
          ...(requests !== undefined && { ':requests': requests }),
          ...(resumeAt !== undefined && { ':resume': iso(resumeAt) }),
          ...(wait && { ':none': [], ':wait': [waitItem(wait)] }),
        },
      );
    },

    async isCancelled(id) {
      return (await mustGet(id)).status === 'cancelled';
    },

    async failChunk(id, label, error, rows) {
      await update(
        id,
        label,
        `SET #state = :state, ended_at = :now, #error = :error${rows === undefined ? '' : ', #rows = :rows'}`,
        {
          ':state': 'failed',
          ':now': iso(at.clock()),
          ':error': error,
          ...(rows !== undefined && { ':rows': rows }),
        },
      );
    },
  };
}
