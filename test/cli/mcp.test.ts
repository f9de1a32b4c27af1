import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { InMemoryTransport } from '@modelcontextprotocol/sdk/inMemory.js';
import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js';
import { describe, expect, it } from 'vitest';
import { contextFor } from '../../cli/commands/context.ts';
import { mcpServer } from '../../cli/mcp/server.ts';
import { type FakeApi, fakeApi, problem } from './support/fake-api.ts';
import { fakeTerminal } from './support/fake-terminal.ts';
import { noTerms } from './support/run.ts';
import { HEALTH, job, macroSource, ordered, reported, view } from './support/samples.ts';

async function clientOf(api: FakeApi, allowBackfill = false, env: Record<string, string> = {}) {
  const terminal = fakeTerminal({ env: { GORDON_API_URL: api.url, ...env }, answer: 'y' });
  const context = contextFor(terminal, () => undefined, noTerms());
  const server = mcpServer(context, '1.0.0', allowBackfill);
  const client = new Client({ name: 'test', version: '1.0.0' });
  const [ours, theirs] = InMemoryTransport.createLinkedPair();
  await Promise.all([server.connect(theirs), client.connect(ours)]);
  const call = async (name: string, given: Record<string, unknown> = {}) => {
    const { content, isError = false } = (await client.callTool({
      name,
      arguments: given,
    })) as CallToolResult;
    return { isError, texts: content.map((part) => (part.type === 'text' ? part.text : part.type)) };
  };
  return { client, call };
}

describe('the tools', () => {
  it('only read, and one that orders is there only where it is allowed', async () => {
    await using api = await fakeApi({});
    const { client } = await clientOf(api);
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name)).toEqual([
      'sources',
      'coverage',
      'gaps',
      'rows',
      'universe',
      'quote',
    ]);
    expect(tools.every(({ annotations }) => annotations?.readOnlyHint)).toBe(true);
    const allowed = await (await clientOf(api, true)).client.listTools();
    expect(allowed.tools.slice(6).map(({ name }) => name)).toEqual(['backfill', 'job']);
    expect(allowed.tools.filter(({ annotations }) => !annotations?.readOnlyHint)).toHaveLength(1);
  });

  it('refuse an order that is not allowed, and arguments that there are not', async () => {
    await using api = await fakeApi({});
    const { call } = await clientOf(api);
    expect(await call('backfill', { source: 'klines' })).toMatchObject({ isError: true });
    expect(await call('rows', { table: 'spot_klines', format: 'csv' })).toMatchObject({ isError: true });
    expect(await call('rows', { table: 'spot_klines', limit: 5_000 })).toMatchObject({ isError: true });
    expect(api.received).toEqual([]);
  });

  it('give what the API refuses as an error with its code', async () => {
    await using api = await fakeApi({
      'GET /data/gold': problem(404, 'unknown-table', 'gold: no such table.'),
    });
    const { call } = await clientOf(api);
    expect(await call('rows', { table: 'gold' })).toEqual({
      isError: true,
      texts: ['unknown-table: gold: no such table.'],
    });
    await api.close();
    expect((await call('sources')).texts[0]).toMatch(/^no gordon-data at http/);
  });

  it('choose symbols of a day, without the evidence of their lives', async () => {
    const life = {
      venue: 'binance',
      contract: 'spot',
      symbol: 'BCCUSDT',
      base: 'BCC',
      quote: 'USDT',
      renames: [],
    };
    const LISTED = { by: 'archive', precision: 'day' };
    const market = { market: 'binance spot', symbols: 2, failed: 0, completed_at: null };
    await using api = await fakeApi({
      'GET /universe': {
        body: {
          at: '2018-09-02T00:00:00Z',
          complete: false,
          markets: [market],
          symbols: [
            {
              ...life,
              listed_at: '2017-11-11T00:00:00Z',
              delisted_at: null,
              evidence: { listed: LISTED, folders: [] },
            },
          ],
        },
      },
      'GET /healthz': { body: HEALTH },
    });
    const { call } = await clientOf(api);
    const { isError, texts } = await call('universe', { at: '2018-09-02', venue: 'binance', quote: 'USDT' });
    expect([isError, texts.length]).toEqual([false, 1]);
    expect(JSON.parse(texts[0]!)).toEqual({
      at: '2018-09-02T00:00:00Z',
      complete: false,
      count: 1,
      symbols: [{ ...life, listed_at: '2017-11-11T00:00:00Z', delisted_at: null }],
    });
    const [request] = api.received.filter(({ path }) => path.startsWith('/universe'));
    expect(request?.path).toBe('/universe?at=2018-09-02&venue=binance&quote=USDT');
    expect(await call('universe', { venue: 'kraken' })).toMatchObject({ isError: true });
  });

  it('label simulated data, and give no answer that is too long to read', async () => {
    await using api = await fakeApi({
      'GET /healthz': { body: { ...HEALTH, simulated: true } },
      'GET /backfill/report': { body: [reported()] },
      'GET /data/spot_klines': { body: Array.from({ length: 1_000 }, () => ({ text: 'x'.repeat(200) })) },
    });
    const { call } = await clientOf(api);
    const gaps = await call('gaps');
    expect(gaps.texts).toEqual(['{"count":0,"gaps":[]}', expect.stringMatching(/simulated/i)]);
    expect(await call('rows', { table: 'spot_klines' })).toMatchObject({
      isError: true,
      texts: [expect.stringMatching(/^too-long: .* Narrow it/)],
    });
  });
});

describe('an order', () => {
  const routes = {
    'GET /backfill/sources': { body: [macroSource()] },
    'POST /backfill': { status: 202, body: ordered(view(job())) },
  };

  it('of FRED needs terms that were accepted before: there is no question', async () => {
    await using api = await fakeApi(routes);
    const { call } = await clientOf(api, true);
    const refused = await call('backfill', { source: 'macro' });
    expect(refused).toMatchObject({ isError: true, texts: [expect.stringMatching(/terms of FRED/)] });
    expect(api.received.filter(({ method }) => method === 'POST')).toEqual([]);
    const accepted = await clientOf(api, true, { GORDON_ACCEPT_FRED_TERMS: '1' });
    expect(await accepted.call('backfill', { source: 'macro' })).toMatchObject({ isError: false });
  });
});
