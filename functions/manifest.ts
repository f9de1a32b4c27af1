import type { FunctionSpec, Route } from './function-spec.ts';

export type { Access, FunctionSpec } from './function-spec.ts';

const api = { memoryMb: 512, timeoutSeconds: 29 } as const;
const step = { memoryMb: 512, timeoutSeconds: 120 } as const;

/** Answers one route from the database alone. @param route method and path */
function ofDatabase(handler: string, route: string, what: string): FunctionSpec {
  const [method, path] = route.split(' ') as [Route['method'], string];
  const description = `${route}: ${what}`;
  return { ...api, handler, description, access: ['database'], routes: [{ method, path }] };
}

/**
 * Every function of the program with its routes, states and schedules. The CDK app and the embedded host are both built
 * from this table; nothing is declared twice. It imports nothing but types, so that whoever builds may read it.
 */
export const functions: readonly FunctionSpec[] = [
  {
    ...api,
    handler: 'create-job',
    description: 'POST /backfill: checks an order, enters the job, starts its execution',
    access: ['job-table', 'workflow', 'database', 'venues'],
    routes: [{ method: 'POST', path: '/backfill', body: 'order' }],
  },
  {
    ...api,
    handler: 'list-jobs',
    description: 'GET /backfill/jobs: the active jobs, or those of a status',
    access: ['job-table:read'],
    routes: [{ method: 'GET', path: '/backfill/jobs' }],
  },
  {
    ...api,
    handler: 'get-job',
    description: 'GET /backfill/jobs/{id}: progress by chunk, rate, failures',
    access: ['job-table:read'],
    routes: [{ method: 'GET', path: '/backfill/jobs/{id}' }],
  },
  {
    ...api,
    handler: 'cancel-job',
    description: 'DELETE /backfill/jobs/{id}: stops at the next checkpoint, keeps rows',
    access: ['job-table', 'database'],
    routes: [{ method: 'DELETE', path: '/backfill/jobs/{id}' }],
  },
  {
    ...api,
    handler: 'report',
    description: 'GET /backfill/report: earliest, latest and gaps of every series',
    access: ['database'],
    routes: [{ method: 'GET', path: '/backfill/report' }],
  },
  ofDatabase('list-series', 'GET /backfill/series', 'what is requested, since when, at which pace'),
  ofDatabase('list-retention', 'GET /backfill/retention', 'what is not kept, by source'),
  {
    ...api,
    handler: 'set-retention',
    description: 'POST /backfill/retention: what is not kept of a source',
    access: ['database'],
    routes: [{ method: 'POST', path: '/backfill/retention', body: 'retention' }],
  },
  {
    ...api,
    handler: 'unfollow',
    description:
      'DELETE /backfill/series: no schedule orders these series any more; a confirmed purge deletes them',
    access: ['job-table', 'database', 'aggregates'],
    routes: [{ method: 'DELETE', path: '/backfill/series' }],
  },
  {
    ...api,
    handler: 'list-sources',
    description: 'GET /backfill/sources: what can be ordered',
    access: ['venues'],
    routes: [{ method: 'GET', path: '/backfill/sources' }],
  },
  {
    ...api,
    handler: 'coverage',
    description: 'GET /backfill/coverage: every series by hour, day or month',
    access: ['job-table:read', 'database'],
    routes: [{ method: 'GET', path: '/backfill/coverage' }],
  },
  ofDatabase('ledger', 'GET /backfill/ledger', 'the spans of a series with their evidence'),
  ofDatabase('findings', 'GET /backfill/findings', 'oddities in the data of a series'),
  {
    ...api,
    handler: 'verify',
    // It loads and parses a month, as a fetcher does.
    memoryMb: 1_769,
    description: 'POST /backfill/verify: holds stored rows of a period against the venue',
    access: ['job-table', 'database', 'venues'],
    routes: [{ method: 'POST', path: '/backfill/verify', body: 'verify' }],
  },
  {
    ...api,
    handler: 'audit',
    description: 'POST /backfill/audit: counts rows against the ledger now',
    access: ['database'],
    routes: [{ method: 'POST', path: '/backfill/audit', body: 'count' }],
  },
  {
    ...api,
    handler: 'refresh-view',
    description: 'POST /backfill/aggregates/refresh: refreshes a window of one aggregate',
    access: ['database', 'aggregates'],
    routes: [{ method: 'POST', path: '/backfill/aggregates/refresh', body: 'refresh' }],
  },
  ofDatabase('rows', 'GET /data/{table}', 'rows of a table of market_data'),
  {
    ...api,
    handler: 'status',
    description: 'GET /backfill/status: schedules, rate budgets, what is about to be lost, aggregates',
    access: ['job-table:read', 'database', 'venues'],
    routes: [{ method: 'GET', path: '/backfill/status' }],
  },
  {
    ...api,
    handler: 'openapi',
    description: 'GET /openapi.json: this API, as OpenAPI 3.1',
    access: [],
    routes: [{ method: 'GET', path: '/openapi.json' }],
  },
  {
    ...api,
    handler: 'load-candles',
    description: 'POST /api/backfill: a job for the candles of one symbol',
    access: ['job-table', 'workflow', 'database', 'venues'],
    routes: [{ method: 'POST', path: '/api/backfill', body: 'candles' }],
  },
  {
    ...api,
    handler: 'inspect-candles',
    description: 'GET /api/backfill: gaps of a symbol, or its state and that of the aggregates',
    access: ['job-table:read', 'database'],
    routes: [{ method: 'GET', path: '/api/backfill' }],
  },
  {
    ...api,
    handler: 'health',
    description: 'GET /healthz: asks the database and the job table',
    access: ['job-table:read', 'database'],
    routes: [{ method: 'GET', path: '/healthz' }],
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
