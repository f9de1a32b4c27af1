import { DeleteCommand, paginateQuery, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { ErrorCount, VenueErrors, VenueTrouble } from '../../../core/rates/venue-errors.ts';
import { DAY, floorTo, HOUR, iso, SECOND } from '../../../core/time/time.ts';
import { onTable } from '../dynamo.ts';
import type { Item } from '../items.ts';
import { type JobTable, TTL_ATTRIBUTE } from '../table.ts';

/** A day is shown; some hours more cost nothing. */
const KEEP = DAY + 2 * HOUR;

const ERRORS = 'ERRORS';
const TROUBLES = 'TROUBLES';

/** The partitions of both kinds of items; a query of one has them in order of hours or of venues. */
export const errorsKey = { errors: ERRORS, troubles: TROUBLES } as const;

/** The key of an hour's count. */
export const errorKey = (venue: string, outcome: string, at: number) => ({
  pk: ERRORS,
  sk: `${iso(floorTo(at, HOUR))}#${venue}#${outcome}`,
});
/** The key of a venue that does not answer. */
export const troubleKey = (venue: string) => ({ pk: TROUBLES, sk: venue });

/** When an item of `at` is no longer needed; epoch seconds. */
export const errorsExpire = (at: number): number => Math.ceil((at + KEEP) / SECOND);

/** Parses the item of a count. */
export function toErrorCount(item: Item): ErrorCount {
  const [hour = '', venue = '', outcome = ''] = (item.sk as string).split('#');
  return { venue, outcome, hour: Date.parse(hour), count: item.count as number };
}

/** Parses the item of a venue that does not answer. */
export const toTrouble = (item: Item): VenueTrouble => ({
  venue: item.sk as string,
  outcome: item.outcome as string,
  since: Date.parse(item.since as string),
  last: Date.parse(item.last as string),
});

/** One item for each hour, venue and outcome, and one for each venue that does not answer. */
export function createVenueErrors({ client, table }: JobTable): VenueErrors {
  const update = (Key: Item, expression: string, values: Item) =>
    onTable('the errors of venues', () =>
      client.send(
        new UpdateCommand({
          TableName: table,
          Key,
          UpdateExpression: `${expression}, #ttl = :ttl`,
          ExpressionAttributeNames: {
            '#ttl': TTL_ATTRIBUTE,
            ...Object.fromEntries(
              ['count', 'since', 'last', 'outcome'].flatMap((name) =>
                expression.includes(`#${name}`) ? [[`#${name}`, name]] : [],
              ),
            ),
          },
          ExpressionAttributeValues: values,
        }),
      ),
    );
  const within = async (pk: string, from = ' '): Promise<Item[]> => {
    const pages = paginateQuery(
      { client },
      {
        TableName: table,
        KeyConditionExpression: 'pk = :pk AND sk >= :from',
        ExpressionAttributeValues: { ':pk': pk, ':from': from },
      },
    );
    const items: Item[] = [];
    await onTable('the errors of venues', async () => {
      for await (const { Items = [] } of pages) items.push(...Items);
    });
    return items;
  };
  return {
    async note(venue, outcome, at) {
      await update(errorKey(venue, outcome, at), 'SET #count = if_not_exists(#count, :none) + :one', {
        ':none': 0,
        ':one': 1,
        ':ttl': errorsExpire(at),
      });
    },
    async failing(venue, outcome, at) {
      await update(
        troubleKey(venue),
        'SET #since = if_not_exists(#since, :at), #last = :at, #outcome = :outcome',
        { ':at': iso(at), ':outcome': outcome, ':ttl': errorsExpire(at) },
      );
    },
    async recovered(venue) {
      const gone = new DeleteCommand({ TableName: table, Key: troubleKey(venue) });
      await onTable('the errors of venues', () => client.send(gone));
    },
    since: async (at) => (await within(ERRORS, iso(Math.ceil(at / HOUR) * HOUR))).map(toErrorCount),
    troubles: async () => (await within(TROUBLES)).map(toTrouble),
  };
}
