/**
 * Every function of the program with its routes, states and schedules. The CDK app and the embedded host are both built
 * from this table; nothing is declared twice. Free of imports, so that whoever builds may read it.
 */
export type Access =
  /** reads and writes the job table (jobs, chunks, rate budgets), or reads it only */
  | ('job-table' | 'job-table:read')
  /** starts executions of the backfill state machine */
  | 'workflow'
  /** `aggregates`: as the owner of the aggregates, where that is another login */
  | ('database' | 'aggregates')
  /** asks venues: gets their keys and whatever points their hosts elsewhere; `events`: says how jobs end */
  | ('venues' | 'events');

export interface Route {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** `{name}` marks a path parameter */
  readonly path: string;
  /** what its body must be; a POST has one */
  readonly body?: 'order' | 'candles' | 'verify' | 'refresh';
}

export interface Schedule {
  readonly name: string;
  readonly everyMinutes: number;
  /** how often a host runs it that knows seconds; EventBridge's smallest unit is the minute */
  readonly everySeconds?: number;
  /** only computes from what is there: it runs also where no rows may be added, as in a demo */
  readonly derives?: true;
  readonly description: string;
}

/** An end of an execution that no state of it reports: somebody stopped it, or it ran out of time or of events. */
export interface ExecutionEnd {
  readonly name: string;
  /** as Step Functions names them */
  readonly statuses: readonly ('ABORTED' | 'FAILED' | 'TIMED_OUT')[];
  readonly description: string;
}

export interface FunctionSpec {
  /** file in `functions/handlers`, without `.ts` */
  readonly handler: string;
  readonly description: string;
  readonly memoryMb: number;
  readonly timeoutSeconds: number;
  readonly access: readonly Access[];
  readonly routes?: readonly Route[];
  /** the Task state of `statemachines/backfill.asl.json` that it works for */
  readonly state?: string;
  readonly schedules?: readonly Schedule[];
  readonly events?: readonly ExecutionEnd[];
  /** run by each deployment before any other function gets its new code; its failure rolls the deployment back */
  readonly onDeploy?: true;
  /** decides who may call the API, where a deployment asks for this way of telling */
  readonly authorizes?: 'jwt';
}

const api = { memoryMb: 512, timeoutSeconds: 29 } as const;
const step = { memoryMb: 512, timeoutSeconds: 120 } as const;

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
    access: ['job-table'],
    routes: [{ method: 'DELETE', path: '/backfill/jobs/{id}' }],
  },
  {
    ...api,
    handler: 'report',
    description: 'GET /backfill/report: earliest, latest and gaps of every series',
    access: ['database'],
    routes: [{ method: 'GET', path: '/backfill/report' }],
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
  {
    ...api,
    handler: 'ledger',
    description: 'GET /backfill/ledger: the spans of a series with their evidence',
    access: ['database'],
    routes: [{ method: 'GET', path: '/backfill/ledger' }],
  },
  {
    ...api,
    handler: 'findings',
    description: 'GET /backfill/findings: oddities in the data of a series',
    access: ['database'],
    routes: [{ method: 'GET', path: '/backfill/findings' }],
  },
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
    handler: 'refresh-view',
    description: 'POST /backfill/aggregates/refresh: refreshes a window of one aggregate',
    access: ['database', 'aggregates'],
    routes: [{ method: 'POST', path: '/backfill/aggregates/refresh', body: 'refresh' }],
  },
  {
    ...api,
    handler: 'rows',
    description: 'GET /data/{table}: rows of a table of market_data',
    access: ['database'],
    routes: [{ method: 'GET', path: '/data/{table}' }],
  },
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
    schedules: [
      {
        name: 'watch-histories',
        // Each series once a day; the others are those that had to wait for a venue.
        everyMinutes: 60,
        description: 'once a day recent months and a sample of the rest, where venues restate their history',
      },
    ],
  },
  {
    ...step,
    handler: 'refresh-aggregates',
    description: 'Refreshes the newest buckets, unless TimescaleDB does, and what jobs left behind',
    access: ['job-table:read', 'database', 'aggregates'],
    schedules: [
      {
        ...{ name: 'refresh-aggregates', everyMinutes: 1, everySeconds: 5, derives: true },
        description: 'the newest buckets of the candles',
      },
    ],
  },
  {
    ...step,
    handler: 'execution-stopped',
    description: 'Ends a job whose execution ended without a word to the job table',
    access: ['job-table', 'events'],
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
