import { GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import type { ClockChecks, ClockReading } from '../../core/series/clock-offset.ts';
import { iso } from '../../core/time/time.ts';
import { onTable } from './dynamo.ts';
import type { JobTable } from './table.ts';

/** The key of the last reading of the clock. */
export const CLOCK_KEY = { pk: 'CLOCK', sk: 'LAST' } as const;

/** A reading as an item, without its key. */
export const readingItem = ({ venue, aheadMs, at }: ClockReading) => ({
  venue,
  ahead_ms: aheadMs,
  at: iso(at),
});

/** Parses the item of a reading. */
export const toReading = (item: Readonly<Record<string, unknown>>): ClockReading => ({
  venue: item.venue as string,
  aheadMs: item.ahead_ms as number,
  at: Date.parse(item.at as string),
});

/** The last reading of the clock that mattered, one item. */
export const createClockChecks = ({ client, table }: JobTable): ClockChecks => ({
  async note(reading) {
    const Item = { ...CLOCK_KEY, ...readingItem(reading) };
    await onTable('the clock', () => client.send(new PutCommand({ TableName: table, Item })));
  },
  async last() {
    const read = new GetCommand({ TableName: table, Key: CLOCK_KEY });
    const { Item } = await onTable('the clock', () => client.send(read));
    return Item && toReading(Item);
  },
});
