import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import type { EventBus } from 'aws-cdk-lib/aws-events';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Access } from '../../functions/access.ts';
import { BY_STATUS } from '../../functions/stores/dynamodb/table.ts';
import type { ExportBucket } from './buckets/export-bucket.ts';
import type { FileBucket } from './buckets/file-bucket.ts';
import type { LoginVariable, Secrets } from './secrets.ts';

/** What the manifest's kinds of access open. */
export interface Resources {
  readonly table: Table;
  readonly stateMachineArn: string;
  readonly bus: EventBus;
  readonly secrets: Secrets;
  /** the address that venues see, by name: all functions of a stack share one set of budgets */
  readonly egress: string;
  /** where the database is; undefined: a secret of the operator alone knows */
  readonly databasePlace: string | undefined;
  /** whether a server of the database that cannot be verified is accepted */
  readonly databaseInsecure: boolean;
  /** where exported months go; absent: they are off */
  readonly exports?: ExportBucket | undefined;
  /** files of rows that are too large for an answer; absent: these are refused */
  readonly files?: FileBucket | undefined;
  /** where venues' hosts are, when elsewhere */
  readonly variables: Readonly<Record<string, string>>;
}

/** What a function gets for one kind of access. */
export interface Grant {
  readonly environment: Readonly<Record<string, string>>;
  readonly statements: readonly PolicyStatement[];
  /** why a resource of these has a wildcard, by its ARN */
  readonly wildcards?: Readonly<Record<string, string>>;
}

export function grantFor(access: Access, resources: Resources): Grant {
  const { table, stateMachineArn, bus, secrets, egress, variables } = resources;
  switch (access) {
    case 'job-table':
      return jobs(table, ['GetItem', 'PutItem', 'UpdateItem', 'DeleteItem']);
    case 'job-table:read':
      return jobs(table, ['GetItem']);
    case 'workflow':
      return {
        environment: { GORDON_STATE_MACHINE_ARN: stateMachineArn },
        statements: [allow(['states:StartExecution'], stateMachineArn)],
      };
    case 'workflow:read':
      return executionsOf(stateMachineArn);
    case 'events':
      return {
        environment: { GORDON_EVENT_BUS: bus.eventBusName },
        statements: [allow(['events:PutEvents'], bus.eventBusArn)],
      };
    case 'database:own':
      return database(owner(secrets), resources);
    case 'database:write':
      return database(login('GORDON_WRITER_URL', secrets), resources);
    case 'database:read':
      return database(login('GORDON_READER_URL', secrets), resources);
    case 'aggregates':
      return database(login('GORDON_AGGREGATES_URL', secrets), resources);
    case 'exports':
      return exportsTo(resources);
    case 'files':
      return filesFrom(resources);
    case 'files:make':
      return filesInto(resources);
    case 'venues': {
      const key = secret('GORDON_FRED_API_KEY', secrets.GORDON_FRED_API_KEY);
      const environment = { GORDON_EGRESS: egress, ...variables, ...key.environment };
      return { environment, statements: key.statements };
    }
  }
}

function executionsOf(stateMachineArn: string): Grant {
  const [before, after] = stateMachineArn.split(':stateMachine:');
  const executions = `${before}:execution:${after}:*`;
  return {
    environment: { GORDON_STATE_MACHINE_ARN: stateMachineArn },
    statements: [allow(['states:DescribeExecution'], executions)],
    wildcards: { [executions]: 'Executions are named by the ids of jobs, which are made at run time.' },
  };
}

/** The objects below its own prefix, and the names of these. */
function exportsTo({ exports, secrets }: Resources): Grant {
  if (!exports) return { environment: {}, statements: [] };
  const { bucket, prefix } = exports;
  const key = secret('GORDON_EXPORT_KEY', secrets.GORDON_EXPORT_KEY);
  const list = allow(['s3:ListBucket'], bucket.bucketArn);
  list.addCondition('StringLike', { 's3:prefix': `${prefix}/*` });
  const objects = bucket.arnForObjects(`${prefix}/*`);
  return {
    environment: { GORDON_EXPORT_TO: `s3://${bucket.bucketName}/${prefix}`, ...key.environment },
    wildcards: { [objects]: 'The months of series that are ordered later have no names yet.' },
    statements: [
      allow(['s3:AbortMultipartUpload', 's3:DeleteObject', 's3:GetObject', 's3:PutObject'], objects),
      list,
      ...key.statements,
    ],
  };
}

/** Reads files and orders them. Without `ListBucket` S3 answers 403 for an object that is not there. */
function filesFrom({ files }: Resources): Grant {
  if (!files) return { environment: {}, statements: [] };
  const { bucket, maker } = files;
  return {
    environment: { GORDON_FILE_BUCKET: bucket.bucketName, GORDON_FILE_MAKER: maker },
    wildcards: { [files.all]: NAMES, [files.orders]: NAMES },
    statements: [
      allow(['s3:GetObject'], files.all),
      allow(['s3:PutObject'], files.orders),
      allow(['s3:ListBucket'], bucket.bucketArn),
      allow(['lambda:InvokeFunction'], maker),
    ],
  };
}

function filesInto({ files }: Resources): Grant {
  if (!files) return { environment: {}, statements: [] };
  const { bucket } = files;
  return {
    environment: { GORDON_FILE_BUCKET: bucket.bucketName },
    wildcards: { [files.all]: NAMES, [files.orders]: NAMES },
    statements: [
      allow(['s3:GetObject'], files.orders),
      allow(['s3:AbortMultipartUpload', 's3:PutObject'], files.all),
      allow(['s3:ListBucket'], bucket.bucketArn),
    ],
  };
}

const NAMES = 'A file is named by the hash of its query and of the state of the rows.';

/** Queries go to the table (a job's chunks) and to its index (jobs by status); single items only to the table. */
function jobs(table: Table, actions: readonly string[]): Grant {
  const index = `${table.tableArn}/index/${BY_STATUS.name}`;
  return {
    environment: { GORDON_JOB_TABLE: table.tableName },
    statements: [
      allow(
        actions.map((action) => `dynamodb:${action}`),
        table.tableArn,
      ),
      allow(['dynamodb:Query'], table.tableArn, index),
    ],
  };
}

function database(held: Grant, { databaseInsecure, databasePlace }: Resources): Grant {
  const environment = {
    ...held.environment,
    // Another database is another environment: functions that are warm would go on with the former one.
    ...(databasePlace && { GORDON_DATABASE_PLACE: databasePlace }),
    ...(databaseInsecure && { GORDON_DATABASE_INSECURE: '1' }),
  };
  return { ...held, environment };
}

/** The URL of a login; where it has no secret, the owner's stands for it. */
function login(variable: LoginVariable, secrets: Secrets): Grant {
  const held = secrets[variable];
  return secret(held ? variable : 'GORDON_DATABASE_URL', held ?? secrets.GORDON_DATABASE_URL);
}

/** The owner's own URL, and the right to fill the secrets of the others. */
function owner(secrets: Secrets): Grant {
  const { environment, statements } = secret('GORDON_DATABASE_URL', secrets.GORDON_DATABASE_URL);
  const arns = secrets.filled.map((variable) => secrets[variable]!.secretArn);
  if (arns.length === 0) return { environment, statements };
  return {
    environment: { ...environment, GORDON_FILLED_SECRETS: secrets.filled.join(',') },
    statements: [...statements, allow(['secretsmanager:PutSecretValue'], ...arns)],
  };
}

function secret(variable: string, held: ISecret | undefined): Grant {
  if (!held) return { environment: {}, statements: [] };
  return {
    environment: { [`${variable}_SECRET_ARN`]: held.secretArn },
    statements: [allow(['secretsmanager:GetSecretValue'], held.secretArn)],
  };
}

export const allow = (actions: readonly string[], ...resources: readonly string[]): PolicyStatement =>
  new PolicyStatement({ actions: [...actions], resources: [...resources] });
