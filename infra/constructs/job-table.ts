import { RemovalPolicy } from 'aws-cdk-lib';
import { AttributeType, BillingMode, ProjectionType, Table, TableEncryption } from 'aws-cdk-lib/aws-dynamodb';
import type { Construct } from 'constructs';
import { BY_STATUS, KEYS, TTL_ATTRIBUTE } from '../../functions/stores/dynamodb/table.ts';
import { keyOf } from './customer-key.ts';

/** Jobs, their chunks, idempotency keys and rate budgets: the keys are those that the job store writes. */
export function jobTable(scope: Construct, { retain }: { readonly retain: boolean }): Table {
  const key = keyOf(scope);
  const text = (name: string) => ({ name, type: AttributeType.STRING });
  const table = new Table(scope, 'JobTable', {
    partitionKey: text(KEYS.partition),
    sortKey: text(KEYS.sort),
    billingMode: BillingMode.PAY_PER_REQUEST,
    timeToLiveAttribute: TTL_ATTRIBUTE,
    ...(key && { encryption: TableEncryption.CUSTOMER_MANAGED, encryptionKey: key }),
    pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
    // The ledger in the database is the truth. Only the history of finished jobs is lost with this table.
    removalPolicy: retain ? RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE : RemovalPolicy.DESTROY,
  });
  table.addGlobalSecondaryIndex({
    indexName: BY_STATUS.name,
    partitionKey: text(BY_STATUS.partition),
    sortKey: text(BY_STATUS.sort),
    projectionType: ProjectionType.ALL,
  });
  return table;
}
