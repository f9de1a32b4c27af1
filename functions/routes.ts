/**
 * Method and path of each operation of the API; `{name}` marks a path parameter. The manifest, both servers, the document, the
 * command line and the console read them here. Imports nothing, so that build scripts and clients may read it.
 */
export const ROUTES = {
  createJob: 'POST /backfill',
  listJobs: 'GET /backfill/jobs',
  getJob: 'GET /backfill/jobs/{id}',
  cancelJob: 'DELETE /backfill/jobs/{id}',
  report: 'GET /backfill/report',
  listSeries: 'GET /backfill/series',
  unfollow: 'DELETE /backfill/series',
  listSources: 'GET /backfill/sources',
  coverage: 'GET /backfill/coverage',
  ledger: 'GET /backfill/ledger',
  findings: 'GET /backfill/findings',
  verify: 'POST /backfill/verify',
  refreshView: 'POST /backfill/aggregates/refresh',
  rows: 'GET /data/{table}',
  loadCandles: 'POST /api/backfill',
  inspectCandles: 'GET /api/backfill',
  status: 'GET /backfill/status',
  health: 'GET /healthz',
  openapi: 'GET /openapi.json',
  audit: 'POST /backfill/audit',
  listRetention: 'GET /backfill/retention',
  setRetention: 'POST /backfill/retention',
} as const;

export type OperationId = keyof typeof ROUTES;

export interface Route {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly path: string;
}

export function routeOf(id: OperationId): Route {
  const [method, path] = ROUTES[id].split(' ') as [Route['method'], string];
  return { method, path };
}

/** What a request of an operation is addressed to. @param query an absent value leaves its parameter out */
export function addressOf(
  id: OperationId,
  params: Readonly<Record<string, string>> = {},
  query: Readonly<Record<string, string | number | undefined>> = {},
): Route {
  const { method, path } = routeOf(id);
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(params[name] ?? ''));
  const set = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined) set.set(name, String(value));
  return { method, path: set.size === 0 ? filled : `${filled}?${set}` };
}
