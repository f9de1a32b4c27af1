/** A limit that AWS publishes. What an account really has is in its Service Quotas console. */
export interface Quota {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly source: string;
  /** whether AWS raises it on request */
  readonly adjustable: boolean;
  /** `page`: read on a stored copy of the source in 2026-11; `memory`: written down without one, so look before you rely on it */
  readonly known: 'page' | 'memory';
}

const DOCS = 'https://docs.aws.amazon.com';
const STATES = `${DOCS}/step-functions/latest/dg/service-quotas.html`;
const DYNAMO = `${DOCS}/amazondynamodb/latest/developerguide`;
const NAT = `${DOCS}/vpc/latest/userguide/nat-gateway-basics.html`;

export const QUOTAS = {
  lambdaConcurrency: {
    name: 'Lambda, executions at once in an account',
    value: 1_000,
    unit: 'executions',
    source: `${DOCS}/lambda/latest/dg/gettingstarted-limits.html`,
    adjustable: true,
    known: 'page',
  },
  lambdaScaling: {
    name: 'Lambda, new environments of a function',
    value: 100,
    unit: '1/s',
    source: `${DOCS}/lambda/latest/dg/scaling-behavior.html`,
    adjustable: false,
    known: 'page',
  },
  apiSeconds: {
    name: 'API Gateway, an answer within',
    value: 29,
    unit: 's',
    source: `${DOCS}/apigateway/latest/developerguide/limits.html`,
    adjustable: true,
    known: 'page',
  },
  historyEvents: {
    name: 'Step Functions, events of a standard execution',
    value: 25_000,
    unit: 'events',
    source: STATES,
    adjustable: false,
    known: 'page',
  },
  payload: {
    name: 'Step Functions, input or output of a state',
    value: 262_144,
    unit: 'bytes',
    source: STATES,
    adjustable: false,
    known: 'page',
  },
  mapChildren: {
    name: 'Step Functions, children of a map run at once',
    value: 10_000,
    unit: 'executions',
    source: STATES,
    adjustable: false,
    known: 'page',
  },
  openMapRuns: {
    name: 'Step Functions, open map runs',
    value: 1_000,
    unit: 'map runs',
    source: STATES,
    adjustable: false,
    known: 'page',
  },
  startExecution: {
    name: 'Step Functions, StartExecution of standard ones',
    value: 300,
    unit: '1/s',
    source: STATES,
    adjustable: true,
    known: 'memory',
  },
  startExpress: {
    name: 'Step Functions, StartExecution of express ones',
    value: 6_000,
    unit: '1/s',
    source: STATES,
    adjustable: true,
    known: 'memory',
  },
  transitions: {
    name: 'Step Functions, transitions of standard ones',
    value: 5_000,
    unit: '1/s',
    source: STATES,
    adjustable: true,
    known: 'memory',
  },
  partitionWrites: {
    name: 'DynamoDB, writes to one partition',
    value: 1_000,
    unit: 'write units/s',
    source: `${DYNAMO}/bp-partition-key-design.html`,
    adjustable: false,
    known: 'page',
  },
  partitionReads: {
    name: 'DynamoDB, reads of one partition',
    value: 3_000,
    unit: 'read units/s',
    source: `${DYNAMO}/bp-partition-key-design.html`,
    adjustable: false,
    known: 'page',
  },
  tableWritesAtFirst: {
    name: 'DynamoDB, writes to a new on-demand table',
    value: 4_000,
    unit: 'write units/s',
    source: `${DYNAMO}/warm-throughput-scenarios.html`,
    adjustable: true,
    known: 'page',
  },
  tableWrites: {
    name: 'DynamoDB, writes to an on-demand table',
    value: 40_000,
    unit: 'write units/s',
    source: `${DYNAMO}/ServiceQuotas.html`,
    adjustable: true,
    known: 'page',
  },
  natBandwidth: {
    name: 'NAT gateway, after it scaled up',
    value: 100e9 / 8,
    unit: 'bytes/s',
    source: NAT,
    adjustable: false,
    known: 'page',
  },
  natBandwidthAtFirst: {
    name: 'NAT gateway, before it scales up',
    value: 5e9 / 8,
    unit: 'bytes/s',
    source: NAT,
    adjustable: false,
    known: 'page',
  },
  natConnections: {
    name: 'NAT gateway, connections to one destination',
    value: 55_000,
    unit: 'connections',
    source: NAT,
    adjustable: false,
    known: 'page',
  },
  objectGets: {
    name: 'S3, GETs of one prefix, behind the archive',
    value: 5_500,
    unit: '1/s',
    source: `${DOCS}/AmazonS3/latest/userguide/optimizing-performance.html`,
    adjustable: false,
    known: 'memory',
  },
} as const satisfies Record<string, Quota>;
