import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import { zstdDecompressSync } from 'node:zlib';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { getDefaultEnvironment, StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js';
import { tableFromIPC } from 'apache-arrow';
import { parquetReadObjects } from 'hyparquet';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JobSummary } from '../../../functions/core/api/jobs/schemas.ts';
import type { Answer } from '../../../functions/core/api/operations.ts';
import { readExposition } from '../../helpers/exposition.ts';
import { startTestHost, type TestHost } from '../../helpers/host.ts';
import { expectSameRows } from '../../helpers/same-rows.ts';
import { until } from '../../helpers/until.ts';

let at: TestHost;
beforeAll(async () => {
  at = await startTestHost();
});
afterAll(() => at?.[Symbol.asyncDispose]());

interface Problem {
  status: number;
  code: string;
  detail: string;
  subject?: string;
}
const post = (body: string, headers: Record<string, string> = {}) =>
  at.ask<Problem>('/backfill', { method: 'POST', body, headers });
const jobsNow = async () => (await at.ask<JobSummary[]>('/backfill/jobs?status=all&limit=100')).body.length;
const tomorrow = new Date(Date.now() + 86_400_000).toISOString();

describe('POST /backfill refuses with a problem', () => {
  it.each([
    ['malformed JSON', '{"source":', 400, 'malformed-json'],
    ['no body', '', 400, 'malformed-json'],
    ['a body that is not an object', '[]', 400, 'invalid-request'],
    ['an unknown source', '{"source":"gold"}', 400, 'unknown-source'],
    ['an unknown field', '{"source":"klines","symbol":"BTCUSDT"}', 400, 'invalid-request'],
    ['an empty list of symbols', '{"source":"klines","symbols":[]}', 400, 'invalid-request'],
    ['an unknown symbol', '{"source":"klines","symbols":["NOSUCHUSDT"]}', 422, 'unknown-symbol'],
    [
      'a string that is not a symbol',
      '{"source":"klines","symbols":["btc/usdt; drop"]}',
      422,
      'unknown-symbol',
    ],
    ['start after end', '{"source":"klines","from":"2025-03-01","to":"2025-02-01"}', 400, 'empty-range'],
    ['start equal to end', '{"source":"klines","from":"2025-03-01","to":"2025-03-01"}', 400, 'empty-range'],
    ['a future end', `{"source":"klines","to":"${tomorrow}"}`, 400, 'future-range'],
    ['a future start', `{"source":"klines","from":"${tomorrow}"}`, 400, 'future-range'],
    ['a string that is not a time', '{"source":"klines","from":"yesterday"}', 400, 'invalid-time'],
    ['a day that does not exist', '{"source":"klines","from":"2025-02-30"}', 400, 'invalid-time'],
    ['a time without a zone', '{"source":"klines","from":"2025-02-03T10:00"}', 400, 'invalid-time'],
    ['an unknown timeframe', '{"source":"klines","timeframe":"7m"}', 400, 'unknown-timeframe'],
    ['a body too large', `{"source":"klines","from":"${'x'.repeat(70_000)}"}`, 413, 'body-too-large'],
  ])('%s', async (_, body, status, code) => {
    const before = await jobsNow();
    const answer = await post(body);
    expect([answer.status, answer.body.status, answer.body.code]).toEqual([status, status, code]);
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
    expect(answer.body.detail.length).toBeGreaterThan(10);
    expect(await jobsNow()).toBe(before);
  });

  it('but accepts a symbol that only one market lists, and lists what it skipped', async () => {
    const order = { source: 'klines', symbols: ['NEWUSDT'], from: '2025-08-01', to: '2025-08-02' };
    const job = await at.wait((await at.order(order)).id);
    expect(job.status).toBe('succeeded');
    expect(job.rows_fetched + job.skipped.length * 1_440).toBe(2 * 1_440);
  });
});

describe('Idempotency-Key', () => {
  it('returns the same job for the same key', async () => {
    const order = { source: 'klines_spot', from: '2025-02-01', to: '2025-02-02' };
    const first = await at.order(order, { 'Idempotency-Key': 'one' });
    const second = await at.order(order, { 'Idempotency-Key': 'one' });
    expect(second.id).toBe(first.id);
    const other = await post('{"source":"klines_perp"}', { 'Idempotency-Key': 'one' });
    expect([other.status, other.body.code]).toEqual([422, 'idempotency-mismatch']);
    await at.wait(first.id);
  });
});

describe('GET /data/{table} as text', () => {
  const url = (query: string) =>
    `http://127.0.0.1:${at.host.ports.jobs}/data/spot_klines?symbol=BTCUSDT${query}`;

  it('has all rows of the range, as the database has them', async () => {
    const { id } = await at.order({
      source: 'klines_spot',
      symbols: ['BTCUSDT'],
      from: '2025-03-01',
      to: '2025-03-09',
    });
    await at.wait(id);
    const rows = await at.sql`
      select to_char(open_time, 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as open_time, close, trades
      from market_data.spot_klines
      where symbol = 'BTCUSDT' and timeframe = '1m' and open_time >= '2025-03-01Z' and open_time < '2025-03-09Z'
      order by open_time`;
    expect(rows.length).toBeGreaterThan(11_000);
    const range = '&from=2025-03-01&to=2025-03-09&columns=open_time,close,trades';
    const csv = await fetch(url(`${range}&format=csv`));
    expect(Object.fromEntries(csv.headers)).toMatchObject({
      'content-type': 'text/csv',
      'content-disposition': 'attachment; filename="spot_klines-BTCUSDT.csv"',
      'content-encoding': 'gzip',
      'transfer-encoding': 'chunked',
    });
    const lines = rows.map((row) => `${row.open_time},${row.close},${row.trades}\n`);
    expect(await csv.text()).toBe(`open_time,close,trades\n${lines.join('')}`);
    const headers = { accept: 'application/x-ndjson', 'accept-encoding': 'identity' };
    const ndjson = await fetch(url(range), { headers });
    expect(ndjson.headers.get('content-encoding')).toBeNull();
    const objects = (await ndjson.text())
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(objects).toEqual(rows.map((row) => ({ ...row })));
  });

  it.each([
    ['&format=xml', 406, 'unknown-format'],
    ['&format=csv&columns=nothing', 400, 'unknown-column'],
    ['&format=csv&from=2025-03-09&to=2025-03-01', 400, 'empty-range'],
    ['&format=csv&limit=5', 400, 'invalid-request'],
    [',ETHUSDT', 400, 'invalid-request'],
  ])('refuses %s with a problem', async (query, status, code) => {
    const answer = await fetch(url(query));
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
    expect([answer.status, ((await answer.json()) as Problem).code]).toEqual([status, code]);
  });

  it('ends the query of a client that goes away', async () => {
    const streams = () => at.sql`
      select 1 from pg_stat_activity where application_name = 'gordon-data streams' and state <> 'idle'
        and datname = current_database()`;
    const gone = new AbortController();
    await at.sql.begin(async (tx) => {
      await tx`lock table market_data.spot_klines in access exclusive mode`;
      const answer = fetch(url('&format=csv'), { signal: gone.signal });
      const failed = expect(answer).rejects.toThrow(/abort/);
      await until(
        () => 'the query waits',
        async () => (await streams()).length === 1,
        20,
      );
      gone.abort();
      await failed;
      await until(
        () => 'the query has ended',
        async () => (await streams()).length === 0,
        20,
      );
    });
  });
});

describe('GET /data/{table} as a file', () => {
  const range = 'symbol=BTCUSDT&from=2025-03-01&to=2025-03-09';
  const url = (query = range, format = 'parquet') =>
    `http://127.0.0.1:${at.host.ports.jobs}/data/spot_klines?${query}&format=${format}`;
  const plain = { 'accept-encoding': 'identity' };
  const rowsOf = async (answer: Response) =>
    parquetReadObjects({
      file: await answer.arrayBuffer(),
      compressors: { ZSTD: (bytes) => zstdDecompressSync(bytes) },
    });

  it('has all rows of the range with their types, as the database has them', async () => {
    const expected = await at.sql`
      select *, open_time + interval '1 minute' as known_at
      from market_data.spot_candles where symbol = 'BTCUSDT' and timeframe = '1m'
        and open_time >= '2025-03-01Z' and open_time < '2025-03-09Z' order by open_time`;
    const answer = await fetch(url());
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'content-type': 'application/vnd.apache.parquet',
      'content-disposition': 'attachment; filename="spot_klines-BTCUSDT.parquet"',
      'accept-ranges': 'bytes',
      'content-length': expect.stringMatching(/^\d+$/),
      etag: expect.stringMatching(/^"[0-9a-f]{64}"$/),
    });
    expect(answer.headers.get('content-encoding')).toBeNull();
    const rows = await rowsOf(answer);
    expect(rows.length).toBeGreaterThan(11_000);
    expectSameRows(
      rows,
      expected.map((row) => ({ ...row })),
    );
    const arrow = tableFromIPC(new Uint8Array(await (await fetch(url(range, 'arrow'))).arrayBuffer()));
    expect([...arrow.getChild('close')!]).toEqual(expected.map(({ close }) => close));
    const hours = await rowsOf(await fetch(url(`${range}&every=1h&columns=open_time,rows,trades`)));
    expect(hours).toEqual(
      await at.sql`
        select date_trunc('hour', open_time) as open_time, count(*) as rows, sum(trades) as trades
        from market_data.spot_klines where symbol = 'BTCUSDT' and timeframe = '1m'
          and open_time >= '2025-03-01Z' and open_time < '2025-03-09Z' group by 1 order by 1`.then((found) =>
        found.map((row) => ({ ...row, rows: BigInt(row.rows), trades: BigInt(row.trades) })),
      ),
    );
  });

  it('is the same file for HEAD and for each of its parts', async () => {
    const whole = await fetch(url());
    const bytes = new Uint8Array(await whole.arrayBuffer());
    const etag = whole.headers.get('etag')!;
    const get = async (headers: Record<string, string>, method = 'GET') => {
      const answer = await fetch(url(), { method, headers: { ...plain, ...headers } });
      return {
        status: answer.status,
        etag: answer.headers.get('etag'),
        range: answer.headers.get('content-range'),
        length: Number(answer.headers.get('content-length')),
        body: new Uint8Array(await answer.arrayBuffer()),
      };
    };
    const size = bytes.length;
    const empty = new Uint8Array();
    expect(await get({}, 'HEAD')).toEqual({ status: 200, etag, range: null, length: size, body: empty });
    const first = { status: 206, etag, range: `bytes 0-3/${size}`, length: 4, body: bytes.slice(0, 4) };
    expect(await get({ range: 'bytes=0-3' })).toEqual(first);
    const last = {
      status: 206,
      etag,
      range: `bytes ${size - 8}-${size - 1}/${size}`,
      length: 8,
      body: bytes.slice(-8),
    };
    expect(await get({ range: 'bytes=-8' })).toEqual(last);
    expect(await get({ range: 'bytes=-8', 'if-range': etag })).toEqual(last);
    expect((await get({ range: 'bytes=-8', 'if-range': '"other"' })).body).toEqual(bytes);
    const beyond = await get({ range: `bytes=${size}-` });
    expect(beyond).toEqual({ status: 416, etag, range: `bytes */${size}`, length: 0, body: empty });
    expect(await get({ 'if-none-match': etag })).toMatchObject({ status: 304, etag, body: empty });
    expect((await readdir(join(at.folder, 'spool'))).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });

  it('is another one when the ledger has changed, but not for who has begun to read it', async () => {
    const november = 'symbol=BTCUSDT&from=2024-11-01&to=2024-11-03';
    const etagOf = async (headers = {}) =>
      (await fetch(url(november), { method: 'HEAD', headers })).headers.get('etag');
    const before = await etagOf();
    const order = { source: 'klines_spot', symbols: ['BTCUSDT'], from: '2024-11-01', to: '2024-11-02' };
    await at.wait((await at.order(order)).id);
    expect(await etagOf({ range: 'bytes=4-9' })).toBe(before);
    const after = await etagOf({ range: 'bytes=-9' });
    expect(after).not.toBe(before);
    expect([await etagOf(), await etagOf({ range: 'bytes=4-9' })]).toEqual([after, after]);
    expect(await rowsOf(await fetch(url(november)))).toHaveLength(1_440);
  });

  it.each([
    [`${range}&columns=nothing`, 400, 'unknown-column'],
    ['symbol=BTCUSDT&from=2025-03-09&to=2025-03-01', 400, 'empty-range'],
    ['symbol=BTCUSDT&as_of=yesterday', 400, 'invalid-time'],
    [`${range}&limit=5`, 400, 'invalid-request'],
  ])('refuses %s with a problem', async (query, status, code) => {
    const answer = await fetch(url(query));
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
    expect([answer.status, ((await answer.json()) as Problem).code]).toEqual([status, code]);
  });

  it('is given up with the client that waits for it', async () => {
    const queries = () => at.sql`
      select 1 from pg_stat_activity where application_name = 'gordon-data streams' and state <> 'idle'
        and datname = current_database()`;
    const gone = new AbortController();
    await at.sql.begin(async (tx) => {
      await tx`lock table market_data.spot_klines in access exclusive mode`;
      const answer = fetch(url('symbol=BTCUSDT'), { signal: gone.signal });
      const failed = expect(answer).rejects.toThrow(/abort/);
      await until(
        () => 'the query waits',
        async () => (await queries()).length === 1,
        20,
      );
      gone.abort();
      await failed;
      await until(
        () => 'the query has ended',
        async () => (await queries()).length === 0,
        20,
      );
    });
    await until(
      () => 'nothing is left of the file',
      async () => (await readdir(join(at.folder, 'spool'))).every((name) => !name.endsWith('.tmp')),
      20,
    );
  });
});

describe('an answer of JSON', () => {
  it('is compressed where the client takes gzip, and HEAD has its length', async () => {
    const url = `http://127.0.0.1:${at.host.ports.jobs}/data/spot_klines?symbol=BTCUSDT`;
    const [packed, plain, head] = await Promise.all([
      fetch(url),
      fetch(url, { headers: { 'accept-encoding': 'identity' } }),
      fetch(url, { method: 'HEAD', headers: { 'accept-encoding': 'identity' } }),
    ]);
    expect([packed, plain].map(({ headers }) => headers.get('content-encoding'))).toEqual(['gzip', null]);
    const [rows, text] = [await packed.json(), await plain.text()];
    expect(JSON.parse(text)).toEqual(rows);
    expect(head.headers.get('content-length')).toBe(String(Buffer.byteLength(text)));
    expect(await head.text()).toBe('');
  });
});

describe('the list of jobs', () => {
  it('is a bare array of the active jobs, with the fields that the runbook shows', async () => {
    const slow = at.venues.faults.add({ kind: 'delay', ms: 400, match: '/data/' });
    const { id } = await at.order({ source: 'klines_spot', from: '2024-02-01', to: '2024-03-01' });
    await at.wait(id, (job) => job.status === 'running');
    const { body } = await at.ask<JobSummary[]>('/backfill/jobs');
    expect(body).toMatchObject([{ id, source: 'klines', status: 'running', rows_fetched: 0 }]);
    expect(body[0]!.started_at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?Z$/);
    slow.remove();
    await at.wait(id);
    expect((await at.ask('/backfill/jobs')).body).toEqual([]);
  });

  it('comes as events to who takes them, and goes on until the job has ended', async () => {
    const gone = new AbortController();
    const url = `http://127.0.0.1:${at.host.ports.jobs}/backfill/jobs`;
    const accept = { accept: 'text/event-stream', 'accept-encoding': 'gzip' };
    const answer = await fetch(url, { headers: accept, signal: gone.signal });
    // A compressor would keep events back.
    expect([answer.headers.get('content-type'), answer.headers.get('content-encoding')]).toEqual([
      'text/event-stream',
      null,
    ]);
    const { id } = await at.order({ source: 'klines_spot', from: '2024-05-01', to: '2024-05-02' });
    let text = '';
    for await (const piece of answer.body!.pipeThrough(new TextDecoderStream())) {
      text += piece;
      if (text.includes('"succeeded"')) break;
    }
    gone.abort();
    const events = text.split('\n\n').filter((one) => one.startsWith('event: job\n'));
    expect(events.at(-1)).toContain(`"id":"${id}"`);
    expect(text).toContain('event: jobs\n');
  });

  it('has pages', async () => {
    const ids: string[] = [];
    let path: string | undefined = '/backfill/jobs?status=all&limit=1';
    while (path) {
      const page: Awaited<ReturnType<typeof at.ask<JobSummary[]>>> = await at.ask<JobSummary[]>(path);
      ids.push(...page.body.map((job) => job.id));
      path = /<([^>]+)>; rel="next"/.exec(page.headers.get('link') ?? '')?.[1];
    }
    expect(ids).toEqual([...new Set(ids)].sort().reverse());
    expect(ids).toHaveLength(await jobsNow());
  });

  it.each([
    ['?status=sleeping', 'unknown-status'],
    ['?limit=0', 'invalid-request'],
    ['?limit=many', 'invalid-request'],
    ['?origin=me', 'invalid-request'],
    ['?quiet=maybe', 'invalid-request'],
    ['?colour=red', 'invalid-request'],
  ])('refuses %s', async (query, code) => {
    const answer = await at.ask<Problem>(`/backfill/jobs${query}`);
    expect([answer.status, answer.body.code]).toEqual([400, code]);
  });
});

describe('one job', () => {
  const unknown = '/backfill/jobs/01JD0000000000000000000000';
  it('answers GET and DELETE of an unknown job with 404', async () => {
    for (const method of ['GET', 'DELETE']) {
      const answer = await at.ask<Problem>(unknown, { method });
      expect([answer.status, answer.body.code]).toEqual([404, 'unknown-job']);
    }
  });

  it('answers DELETE of a finished job with 409', async () => {
    const { id } = await at.order({ source: 'klines_spot', from: '2025-02-01', to: '2025-02-02' });
    await at.wait(id);
    const answer = await at.ask<Problem>(`/backfill/jobs/${id}`, { method: 'DELETE' });
    expect([answer.status, answer.body.code]).toEqual([409, 'job-finished']);
  });
});

describe('gordon-data mcp', () => {
  const MAIN = fileURLToPath(new URL('../../../cli/gordon-data.ts', import.meta.url));

  it('serves the warehouse over stdio to a client of the protocol, orders it and ends with its input', async () => {
    const transport = new StdioClientTransport({
      command: process.execPath,
      args: [MAIN, 'mcp', '--allow-backfill'],
      env: { ...getDefaultEnvironment(), GORDON_API_URL: `http://127.0.0.1:${at.host.ports.jobs}` },
    });
    const client = new Client({ name: 'test', version: '1.0.0' });
    await client.connect(transport);
    const call = async (name: string, given: Record<string, unknown>) => {
      const { content, isError } = (await client.callTool({ name, arguments: given })) as CallToolResult;
      expect([name, isError, content[0]]).toEqual([
        name,
        undefined,
        expect.objectContaining({ type: 'text' }),
      ]);
      return JSON.parse((content[0] as { text: string }).text) as Record<string, never>;
    };
    const order = { source: 'klines_spot', symbols: ['LTCUSDT'], from: '2024-03-01', to: '2024-03-02' };
    const quoted = await call('quote', order);
    expect(quoted).toMatchObject({ symbols: ['LTCUSDT'], quote: { rows: 1_440 } });
    const { id } = await call('backfill', order);
    await at.wait(id!);
    expect(await call('job', { id })).toMatchObject({ status: 'succeeded', rows_fetched: 1_440 });
    expect(await call('gaps', { source: 'klines_spot', symbol: 'LTCUSDT' })).toEqual({ count: 0, gaps: [] });
    const range = { symbol: 'LTCUSDT', from: order.from, to: order.to };
    const rows = await call('rows', { table: 'spot_klines', ...range, every: '1h', limit: 24 });
    expect(rows).toHaveLength(24);
    const [series] = (await call('coverage', { source: 'klines_spot', ...range })) as never as object[];
    expect(series).toMatchObject({ symbol: 'LTCUSDT', runs: [{ have: 1_440, missing: 0 }] });
    const sources = (await call('sources', {})) as never as { id: string; licence: { id: string } }[];
    expect(sources.find(({ id: one }) => one === 'macro_fred')).toMatchObject({ licence: { id: 'fred' } });
    const { pid } = transport;
    await client.close();
    expect(() => process.kill(pid!, 0)).toThrow('ESRCH');
  });
});

describe('the other routes', () => {
  it('report nothing for a symbol that was never ordered, and refuse an unknown source', async () => {
    expect((await at.ask('/backfill/report?symbol=DOGEUSDT')).body).toEqual([]);
    const answer = await at.ask<Problem>('/backfill/report?source=gold');
    expect([answer.status, answer.body.code]).toEqual([400, 'unknown-source']);
  });

  it('answer 404 and 405 as problems', async () => {
    expect(await at.ask('/nothing')).toMatchObject({ status: 404, body: { code: 'unknown-path' } });
    const wrong = await at.ask<Problem>('/backfill', { method: 'GET' });
    expect([wrong.status, wrong.body.detail]).toEqual([405, '/backfill takes POST, not GET.']);
  });

  it('report health on both ports', async () => {
    const body = {
      status: 'ok',
      checks: { database: { ok: true }, job_table: { ok: true } },
      simulated: false,
    };
    for (const port of Object.values(at.host.ports)) {
      const answer = await fetch(`http://127.0.0.1:${port}/healthz`);
      expect([answer.status, await answer.json()]).toEqual([200, body]);
    }
  });

  it('give Prometheus rows, lag, gaps, budgets, requests and jobs', async () => {
    const order = { source: 'klines_spot', symbols: ['BTCUSDT'], from: '2025-03-01', to: '2025-03-02' };
    await at.wait((await at.order(order)).id);
    const { jobs } = at.host.ports;
    const answer = await fetch(`http://127.0.0.1:${jobs}/metrics`);
    expect(answer.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    const metrics = readExposition(await answer.text());
    const series = { source: 'klines_spot', symbol: 'BTCUSDT', timeframe: '1m' };
    const value = (name: string, labels: object) =>
      metrics.get(name)?.samples.find((sample) => isDeepStrictEqual(sample.labels, labels))?.value;
    expect(value('gordon_rows', series)).toBeGreaterThanOrEqual(1_440);
    expect(value('gordon_venue_requests_total', { venue: 'binance-archive', outcome: 'ok' })).toBeGreaterThan(
      0,
    );
    expect(value('gordon_budget_limit', { venue: 'binance', family: 'binance-spot' })).toBe(6_000);
    expect(value('gordon_job_duration_seconds_count', { status: 'succeeded' })).toBeGreaterThan(0);
    expect(metrics.get('gordon_job_duration_seconds')?.type).toBe('histogram');
  });

  it('say that the clock is wrong, in health and status, until it was set', async () => {
    const { clockChecks, clock } = at.host.services;
    const health = async () => (await at.ask<Answer<'health'>>('/healthz')).body.checks.clock;
    const status = async () => (await at.ask<Answer<'status'>>('/backfill/status')).body.clock;
    expect([await health(), await status()]).toEqual([undefined, null]);
    await clockChecks.note({ venue: 'deribit', aheadMs: 412_000, at: clock() });
    expect(await health()).toEqual({ ok: false, detail: 'our clock is 412 s ahead of that of deribit' });
    expect(await status()).toMatchObject({ ok: false, venue: 'deribit', ahead_seconds: 412 });
    await clockChecks.note({ venue: 'deribit', aheadMs: 0, at: clock() });
    expect([await health(), (await status())?.ok]).toEqual([undefined, true]);
  });
});
