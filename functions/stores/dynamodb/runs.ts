import { GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import type { ScheduleRuns } from '../../core/queries/ports.ts';
import { onTable } from './dynamo.ts';
import { runItem, toRun } from './items.ts';
import type { JobTable } from './table.ts';

/** The key of a schedule's last run. */
export const runKey = (schedule: string) => ({ pk: `SCHEDULE#${schedule}`, sk: 'LAST' });

/** The last run of each schedule, one item each. */
export function createScheduleRuns({ client, table }: JobTable): ScheduleRuns {
  return {
    async note(schedule, run) {
      const Item = { ...runKey(schedule), ...runItem(run) };
      await onTable(`schedule ${schedule}`, () => client.send(new PutCommand({ TableName: table, Item })));
    },
    async last(schedule) {
      const read = new GetCommand({ TableName: table, Key: runKey(schedule) });
      const { Item } = await onTable(`schedule ${schedule}`, () => client.send(read));
      return Item && toRun(Item);
    },
  };
}
