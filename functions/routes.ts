import type { Access } from './access.ts';

/** What a caller may do: read; order work, which costs requests of venues; change what is kept. Each includes those before it. */
export const SCOPES = ['read', 'order', 'admin'] as const;
export type Scope = (typeof SCOPES)[number];

/** What an operation of the API is, its schemas apart: enough to build or to call it. */
export interface Route {
  /** method and path; `{name}` marks a path parameter */
  readonly route: `${Method} /${string}`;
  /** the folder of `functions/http` that has its handler, in a file with the name of the operation */
  readonly folder: 'jobs' | 'candles' | 'series' | 'data' | 'service';
  /** what its function may do */
  readonly access: readonly Access[];
  /** one line for the API's document, and for the description of its function */
  readonly summary: string;
  /** statuses besides 2xx with a body that is an answer and no problem */
  readonly also?: readonly number[];
  /** what a token has to be good for, where tokens have scopes; defaults to `read` for a GET, and to `order` */
  readonly scope?: Scope;
  /** the answer is an array in pages: `Link` has the next one, and clients follow it to the end */
  readonly paged?: true;
  /** a host streams its answers: a file `<handler>-stream.ts` beside the handler does */
  readonly streams?: true;
  /** defaults to what suits a function that reads */
  readonly memoryMb?: number;
}

/**
 * Every operation of the API. The manifest, both servers, the document, the command line and the console read method, path and
 * access here; `core/api` has the schemas and the problem codes by the same names. Imports nothing but types, so that build
 * scripts and clients may read it.
 */
export const ROUTES = {
  createJob: {
    route: 'POST /backfill',
    folder: 'jobs',
    access: ['job-table', 'workflow', 'database:write', 'venues'],
    summary: 'Order a backfill job',
  },
  listJobs: {
    route: 'GET /backfill/jobs',
    folder: 'jobs',
    access: ['job-table:read'],
    streams: true,
    summary:
      'The active jobs, or those of a status; a host also sends them as events, and goes on with each change',
  },
  getJob: {
    route: 'GET /backfill/jobs/{id}',
    folder: 'jobs',
    access: ['job-table:read'],
    summary: 'One job: progress by chunk, rate, failures',
  },
  cancelJob: {
    route: 'DELETE /backfill/jobs/{id}',
    folder: 'jobs',
    access: ['job-table', 'database:write'],
    summary: 'Cancel a job: it stops at the next checkpoint and keeps its rows',
  },
  report: {
    route: 'GET /backfill/report',
    folder: 'series',
    access: ['database:read', 'database:write'],
    summary: 'Earliest, latest and gaps of every series',
    paged: true,
  },
  listSeries: {
    route: 'GET /backfill/series',
    folder: 'series',
    access: ['database:read'],
    summary: 'What is requested, since when, at which pace',
  },
  unfollow: {
    route: 'DELETE /backfill/series',
    folder: 'series',
    access: ['job-table', 'database:write', 'aggregates'],
    summary:
      'Withdraw orders: no schedule orders these series any more; rows stay, unless a purge is confirmed',
    scope: 'admin',
  },
  listSources: {
    route: 'GET /backfill/sources',
    folder: 'data',
    access: ['venues'],
    summary: 'What can be ordered',
  },
  coverage: {
    route: 'GET /backfill/coverage',
    folder: 'data',
    access: ['job-table:read', 'database:read', 'database:write'],
    summary: 'Every series by hour, day or month',
  },
  ledger: {
    route: 'GET /backfill/ledger',
    folder: 'data',
    access: ['database:read'],
    summary: 'The spans of one series with their evidence',
  },
  findings: {
    route: 'GET /backfill/findings',
    folder: 'data',
    access: ['database:read'],
    summary: 'Oddities in the data of one series',
  },
  verify: {
    route: 'POST /backfill/verify',
    folder: 'series',
    access: ['job-table', 'database:read', 'database:write', 'venues'],
    summary: 'Load a period of one series once more and compare each stored row with it',
    // It loads and parses a month, as a fetcher does.
    memoryMb: 1_769,
  },
  verifyDeep: {
    route: 'POST /backfill/verify/deep',
    folder: 'series',
    access: ['database:read', 'database:write'],
    summary: 'Make candles of the stored trades of a day and compare them with the stored candles',
    // It reads millions of rows.
    memoryMb: 1_769,
  },
  refreshView: {
    route: 'POST /backfill/aggregates/refresh',
    folder: 'data',
    access: ['database:write', 'aggregates'],
    summary: 'Refresh the whole buckets of one aggregate within a window; `next` is where to go on',
  },
  listTables: {
    route: 'GET /data',
    folder: 'data',
    access: ['database:read'],
    summary: 'The tables and views of market_data, with meaning, unit and source of each column',
  },
  rows: {
    route: 'GET /data/{table}',
    folder: 'data',
    access: ['database:read', 'files'],
    streams: true,
    summary: 'Rows of one table of market_data',
  },
  loadCandles: {
    route: 'POST /api/backfill',
    folder: 'candles',
    access: ['job-table', 'workflow', 'database:write', 'venues'],
    summary: 'Order the candles of one symbol',
  },
  inspectCandles: {
    route: 'GET /api/backfill',
    folder: 'candles',
    access: ['job-table:read', 'database:read', 'database:write'],
    summary: 'Gaps of a symbol, or its state',
  },
  status: {
    route: 'GET /backfill/status',
    folder: 'service',
    access: ['job-table:read', 'database:read', 'venues'],
    summary: 'Schedules, rate budgets, venues that are cooling down, gaps that expire, aggregates',
  },
  history: {
    route: 'GET /backfill/history',
    folder: 'service',
    access: ['job-table:read', 'database:read', 'venues'],
    summary: 'Rate budgets by minute, errors of venues by hour, how the database grows, room on the disk',
  },
  health: {
    route: 'GET /healthz',
    folder: 'service',
    access: ['job-table:read', 'database:read'],
    summary: 'Whether database and job table answer',
    also: [503],
  },
  metrics: {
    route: 'GET /metrics',
    folder: 'service',
    access: ['job-table:read', 'database:read', 'venues'],
    summary: 'Rows, lag, gaps, budgets, requests and jobs, in the text format of Prometheus',
  },
  openapi: {
    route: 'GET /openapi.json',
    folder: 'service',
    access: [],
    summary: 'This document',
  },
  audit: {
    route: 'POST /backfill/audit',
    folder: 'series',
    access: ['database:write'],
    summary: 'Count rows against the ledger now; `next` is where to go on',
  },
  listRetention: {
    route: 'GET /backfill/retention',
    folder: 'series',
    access: ['database:read'],
    summary: 'What is not kept, by source',
  },
  setRetention: {
    route: 'POST /backfill/retention',
    folder: 'series',
    access: ['database:write'],
    summary: 'Set what is not kept of a source: it is not fetched, and rows stay until somebody deletes them',
    scope: 'admin',
  },
  sizes: {
    route: 'GET /backfill/sizes',
    folder: 'data',
    access: ['database:read'],
    summary: 'Rows and bytes of each table: heap, indexes, columnstore',
  },
  universe: {
    route: 'GET /universe',
    folder: 'series',
    access: ['database:read'],
    summary: 'Every symbol that was listed at an instant, with the evidence of its life',
  },
  refreshUniverse: {
    route: 'POST /universe/refresh',
    folder: 'series',
    access: ['job-table', 'database:write', 'venues'],
    summary: 'Look up the lives of symbols that are new or have changed; `next` is where to go on',
  },
} as const satisfies Readonly<Record<string, Route>>;

export type OperationId = keyof typeof ROUTES;

type Method = 'GET' | 'POST' | 'DELETE';

export interface Address {
  readonly method: Method;
  readonly path: string;
}

export const OPERATION_IDS = Object.keys(ROUTES) as OperationId[];

export function routeOf(id: OperationId): Address {
  const [method, path] = ROUTES[id].route.split(' ') as [Method, string];
  return { method, path };
}

/** What a token has to be good for to call an operation. */
export function scopeOf(id: OperationId): Scope {
  const { route, scope = route.startsWith('GET ') ? 'read' : 'order' }: Route = ROUTES[id];
  return scope;
}

/** The operations that a scope opens. */
export const operationsFor = (scope: Scope): OperationId[] =>
  OPERATION_IDS.filter((id) => SCOPES.indexOf(scopeOf(id)) <= SCOPES.indexOf(scope));

/** Where a request of an operation goes. @param query an absent value leaves its parameter out */
export function addressOf(
  id: OperationId,
  params: Readonly<Record<string, string>> = {},
  query: Readonly<Record<string, string | number | undefined>> = {},
): Address {
  const { method, path } = routeOf(id);
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(params[name] ?? ''));
  const set = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined) set.set(name, String(value));
  return { method, path: set.size === 0 ? filled : `${filled}?${set}` };
}
