import { DeleteCommand, PutCommand, paginateQuery } from '@aws-sdk/lib-dynamodb';
import type { JobStore } from '../../core/jobs/ports.ts';
import { seriesLabel } from '../../core/series/series.ts';
import { normalize } from '../../core/time/range.ts';
import { DAY, iso, SECOND } from '../../core/time/time.ts';
import { onTable } from './dynamo.ts';
import type { JobTable } from './table.ts';
import { provisionalKey, TTL_ATTRIBUTE } from './table.ts';

/** Older notes are never read: the slowest source is requested once an hour. */
const KEEP = DAY;

/** When provisional rows were last requested: an item for each chunk. Losing one costs a request. */
export function createProvisionalNotes({
  client,
  table,
}: JobTable): Pick<JobStore, 'noteProvisional' | 'provisionalSince' | 'forgetProvisional'> {
  return {
    async noteProvisional(chunk, spans, at) {
      const Item = {
        ...provisionalKey(seriesLabel(chunk), chunk.label),
        at: iso(at),
        spans: spans.map(({ start, end }) => [start, end]),
        [TTL_ATTRIBUTE]: Math.floor((at + KEEP) / SECOND),
      };
      await onTable(chunk.label, () => client.send(new PutCommand({ TableName: table, Item })));
    },

    async forgetProvisional(series) {
      const label = seriesLabel(series);
      const pages = paginateQuery(
        { client },
        {
          TableName: table,
          KeyConditionExpression: 'pk = :pk',
          ExpressionAttributeValues: { ':pk': provisionalKey(label, '').pk },
        },
      );
      await onTable(label, async () => {
        for await (const { Items = [] } of pages) {
          for (const { pk, sk } of Items)
            await client.send(new DeleteCommand({ TableName: table, Key: { pk, sk } }));
        }
      });
    },

    async provisionalSince(series, since, until) {
      const label = seriesLabel(series);
      const pages = paginateQuery(
        { client },
        {
          TableName: table,
          KeyConditionExpression: 'pk = :pk',
          // TTL may delete an item days late.
          FilterExpression: '#at BETWEEN :since AND :until',
          ExpressionAttributeNames: { '#at': 'at' },
          ExpressionAttributeValues: {
            ':pk': provisionalKey(label, '').pk,
            ':since': iso(since),
            ':until': iso(until),
          },
        },
      );
      const spans: [number, number][] = [];
      await onTable(label, async () => {
        for await (const page of pages) {
          for (const item of page.Items ?? []) spans.push(...(item.spans as [number, number][]));
        }
      });
      return normalize(spans.map(([start, end]) => ({ start, end })));
    },
  };
}
