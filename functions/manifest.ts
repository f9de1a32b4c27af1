import type { FunctionSpec } from './function-spec.ts';
import type { OperationId } from './routes.ts';

export type { Access, FunctionSpec } from './function-spec.ts';

const api = { memoryMb: 512, timeoutSeconds: 29 } as const;
const step = { memoryMb: 512, timeoutSeconds: 120 } as const;

/** Serves one operation from the database alone. */
const ofDatabase = (handler: string, operation: OperationId, description: string): FunctionSpec => ({
  ...api,
  handler,
  description,
  access: ['database'],
  operations: [operation],
});

/**
 * Every function of the program with its routes, states and schedules. The CDK app and the embedded host are both built
 * from this table; nothing is declared twice. It imports nothing but types, so that whoever builds may read it.
 */
export const functions: readonly FunctionSpec[] = [
  {
    ...api,
    handler: 'create-job',
    description: 'checks an order, enters the job, starts its execution',
    access: ['job-table', 'workflow', 'database', 'venues'],
    operations: ['createJob'],
  },
  {
    ...api,
    handler: 'list-jobs',
    description: 'the active jobs, or those of a status',
    access: ['job-table:read'],
    operations: ['listJobs'],
  },
  {
    ...api,
    handler: 'get-job',
    description: 'progress by chunk, rate, failures',
    access: ['job-table:read'],
    operations: ['getJob'],
  },
  {
    ...api,
    handler: 'cancel-job',
    description: 'stops at the next checkpoint, keeps rows',
    access: ['job-table', 'database'],
    operations: ['cancelJob'],
  },
  {
    ...api,
    handler: 'report',
    description: 'earliest, latest and gaps of every series',
    access: ['database'],
    operations: ['report'],
  },
  ofDatabase('list-series', 'listSeries', 'what is requested, since when, at which pace'),
  ofDatabase('list-retention', 'listRetention', 'what is not kept, by source'),
  {
    ...api,
    handler: 'set-retention',
    description: 'what is not kept of a source',
    access: ['database'],
    operations: ['setRetention'],
  },
  {
    ...api,
    handler: 'unfollow',
    description: 'no schedule orders these series any more; a confirmed purge deletes them',
    access: ['job-table', 'database', 'aggregates'],
    operations: ['unfollow'],
  },
  {
    ...api,
    handler: 'list-sources',
    description: 'what can be ordered',
    access: ['venues'],
    operations: ['listSources'],
  },
  {
    ...api,
    handler: 'coverage',
    description: 'every series by hour, day or month',
    access: ['job-table:read', 'database'],
    operations: ['coverage'],
  },
  ofDatabase('ledger', 'ledger', 'the spans of a series with their evidence'),
  ofDatabase('findings', 'findings', 'oddities in the data of a series'),
  {
    ...api,
    handler: 'verify',
    // It loads and parses a month, as a fetcher does.
    memoryMb: 1_769,
    description: 'holds stored rows of a period against the venue',
    access: ['job-table', 'database', 'venues'],
    operations: ['verify'],
  },
  {
    ...api,
    handler: 'audit',
    description: 'counts rows against the ledger now',
    access: ['database'],
    operations: ['audit'],
  },
  {
    ...api,
    handler: 'refresh-view',
    description: 'refreshes a window of one aggregate',
    access: ['database', 'aggregates'],
    operations: ['refreshView'],
  },
  ofDatabase('rows', 'rows', 'rows of a table of market_data'),
  {
    ...api,
    handler: 'status',
    description: 'schedules, rate budgets, what is about to be lost, aggregates',
    access: ['job-table:read', 'database', 'venues'],
    operations: ['status'],
  },
  {
    ...api,
    handler: 'openapi',
    description: 'this API, as OpenAPI 3.1',
    access: [],
    operations: ['openapi'],
  },
  {
    ...api,
    handler: 'load-candles',
    description: 'a job for the candles of one symbol',
    access: ['job-table', 'workflow', 'database', 'venues'],
    operations: ['loadCandles'],
  },
  {
    ...api,
    handler: 'inspect-candles',
    description: 'gaps of a symbol, or its state and that of the aggregates',
    access: ['job-table:read', 'database'],
    operations: ['inspectCandles'],
  },
  {
    ...api,
    handler: 'health',
    description: 'asks the database and the job table',
    access: ['job-table:read', 'database'],
    operations: ['health'],
  },
  {
    ...step,
    handler: 'plan-wave',
    description: 'Cuts what is missing into chunks',
    access: ['job-table', 'database'],
    state: 'PlanWave',
  },
  {
    ...step,
    handler: 'fetch-chunk',
    // Most of its time is the venue's, and a whole processor waits no faster: docs/LAMBDA.md.
    memoryMb: 512,
    description: 'Fetches one chunk from the venue and writes its rows',
    access: ['job-table', 'database', 'venues'],
    state: 'FetchChunk',
  },
  {
    ...step,
    handler: 'record-chunk-failure',
    description: 'Notes a chunk that was given up',
    access: ['job-table', 'database'],
    state: 'RecordChunkFailure',
  },
  {
    ...step,
    handler: 'finalize-job',
    // A refresh of years of candles may take minutes.
    timeoutSeconds: 900,
    description: 'Counts rows against the ledger and ends the job',
    access: ['job-table', 'database', 'aggregates', 'events'],
    state: 'FinalizeJob',
  },
  {
    ...step,
    handler: 'fail-job',
    description: 'Ends a job that failed in a way no state foresaw',
    access: ['job-table', 'events'],
    state: 'FailJob',
  },
  {
    ...step,
    handler: 'refresh',
    description: 'Starts a job for the tail of every series that was ever requested',
    access: ['job-table', 'workflow', 'database', 'venues'],
    // Candles each minute; every other source has a pace of its own.
    schedules: [{ name: 'refresh', everyMinutes: 1, description: 'the newest rows of every series' }],
  },
  {
    ...step,
    handler: 'audit-gaps',
    // Counts every row of the warehouse, as far as it comes.
    timeoutSeconds: 900,
    description: 'Holds what was requested against rows and ledger, and starts jobs for what is missing',
    access: ['job-table', 'workflow', 'database', 'venues'],
    schedules: [{ name: 'audit-gaps', everyMinutes: 60, description: 'gaps of every series' }],
  },
  {
    ...step,
    handler: 'watch-instruments',
    description: 'Keeps the dated history of what the venues list',
    access: ['job-table', 'database', 'venues'],
    schedules: [{ name: 'watch-instruments', everyMinutes: 720, description: 'what the venues list' }],
  },
  {
    ...step,
    handler: 'watch-archives',
    timeoutSeconds: 900,
    // It parses whole objects, as a fetcher does.
    memoryMb: 1_769,
    description: 'Compares archive objects with what they were when their rows were loaded',
    access: ['job-table', 'database', 'venues'],
    schedules: [{ name: 'watch-archives', everyMinutes: 360, description: 'objects published anew' }],
  },
  {
    ...step,
    handler: 'watch-histories',
    timeoutSeconds: 900,
    description: 'Compares what venues answered about days past with what they answer now',
    access: ['job-table', 'database', 'venues'],
    // Each series once a day; it comes more often for those that had to wait for a venue.
    schedules: [{ name: 'watch-histories', everyMinutes: 60, description: 'histories that venues restate' }],
  },
  {
    ...step,
    handler: 'refresh-aggregates',
    description: 'Refreshes the newest buckets, unless TimescaleDB does, and what jobs left behind',
    access: ['job-table:read', 'database', 'aggregates'],
    schedules: [
      {
        name: 'refresh-aggregates',
        everyMinutes: 1,
        everySeconds: 5,
        derives: true,
        description: 'the newest buckets of the candles',
      },
    ],
  },
  {
    ...step,
    handler: 'execution-stopped',
    description: 'Ends a job whose execution ended without a word to the job table',
    access: ['job-table', 'database', 'events'],
    events: [
      {
        name: 'execution-stopped',
        statuses: ['ABORTED', 'FAILED', 'TIMED_OUT'],
        description: 'an execution that was stopped, failed or ran out of time',
      },
    ],
  },
  {
    ...step,
    handler: 'migrate',
    // An index over a large table takes its time, and Lambda gives no more.
    timeoutSeconds: 900,
    description: 'Brings the schema of the database up to date',
    access: ['database', 'aggregates'],
    onDeploy: true,
  },
  {
    ...api,
    handler: 'authorize',
    description: 'Lets in whoever brings a token of the issuer that the operator trusts',
    access: [],
    authorizes: 'jwt',
  },
];
