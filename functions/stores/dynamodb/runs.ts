import { GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import type { ScheduleRuns } from '../../core/queries/ports.ts';
import { iso } from '../../core/time/time.ts';
import { onTable } from './dynamo.ts';
import type { JobTable } from './table.ts';

/** The key of a schedule's last run. */
export const runKey = (schedule: string) => ({ pk: `SCHEDULE#${schedule}`, sk: 'LAST' });

/** The last run of each schedule, one item each. */
export function createScheduleRuns({ client, table }: JobTable): ScheduleRuns {
  return {
    async note(schedule, { at, ...run }) {
      const Item = { ...runKey(schedule), ...run, at: iso(at) };
      await onTable(`schedule ${schedule}`, () => client.send(new PutCommand({ TableName: table, Item })));
    },
    async last(schedule) {
      const read = new GetCommand({ TableName: table, Key: runKey(schedule) });
      const { Item } = await onTable(`schedule ${schedule}`, () => client.send(read));
      if (!Item) return undefined;
      const { at, seconds, ok, detail } = Item;
      return {
        at: Date.parse(at as string),
        seconds: seconds as number,
        ok: ok as boolean,
        detail: detail as string,
      };
    },
  };
}
