import type { APIGatewayProxyEvent, APIGatewayProxyResult, Context } from 'aws-lambda';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { OpenApi } from '../../../functions/core/api/openapi.ts';
import { BudgetExhausted, GordonError } from '../../../functions/core/errors/errors.ts';
import type { Job } from '../../../functions/core/jobs/job.ts';
import { fileColumns } from '../../../functions/core/queries/columns.ts';
import type { ColumnBatch } from '../../../functions/core/queries/export/columnar.ts';
import type { RowsRequest } from '../../../functions/core/queries/ports.ts';
import { createHandler as rows } from '../../../functions/http/data/rows.ts';
import { createStream } from '../../../functions/http/data/rows-stream.ts';
import { createHandler as createJob } from '../../../functions/http/jobs/create-job.ts';
import { createHandler as refreshUniverse } from '../../../functions/http/series/refresh-universe.ts';
import { createHandler as unfollow } from '../../../functions/http/series/unfollow.ts';
import { createHandler as verify } from '../../../functions/http/series/verify.ts';
import { createHandler as verifyDeep } from '../../../functions/http/series/verify-deep.ts';
import { createHandler as health } from '../../../functions/http/service/health.ts';
import type { HttpHandler } from '../../../functions/runtime/http-handler.ts';
import { MOST_LISTENERS } from '../../../functions/runtime/ports/job-feed.ts';
import type { Services } from '../../../functions/runtime/services.ts';
import { startTestHost, type TestHost } from '../../helpers/host.ts';
import { checker, type DocumentedOperation, listOperations, type Seen } from '../../helpers/openapi.ts';
import { type FakeS3, startFakeS3 } from '../../runtime/exports/fake-s3.ts';
import { startFakeLambda } from '../../runtime/prepared/fake-lambda.ts';

/** Every answer that the document promises really comes, and is as the document says. */
let at: TestHost;
let document: OpenApi;
let finished: string;
let running: string;
let atWork: Job;
beforeAll(async () => {
  at = await startTestHost();
  document = (await at.ask<OpenApi>('/openapi.json')).body;
  const made = await at.wait((await at.order({ ...ORDER, symbols: ['BTCUSDT', 'NEWUSDT'] })).id);
  finished = made.id;
  await at.wait((await at.order(ORDER, { 'Idempotency-Key': 'used' })).id);
  const candles = { symbol: 'BTCUSDT', start: '2025-02-01', end: '2025-02-02' };
  const loading = await at.ask<{ id: string }>('/api/backfill', {
    method: 'POST',
    body: JSON.stringify(candles),
  });
  await at.wait(loading.body.id);
  at.venues.faults.add({ kind: 'delay', ms: 500, match: '/data/' });
  running = (await at.order({ source: 'klines_spot', from: '2023-01-01', to: '2023-02-01' })).id;
  await at.wait(running, (job) => job.status === 'running');
  atWork = (await at.host.services.jobs.get(running))!;
});
afterAll(() => at?.[Symbol.asyncDispose]());

const ORDER = { source: 'klines_spot', symbols: ['BTCUSDT'], from: '2025-02-01', to: '2025-02-02' };
const VERIFIED = { source: 'klines_spot', symbol: 'BTCUSDT', from: '2025-02-01' };
const TRADES = { ...VERIFIED, source: 'trades_spot' };
const SERIES = 'source=klines_spot&symbol=BTCUSDT';
const NO_JOB = '01JD0000000000000000000000';

type Ask = () => Promise<Seen>;
const seen = async (response: Response): Promise<Seen> => ({
  status: response.status,
  mediaType: response.headers.get('content-type') ?? '',
  body: bodyOf(response.headers.get('content-type'), await response.text()),
});
const bodyOf = (mediaType: string | null | undefined, text: string): unknown =>
  /[/+]json$/.test(mediaType ?? '') ? JSON.parse(text) : text;
const get =
  (path: string, method = 'GET', headers: Record<string, string> = {}): Ask =>
  async () =>
    seen(await fetch(`http://127.0.0.1:${at.host.ports.jobs}${path}`, { method, headers }));
const post =
  (path: string, body: unknown, headers: Record<string, string> = {}): Ask =>
  async () => {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const url = `http://127.0.0.1:${at.host.ports.jobs}${path}`;
    return seen(await fetch(url, { method: 'POST', body: text, headers }));
  };
/** Calls a handler whose services are not as the host's: what a running host never shows. */
const handled =
  (
    create: (services: () => Promise<Services>) => HttpHandler,
    broken: (services: Services) => Partial<Services>,
    body?: unknown,
    query: Readonly<Record<string, string>> = {},
    pathParameters: Readonly<Record<string, string>> = {},
  ): Ask =>
  async () => {
    const services = { ...at.host.services, ...broken(at.host.services) };
    const event = {
      headers: {},
      path: '/',
      body: body ? JSON.stringify(body) : null,
      queryStringParameters: query,
      pathParameters,
    } as unknown as APIGatewayProxyEvent;
    const answer = await create(async () => services)(event, {} as Context);
    const mediaType = String(answer.headers?.['content-type']);
    return { status: answer.statusCode, mediaType, body: bodyOf(mediaType, answer.body) };
  };
const full = new GordonError({
  code: 'spool-full',
  status: 507,
  subject: 'spool',
  message: 'the disk is full.',
});
async function* endlessRows(request: RowsRequest): AsyncGenerator<ColumnBatch> {
  const columns = fileColumns([request]).map(({ type }) =>
    type === 'text' ? { constant: 'x' } : new Float64Array(1_000),
  );
  for (;;) yield { length: 1_000, columns };
}
const FILE = `/data/spot_klines?symbol=BTCUSDT&from=2025-02-01&to=2025-02-02&format=parquet`;
/** A file on AWS, where time passes as soon as somebody waits. @param made what its function makes of an order */
const elsewhere =
  (made: (s3: FakeS3, id: string) => void): Ask =>
  async () => {
    await using s3 = await startFakeS3('files');
    await using lambda = await startFakeLambda();
    lambda.run = async (event) => made(s3, (event as { id: string }).id);
    let now = Date.now();
    const fileBucket = {
      bucket: 'files',
      maker: 'prepare-file',
      variables: { ...at.host.env, AWS_ENDPOINT_URL_S3: s3.url, AWS_ENDPOINT_URL_LAMBDA: lambda.url },
      sleep: async (ms: number) => {
        now += ms;
        if (lambda.invoked.length === 0) throw new Error('nobody makes the file');
      },
    };
    const query = { symbol: 'BTCUSDT', format: 'parquet' };
    return await handled(rows, () => ({ fileBucket, clock: () => now }), undefined, query, {
      table: 'spot_klines',
    })();
  };
const failedOrder = JSON.stringify({ state: 'failed', at: 0, problem: { code: 'of-another-version' } });
const TOO_LARGE = { source: 'klines', from: 'x'.repeat(70_000) };

/** How to bring about each answer. A new one in the document needs a line here. */
const WAYS: Readonly<Record<string, Readonly<Record<number, Ask>>>> = {
  createJob: {
    200: post('/backfill?dry_run=true', ORDER),
    202: post('/backfill', ORDER),
    400: post('/backfill', { source: 'gold' }),
    409: handled(createJob, () => ({ hasKey: () => false }), { source: 'macro' }),
    413: post('/backfill', TOO_LARGE),
    422: post('/backfill', { ...ORDER, source: 'klines_perp' }, { 'Idempotency-Key': 'used' }),
  },
  listJobs: {
    200: get('/backfill/jobs?status=all'),
    400: get('/backfill/jobs?limit=0'),
    429: async () => {
      const left = new AbortController();
      const listeners = Array.from({ length: MOST_LISTENERS }, () =>
        at.host.services.jobFeed.listen(undefined, left.signal),
      );
      await Promise.all(listeners.map((one) => one.next()));
      const refused = await get('/backfill/jobs', 'GET', { accept: 'text/event-stream' })();
      await Promise.all(listeners.map((one) => one.return(undefined)));
      return refused;
    },
  },
  getJob: { 200: async () => get(`/backfill/jobs/${finished}`)(), 404: get(`/backfill/jobs/${NO_JOB}`) },
  cancelJob: {
    200: async () => get(`/backfill/jobs/${running}`, 'DELETE')(),
    404: get(`/backfill/jobs/${NO_JOB}`, 'DELETE'),
    409: async () => get(`/backfill/jobs/${finished}`, 'DELETE')(),
  },
  report: { 200: get('/backfill/report'), 400: get('/backfill/report?source=gold') },
  listSeries: { 200: get('/backfill/series'), 400: get('/backfill/series?source=gold') },
  unfollow: {
    200: get('/backfill/series?source=klines_spot&symbols=BTCUSDT', 'DELETE'),
    400: get('/backfill/series?source=klines_spot', 'DELETE'),
    404: get('/backfill/series?source=klines_spot&symbols=NOSUCH', 'DELETE'),
    // Schedules are at it all the time; here a job is that does not end.
    409: handled(
      unfollow,
      ({ jobs }) => ({ jobs: { ...jobs, list: async () => ({ jobs: [atWork], more: false }) } }),
      undefined,
      { source: 'klines_spot', symbols: 'BTCUSDT', purge: 'true', confirm: 'BTCUSDT' },
    ),
  },
  listRetention: { 200: get('/backfill/retention'), 400: get('/backfill/retention?x=1') },
  setRetention: {
    200: post('/backfill/retention', { source: 'gex', keep_days: 400 }),
    400: post('/backfill/retention', { source: 'gex', keep_days: 400, before: '2020-01-01' }),
    413: post('/backfill/retention', TOO_LARGE),
  },
  universe: { 200: get('/universe?quote=USDT&at=2022-01-01'), 400: get('/universe?at=soon') },
  refreshUniverse: {
    200: post('/universe/refresh', { market: 'bybit linear' }),
    400: post('/universe/refresh', { market: 'nasdaq' }),
    413: post('/universe/refresh', TOO_LARGE),
    503: handled(
      refreshUniverse,
      () => ({ venue: { get: () => Promise.reject(new BudgetExhausted('bybit', Date.now(), 'busy')) } }),
      { market: 'bybit linear' },
    ),
  },
  listSources: { 200: get('/backfill/sources'), 400: get('/backfill/sources?x=1') },
  coverage: {
    200: get('/backfill/coverage'),
    400: get('/backfill/coverage?from=2025-02-02&to=2025-02-01'),
    422: get('/backfill/coverage?bucket=hour&from=0001-01-01'),
  },
  ledger: {
    200: get(`/backfill/ledger?${SERIES}&from=2025-01-01`),
    400: get('/backfill/ledger?symbol=BTCUSDT'),
  },
  findings: {
    200: get(`/backfill/findings?${SERIES}&from=2025-01-01`),
    400: get('/backfill/findings?source=gold&symbol=BTCUSDT'),
  },
  history: { 200: get('/backfill/history'), 400: get('/backfill/history?x=1') },
  sizes: { 200: get('/backfill/sizes'), 400: get('/backfill/sizes?x=1') },
  listTables: { 200: get('/data'), 400: get('/data?x=1') },
  rows: {
    200: get('/data/spot_klines?symbol=BTCUSDT&every=1h'),
    202: elsewhere(() => {}),
    206: get(FILE, 'GET', { range: 'bytes=-8' }),
    303: elsewhere((s3, id) => s3.objects.set(`files/${id}`, Buffer.from('PAR1'))),
    304: get(FILE, 'GET', { 'if-none-match': '*' }),
    400: get('/data/spot_klines'),
    404: get('/data/coverage'),
    406: get('/data/spot_klines?symbol=BTCUSDT&format=xml'),
    413: handled(
      rows,
      ({ queries }) => ({ queries: { ...queries, batches: endlessRows } }),
      undefined,
      { symbol: 'BTCUSDT', format: 'csv' },
      { table: 'spot_klines' },
    ),
    416: get(FILE, 'GET', { range: 'bytes=999999999-' }),
    503: elsewhere((s3, id) => s3.objects.set(`orders/${id}`, Buffer.from(failedOrder))),
    507: async () => {
      const spool = { recent: () => undefined, file: () => Promise.reject(full) };
      const stream = createStream(async () => ({ ...at.host.services, spool }));
      const event = {
        headers: {},
        queryStringParameters: { symbol: 'BTCUSDT', format: 'parquet' },
        pathParameters: { table: 'spot_klines' },
      } as unknown as APIGatewayProxyEvent;
      const answer = (await stream(event, new AbortController().signal)) as APIGatewayProxyResult;
      const mediaType = String(answer.headers?.['content-type']);
      return { status: answer.statusCode, mediaType, body: bodyOf(mediaType, answer.body) };
    },
  },
  verifyDeep: {
    // Of a series without trades as yet.
    200: handled(
      verifyDeep,
      ({ catalog }) => ({
        catalog: { ...catalog, requested: async () => [{ start: 0, end: Date.now() }] },
      }),
      { ...TRADES, to: '2025-02-02' },
    ),
    400: post('/backfill/verify/deep', { ...TRADES, to: 'soon' }),
    404: post('/backfill/verify/deep', { ...TRADES, to: '2025-02-02' }),
    413: post('/backfill/verify/deep', TOO_LARGE),
    422: post('/backfill/verify/deep', { ...TRADES, to: '2025-04-01' }),
  },
  verify: {
    200: post('/backfill/verify', { ...VERIFIED, to: '2025-02-02' }),
    400: post('/backfill/verify', { ...VERIFIED, to: 'soon' }),
    404: post('/backfill/verify', { ...VERIFIED, symbol: 'XRPUSDT', to: '2025-02-02' }),
    413: post('/backfill/verify', TOO_LARGE),
    422: post('/backfill/verify', { ...VERIFIED, to: '2025-04-01' }),
    503: handled(
      verify,
      () => ({ archive: { read: () => Promise.reject(new BudgetExhausted('binance', Date.now(), 'busy')) } }),
      { ...VERIFIED, to: '2025-02-02' },
    ),
  },
  audit: {
    200: post('/backfill/audit', { source: 'klines_spot' }),
    400: post('/backfill/audit', { source: 'gold' }),
    404: post('/backfill/audit', { symbol: 'NOSUCHUSDT' }),
    413: post('/backfill/audit', TOO_LARGE),
  },
  refreshView: {
    200: post('/backfill/aggregates/refresh', { view: 'price_klines_1d', start: null, end: null }),
    400: post('/backfill/aggregates/refresh', { view: 'view_name', start: null, end: null }),
    413: post('/backfill/aggregates/refresh', TOO_LARGE),
    422: post('/backfill/aggregates/refresh', {
      view: 'price_klines_1d',
      start: '2025-02-01',
      end: '2025-02-01T12:00:00Z',
    }),
  },
  loadCandles: {
    202: post('/api/backfill', { symbol: 'BTCUSDT', start: '2025-02-01', end: '2025-02-02' }),
    400: post('/api/backfill', { symbol: 'BTCUSDT', start: 'yesterday' }),
    413: post('/api/backfill', TOO_LARGE),
    422: post('/api/backfill', { symbol: 'NOSUCHUSDT' }),
  },
  inspectCandles: {
    200: get('/api/backfill?symbol=BTCUSDT'),
    400: get('/api/backfill?type=gaps'),
    404: get('/api/backfill?type=gaps&symbol=XRPUSDT'),
    422: get('/api/backfill?symbol=b/c'),
  },
  status: { 200: get('/backfill/status'), 400: get('/backfill/status?x=1') },
  health: {
    200: get('/healthz'),
    503: handled(health, () => ({ pingDatabase: () => Promise.reject(new Error('no route to host')) })),
  },
  metrics: { 200: get('/metrics'), 400: get('/metrics?x=1') },
  openapi: { 200: get('/openapi.json'), 400: get('/openapi.json?x=1') },
};

const statusesOf = ({ responses }: DocumentedOperation): number[] =>
  Object.keys(responses)
    .filter((status) => status !== 'default')
    .map(Number);

describe('the documented answers', () => {
  it('all come, and are as the document says', async () => {
    const check = checker(document);
    const wrong: string[] = [];
    for (const operation of listOperations(document)) {
      for (const status of statusesOf(operation)) {
        const answer = await WAYS[operation.operationId]?.[status]?.();
        if (!answer) wrong.push(`${operation.operationId}: no way to provoke ${status}`);
        else if (answer.status !== status)
          wrong.push(
            `${operation.operationId}: ${answer.status} instead of ${status}: ${JSON.stringify(answer.body)}`,
          );
        else wrong.push(...[check(operation, answer)].filter((one) => one !== undefined));
      }
    }
    expect(wrong).toEqual([]);
  });

  it('come in pages that lead to one another, where a report has more series than a page', async () => {
    type Series = { source: string; symbol: string; timeframe: string };
    const whole = (await at.ask<Series[]>('/backfill/report')).body;
    expect(whole.length).toBeGreaterThan(2);
    const paged: Series[] = [];
    let path: string | undefined = '/backfill/report?limit=2';
    let pages = 0;
    while (path !== undefined) {
      const page: { body: Series[]; headers: Headers } = await at.ask<Series[]>(path);
      expect(page.body.length).toBeLessThanOrEqual(2);
      paged.push(...page.body);
      pages++;
      path = /<(.*)>; rel="next"/.exec(page.headers.get('link') ?? '')?.[1];
    }
    const labels = (list: Series[]) => list.map((one) => `${one.source} ${one.symbol} ${one.timeframe}`);
    expect([pages, labels(paged)]).toEqual([Math.ceil(whole.length / 2), labels(whole)]);
    expect((await at.ask<Series[]>(`/backfill/report?source=gex`)).body).toEqual([]);
  });

  it('of rows come in every format that the document has, and no other', async () => {
    const check = checker(document);
    const operation = listOperations(document).find(({ operationId }) => operationId === 'rows')!;
    const formats = ['json', 'csv', 'ndjson', 'parquet', 'arrow'];
    const answers = await Promise.all(
      formats.map((format) => get(`/data/spot_klines?symbol=BTCUSDT&every=1h&format=${format}`)()),
    );
    expect(answers.map((answer) => check(operation, answer))).toEqual(formats.map(() => undefined));
    expect(answers.map(({ mediaType }) => mediaType).sort()).toEqual(
      Object.keys(operation.responses[200]!).sort(),
    );
    const types = ['application/vnd.apache.parquet', 'application/vnd.apache.arrow.file'];
    expect(Object.keys(operation.responses[206]!)).toEqual(types);
  });

  it('reject answers that the document does not describe', () => {
    const check = checker(document);
    const listed = listOperations(document).find(({ operationId }) => operationId === 'listJobs')!;
    const mediaType = 'application/json';
    expect(check(listed, { status: 200, mediaType, body: [] })).toBeUndefined();
    expect(check(listed, { status: 200, mediaType, body: [{ id: 1 }] })).toMatch(/listJobs: 200/);
    expect(check(listed, { status: 418, mediaType, body: [] })).toMatch(/not documented/);
    expect(check(listed, { status: 200, mediaType: 'text/html', body: [] })).toMatch(/text\/html/);
  });

  it('include each stable code that the document names', async () => {
    const codes: readonly [string, Ask][] = [
      ['malformed-json', post('/backfill', '{')],
      ['unknown-source', get('/backfill/coverage?source=gold')],
      ['invalid-time', get('/backfill/coverage?from=soon')],
      ['too-many-buckets', get('/backfill/coverage?bucket=hour&from=0001-01-01')],
      ['no-candles', get('/data/fear_greed?symbol=FNG&every=1d')],
      ['unknown-table', get('/data/pg_class')],
      ['unknown-column', get('/data/spot_klines?symbol=BTCUSDT&columns=time')],
      ['unknown-source', get('/data/spot_klines?symbol=BTCUSDT&source=klines_perp')],
    ];
    const text = JSON.stringify(document);
    for (const [code, ask] of codes) {
      expect((await ask()).body).toMatchObject({ code });
      expect(text).toContain(code);
    }
  });
});
