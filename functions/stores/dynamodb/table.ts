import type { CreateTableCommandInput } from '@aws-sdk/client-dynamodb';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { type Clock, DAY } from '../../core/time/time.ts';

export interface JobTable {
  readonly client: DynamoDBDocumentClient;
  readonly table: string;
  readonly clock: Clock;
}

/** How long a caller may repeat a request and get the same job. */
export const KEEP_IDEMPOTENCY_KEY = DAY;

/** The job table: one table for jobs, their chunks, idempotency keys, orders at work, leases of schedules, rate budgets and the times when provisional rows were requested. */
export const KEYS = { partition: 'pk', sort: 'sk' } as const;
export const BY_STATUS = { name: 'by_status', partition: 'status', sort: 'id' } as const;
/** epoch seconds after which DynamoDB may delete the item */
export const TTL_ATTRIBUTE = 'expires_at';

/** The key of a job's item. */
export const jobKey = (id: string) => ({ pk: `JOB#${id}`, sk: 'JOB' });
/** The key of a chunk's item, in the partition of its job. @param label such as `klines_spot BTCUSDT 1m 2025-03` */
export const chunkKey = (id: string, label: string) => ({ pk: `JOB#${id}`, sk: `CHUNK#${label}` });
/** The key of the item that holds an Idempotency-Key. */
export const idempotencyKey = (key: string) => ({ pk: `IDEM#${key}`, sk: 'IDEM' });
/** @param series its label */
export const provisionalKey = (series: string, chunk: string) => ({ pk: `PROVISIONAL#${series}`, sk: chunk });
/** @param digest of the parts that make two orders the same */
export const orderKey = (digest: string) => ({ pk: `ORDER#${digest}`, sk: 'ORDER' });
/** The key of a lease's item. */
export const leaseKey = (name: string) => ({ pk: `LEASE#${name}`, sk: 'LEASE' });

/** For hosts that create the table themselves; CDK declares the same from the constants above. */
export const tableDefinition = (name: string): CreateTableCommandInput => ({
  TableName: name,
  BillingMode: 'PAY_PER_REQUEST',
  AttributeDefinitions: [
    { AttributeName: KEYS.partition, AttributeType: 'S' },
    { AttributeName: KEYS.sort, AttributeType: 'S' },
    { AttributeName: BY_STATUS.partition, AttributeType: 'S' },
    { AttributeName: BY_STATUS.sort, AttributeType: 'S' },
  ],
  KeySchema: [
    { AttributeName: KEYS.partition, KeyType: 'HASH' },
    { AttributeName: KEYS.sort, KeyType: 'RANGE' },
  ],
  GlobalSecondaryIndexes: [
    {
      IndexName: BY_STATUS.name,
      KeySchema: [
        { AttributeName: BY_STATUS.partition, KeyType: 'HASH' },
        { AttributeName: BY_STATUS.sort, KeyType: 'RANGE' },
      ],
      Projection: { ProjectionType: 'ALL' },
    },
  ],
});
