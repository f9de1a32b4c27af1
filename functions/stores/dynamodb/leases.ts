import { DeleteCommand, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { ulid } from 'ulid';
import type { Lease, Leases } from '../../core/jobs/lease.ts';
import { isConditionFailed, onTable } from './dynamo.ts';
import { leaseItem, toLease } from './items.ts';
import type { JobTable } from './table.ts';
import { leaseKey } from './table.ts';

/** Leases as items of the job table. A holder is known by an id that is new each time. */
export function createLeases({ client, table, clock }: JobTable): Leases {
  const put = async (lease: Lease, from: string | undefined): Promise<boolean> => {
    const command = new PutCommand({
      TableName: table,
      Item: {
        ...leaseKey(lease.name),
        ...leaseItem(lease, clock()),
      },
      ...(from === undefined
        ? { ConditionExpression: 'attribute_not_exists(pk)' }
        : {
            ConditionExpression: 'holder = :from',
            ExpressionAttributeValues: { ':from': from },
          }),
    });
    return unlessPassedOn(() => onTable(`lease ${lease.name}`, () => client.send(command)));
  };
  return {
    async read(name) {
      const command = new GetCommand({ TableName: table, Key: leaseKey(name), ConsistentRead: true });
      const { Item } = await onTable(`lease ${name}`, () => client.send(command));
      return Item && toLease(name, Item);
    },
    async take(name, { at, failures }, seen) {
      const lease: Lease = { name, holder: ulid(at), at, done: false, jobs: seen?.jobs ?? [], failures };
      return (await put(lease, seen?.holder)) ? lease : undefined;
    },
    async settle(lease, jobs) {
      await put({ ...lease, done: true, jobs }, lease.holder);
    },
    async drop({ name, holder }) {
      const command = new DeleteCommand({
        TableName: table,
        Key: leaseKey(name),
        ConditionExpression: 'holder = :holder',
        ExpressionAttributeValues: { ':holder': holder },
      });
      await unlessPassedOn(() => onTable(`lease ${name}`, () => client.send(command)));
    },
  };
}

async function unlessPassedOn(write: () => Promise<unknown>): Promise<boolean> {
  try {
    await write();
    return true;
  } catch (error) {
    if (isConditionFailed(error)) return false;
    throw error;
  }
}
