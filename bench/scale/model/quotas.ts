/** A limit that AWS publishes. What an account really has is in its Service Quotas console. */
export interface Quota {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly source: string;
  /** whether AWS raises it on request */
  readonly adjustable: boolean;
  /** `page`: read on a stored copy of the source in 2026-11; `memory`: written without one, so check before you rely on it */
  readonly known: 'page' | 'memory';
}

const DOCS = 'https://docs.aws.amazon.com';
const LAMBDA = `${DOCS}/lambda/latest/dg`;
const STATES = `${DOCS}/step-functions/latest/dg/service-quotas.html`;
const DYNAMO = `${DOCS}/amazondynamodb/latest/developerguide`;
const NAT = `${DOCS}/vpc/latest/userguide/nat-gateway-basics.html`;

const fixed = (name: string, value: number, unit: string, source: string): Quota => ({
  name,
  value,
  unit,
  source,
  adjustable: false,
  known: 'page',
});
const raised = (...quota: Parameters<typeof fixed>): Quota => ({ ...fixed(...quota), adjustable: true });

/** The quotas that the model knows. */
export const QUOTAS = {
  lambdaConcurrency: raised(
    'Lambda, executions at once in an account',
    1_000,
    'executions',
    `${LAMBDA}/gettingstarted-limits.html`,
  ),
  lambdaScaling: fixed(
    'Lambda, new environments of a function',
    100,
    '1/s',
    `${LAMBDA}/scaling-behavior.html`,
  ),
  apiSeconds: raised(
    'API Gateway, an answer within',
    29,
    's',
    `${DOCS}/apigateway/latest/developerguide/limits.html`,
  ),
  historyEvents: fixed('Step Functions, events of a standard execution', 25_000, 'events', STATES),
  payload: fixed('Step Functions, input or output of a state', 262_144, 'bytes', STATES),
  startExpress: {
    ...raised('Step Functions, StartExecution of express ones', 6_000, '1/s', STATES),
    known: 'memory',
  },
  partitionWrites: fixed(
    'DynamoDB, writes to one partition',
    1_000,
    'write units/s',
    `${DYNAMO}/bp-partition-key-design.html`,
  ),
  partitionReads: fixed(
    'DynamoDB, reads of one partition',
    3_000,
    'read units/s',
    `${DYNAMO}/bp-partition-key-design.html`,
  ),
  tableWritesAtFirst: raised(
    'DynamoDB, writes to a new on-demand table',
    4_000,
    'write units/s',
    `${DYNAMO}/warm-throughput-scenarios.html`,
  ),
  natBandwidth: fixed('NAT gateway, after it scaled up', 100e9 / 8, 'bytes/s', NAT),
  natBandwidthAtFirst: fixed('NAT gateway, before it scales up', 5e9 / 8, 'bytes/s', NAT),
} as const satisfies Record<string, Quota>;
