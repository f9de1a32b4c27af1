import type { FunctionSpec } from './function-spec.ts';
import { OPERATION_IDS, type OperationId, ROUTES, type Route } from './routes.ts';

export type { FunctionSpec } from './function-spec.ts';

const api = { memoryMb: 512, timeoutSeconds: 29 } as const;
const step = { memoryMb: 512, timeoutSeconds: 120 } as const;

/** `createJob` → `create-job` */
const kebab = (id: OperationId): string => id.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

/** One function serves one operation. */
const serving = (id: OperationId): FunctionSpec => {
  const { summary, access, memoryMb = api.memoryMb }: Route = ROUTES[id];
  return { ...api, memoryMb, handler: kebab(id), description: summary, access, operations: [id] };
};

/**
 * Every function of the program: one for each operation of the API, and those of states, schedules and events. The CDK app and
 * the embedded host are both built from this table; nothing is declared twice.
 */
export const functions: readonly FunctionSpec[] = [
  ...OPERATION_IDS.map(serving),
  {
    ...step,
    handler: 'plan-wave',
    description: 'Cuts what is missing into chunks',
    access: ['job-table', 'database:write'],
    state: 'PlanWave',
  },
  {
    ...step,
    handler: 'fetch-chunk',
    // Most of its time is the venue's, and a whole processor waits no faster: docs/LAMBDA.md.
    memoryMb: 512,
    description: 'Fetches one chunk from the venue and writes its rows',
    access: ['job-table', 'database:write', 'venues'],
    state: 'FetchChunk',
  },
  {
    ...step,
    handler: 'record-chunk-failure',
    // Two calls of a fetcher that run out of their time, and this one, fit into the five minutes of a map item.
    timeoutSeconds: 45,
    description: 'Records a chunk that was given up',
    access: ['job-table', 'database:write'],
    state: 'RecordChunkFailure',
  },
  {
    ...step,
    handler: 'finalize-job',
    // A refresh of years of candles may take minutes.
    timeoutSeconds: 900,
    description: 'Counts rows against the ledger and ends the job',
    access: ['job-table', 'database:write', 'aggregates', 'events'],
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
    access: ['job-table', 'workflow', 'workflow:read', 'database:write', 'venues', 'events'],
    // Candles each minute; every other source has an interval of its own.
    schedules: [{ name: 'refresh', everyMinutes: 1, description: 'the newest rows of every series' }],
  },
  {
    ...step,
    handler: 'audit-gaps',
    // Counts every row of the warehouse, as far as its time allows.
    timeoutSeconds: 900,
    description: 'Compares what was requested with rows and ledger, and starts jobs for what is missing',
    access: ['job-table', 'workflow', 'database:write', 'venues', 'events'],
    schedules: [{ name: 'audit-gaps', everyMinutes: 60, description: 'gaps of every series' }],
  },
  {
    ...step,
    handler: 'watch-instruments',
    description: 'Keeps the dated history of what the venues list',
    access: ['job-table', 'database:write', 'venues'],
    schedules: [{ name: 'watch-instruments', everyMinutes: 720, description: 'what the venues list' }],
  },
  {
    ...step,
    handler: 'watch-archives',
    timeoutSeconds: 900,
    // It parses whole objects, as a fetcher does.
    memoryMb: 1_769,
    description: 'Compares archive objects with what they were when their rows were loaded',
    access: ['job-table', 'database:write', 'venues'],
    schedules: [{ name: 'watch-archives', everyMinutes: 360, description: 'objects published again' }],
  },
  {
    ...step,
    handler: 'watch-histories',
    timeoutSeconds: 900,
    description: 'Compares what venues served of past days with what they serve now',
    access: ['job-table', 'database:read', 'database:write', 'venues'],
    // Each series once a day; it runs more often for those that had to wait for a venue.
    schedules: [{ name: 'watch-histories', everyMinutes: 60, description: 'histories that venues restate' }],
  },
  {
    ...step,
    handler: 'refresh-aggregates',
    description: 'Refreshes the newest buckets, unless TimescaleDB does, and what jobs left behind',
    access: ['job-table:read', 'database:write', 'aggregates'],
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
    description: 'Ends a job whose execution ended without an entry in the job table',
    access: ['job-table', 'database:write', 'events'],
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
    access: ['database:own', 'database:read', 'database:write', 'aggregates'],
    onDeploy: true,
  },
  {
    ...api,
    handler: 'authorize',
    description: 'Admits callers with a token of the issuer that the operator trusts',
    access: [],
    authorizes: 'jwt',
  },
];

/** Functions that are off by default. */
export const optionalFunctions: readonly FunctionSpec[] = [
  {
    ...step,
    handler: 'export-months',
    timeoutSeconds: 900,
    // It formats and packs rows, which takes a whole processor.
    memoryMb: 1_769,
    description: 'Brings the exported months up to date',
    access: ['job-table', 'database:read', 'exports'],
    optional: 'exports',
    schedules: [{ name: 'export', everyMinutes: 60, derives: true, description: 'months as files' }],
  },
  {
    handler: 'prepare-file',
    timeoutSeconds: 900,
    // It formats and packs rows, which takes a whole processor.
    memoryMb: 1_769,
    description: 'Makes a file of rows that is too large for an answer',
    access: ['database:read', 'files:make'],
    optional: 'files',
    worksFor: 'rows',
  },
];
