import { connect } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { decimal } from '../../simulator/numbers/decimal.ts';
import { hash32, seedOf } from '../../simulator/numbers/noise.ts';
import { heldVenues, NOW } from './helpers.ts';

const TIME = '/binance-spot/api/v3/time';

/** No client of ours sends such bytes. */
async function rawStatus(port: number, path: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  socket.write(`HEAD ${path} HTTP/1.1\r\nhost: venues\r\nconnection: close\r\n\r\n`);
  let text = '';
  for await (const part of socket.setEncoding('latin1')) text += part;
  return text.slice(0, 'HTTP/1.1 200'.length);
}

describe('the frame of the simulator', () => {
  let on: Awaited<ReturnType<typeof heldVenues>>;
  beforeAll(async () => {
    on = await heldVenues();
  });
  afterEach(() => {
    on.venues.faults.clear();
    on.venues.requests.clear();
    on.venues.control.clock.hold(NOW);
  });
  afterAll(() => on.venues.close());

  it('points every adapter at its prefix of one port', async () => {
    const { env, url, baseUrls } = on.venues;
    expect(env.GORDON_BINANCE_SPOT_URL).toBe(`${url}/binance-spot`);
    expect(env.GORDON_BINANCE_USDM_URL).toBe(`${url}/binance-usdm`);
    expect(env.GORDON_BINANCE_ARCHIVE_URL).toBe(`${url}/binance-archive`);
    expect(env.GORDON_BINANCE_LISTING_URL).toBe(`${url}/binance-listing`);
    const { FRED_API_KEY: key, ...urls } = env;
    expect(Object.values(baseUrls).sort()).toEqual(Object.values(urls).sort());
    // The one venue that requires a key.
    expect(key).toMatch(/^[0-9a-z]{32}$/);
    expect((await on.get('/nothing-here')).status).toBe(404);
    expect((await on.get('/binance-spotted/api/v3/time')).status).toBe(404);
  });

  it('takes names in other scripts percent-encoded and not otherwise', async () => {
    const path = '/binance-archive/data/spot/monthly/klines/币安人生USDT/1h/币安人生USDT-1h-2026-01.zip';
    expect((await on.bytes(encodeURI(path))).status).toBe(200);
    expect(await rawStatus(on.venues.port, path)).toBe('HTTP/1.1 400');
    expect(await rawStatus(on.venues.port, encodeURI(path))).toBe('HTTP/1.1 200');
  });

  it('dates its answers by the simulated clock', async () => {
    const answer = await on.get<{ serverTime: number }>(TIME);
    expect(answer.body.serverTime).toBe(NOW);
    expect(answer.headers.get('date')).toBe('Sat, 21 Nov 2026 12:34:56 GMT');
    await on.control('POST', 'clock', { advanceMs: 5000 });
    expect((await on.get<{ serverTime: number }>(TIME)).body.serverTime).toBe(NOW + 5000);
    await on.control('POST', 'clock', { set: '2025-01-01T00:00:00Z' });
    const running = (await on.get<{ serverTime: number }>(TIME)).body.serverTime - Date.UTC(2025, 0);
    expect(running).toBeGreaterThanOrEqual(0);
    expect(running).toBeLessThan(60_000);
    expect((await on.control('POST', 'clock', { set: '2025-01-01T00:00' })).status).toBe(400);
  });

  it('logs what was requested', async () => {
    await on.get(TIME);
    await on.get(`${TIME}?x=1`);
    const { body } = (await on.control('GET', 'requests?last=1')) as {
      body: { counts: unknown; last: unknown[] };
    };
    expect(body.counts).toEqual({ [`GET ${TIME}`]: 2 });
    expect(body.last).toMatchObject([
      { line: `GET ${TIME}?x=1`, status: 400, weight: 1, venue: 'binance-spot' },
    ]);
    expect(on.venues.requests.count('x=1')).toBe(1);
    expect(on.venues.requests.count(/v3\/time$/)).toBe(1);
  });

  it('answers the controls and says which there are', async () => {
    const state = (await on.control('GET', 'state')).body as { now: number; venues: { id: string }[] };
    expect(state.now).toBe(NOW);
    expect(state.venues.map((v) => v.id)).toContain('binance-usdm');
    expect((await on.control('GET', 'nope')).body).toMatchObject({
      error: expect.stringContaining('GET truth'),
    });
    expect((await on.control('POST', 'faults', { kind: 'gremlin' })).status).toBe(400);
    expect((await on.control('POST', 'faults', { kind: 'unsorted', times: 1 })).status).toBe(400);
    expect((await on.control('POST', 'limits', { id: 'nobody', limit: 1 })).status).toBe(400);
  });

  it('strikes by venue, text or expression, after some and so many times', async () => {
    await on.control('POST', 'faults', {
      kind: 'status',
      status: 503,
      pattern: 'v3/(time|ping)$',
      skip: 1,
      times: 2,
    });
    const statuses = [];
    for (let i = 0; i < 5; i++) statuses.push((await on.get(TIME)).status);
    expect(statuses).toEqual([200, 503, 503, 200, 200]);
    expect((await on.get('/binance-spot/api/v3/exchangeInfo')).status).toBe(200);
    on.venues.faults.add({ kind: 'status', status: 500, venue: 'binance-usdm' });
    expect((await on.get(TIME)).status).toBe(200);
    expect((await on.get('/binance-usdm/fapi/v1/time')).body).toMatchObject({ code: -1000 });
    expect(on.venues.faults.list().map((f) => f.hits)).toEqual([2, 1]);
  });

  it('refuses as the venue does', async () => {
    const fault = on.venues.faults.add({ kind: 'status', status: 451 });
    const refused = await on.get(TIME);
    expect(refused.body).toMatchObject({ code: 0, msg: expect.stringContaining('restricted location') });
    expect(refused.headers.has('retry-after')).toBe(false);
    fault.remove();
    on.venues.faults.add({ kind: 'status', status: 403, times: 1 });
    const waf = await on.get<string>(TIME);
    expect([waf.status, waf.headers.get('content-type')]).toEqual([403, 'text/html']);
    expect(waf.body).toContain('403 Forbidden');
    on.venues.faults.add({ kind: 'status', status: 418, times: 1 });
    expect((await on.get(TIME)).headers.get('retry-after')).toBe('120');
    on.venues.faults.add({ kind: 'status', status: 429, times: 1 });
    expect((await on.get(TIME)).headers.get('retry-after')).toBe('4');
  });

  it('breaks the wire: cut, truncated, html, late, silent', async () => {
    const once = { match: TIME, times: 1 };
    on.venues.faults.add({ kind: 'cut', ...once });
    await expect(on.get(TIME)).rejects.toThrow(/terminated|fetch failed/);
    on.venues.faults.add({ kind: 'truncate', ...once });
    await expect(on.get(TIME)).rejects.toThrow(SyntaxError);
    on.venues.faults.add({ kind: 'html', ...once });
    expect((await on.get(TIME)).body).toContain('Just a moment');
    on.venues.faults.add({ kind: 'delay', ms: 120, ...once });
    const started = performance.now();
    expect((await on.get(TIME)).status).toBe(200);
    expect(performance.now() - started).toBeGreaterThanOrEqual(115);
    on.venues.faults.add({ kind: 'hang', ...once });
    await expect(fetch(on.venues.url + TIME, { signal: AbortSignal.timeout(150) })).rejects.toThrow(
      /timeout/,
    );
    expect((await on.get(TIME)).status).toBe(200);
  });

  it('closes although an answer hangs', async () => {
    const other = await heldVenues();
    other.venues.faults.add({ kind: 'hang' });
    const hanging = other.get(TIME).catch((error: unknown) => error);
    while (other.venues.requests.all().length === 0) await new Promise((done) => setTimeout(done, 5));
    await other.venues.close();
    expect(await hanging).toBeInstanceOf(Error);
  });

  it('refuses a malformed path', async () => {
    expect((await on.get('/binance-spot/%ff')).status).toBe(400);
  });
});

describe('noise and decimals', () => {
  it('depends on every bit of seed, stream and index', () => {
    const seen = new Set<number>();
    for (let i = 0; i < 2000; i++)
      seen
        .add(hash32(7, i))
        .add(hash32(8, i))
        .add(hash32(7, i + 2 ** 33));
    expect(seen.size).toBeGreaterThan(5990);
    expect(seedOf('a')).not.toBe(seedOf('b'));
    expect(seedOf(42)).toBe(seedOf('42'));
  });

  it('writes integers as decimals', () => {
    expect(decimal(673355, 2, 8)).toBe('6733.55000000');
    expect(decimal(5, 8)).toBe('0.00000005');
    expect(decimal(-3750000, 8)).toBe('-0.03750000');
    expect(decimal(12, 0)).toBe('12');
    expect(decimal(12, 0, 2)).toBe('12.00');
  });
});
