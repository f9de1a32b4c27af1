import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { MINUTE } from '../../../functions/core/time/time.ts';
import { type CandleHost, MARCH, startCandleHost } from './candle-host.ts';

let at: CandleHost;
beforeAll(async () => {
  at = await startCandleHost();
});
afterAll(() => at?.[Symbol.asyncDispose]());

describe('the candle API', () => {
  it.each([
    ['an unknown symbol', { ...MARCH, symbol: 'NOPEUSDT' }, 422, 'unknown-symbol'],
    ['a malformed symbol', { ...MARCH, symbol: 'btc/usdt' }, 422, 'unknown-symbol'],
    ['no symbol', { start: MARCH.start }, 400, 'invalid-request'],
    ['an unknown field', { ...MARCH, from: 1 }, 400, 'invalid-request'],
    ['a start after the end', { ...MARCH, start: '2025-05-01' }, 400, 'empty-range'],
    ['an end in the future', { ...MARCH, end: '2999-01-01' }, 400, 'future-range'],
    ['a time without a zone', { ...MARCH, start: '2025-03-01T00:00:00' }, 400, 'invalid-time'],
    ['epoch seconds', { ...MARCH, start: 1740787200 }, 400, 'invalid-time'],
    ['a timeframe that the venue lacks', { ...MARCH, timeframe: '8h' }, 400, 'unknown-timeframe'],
  ])('refuses %s as a problem', async (_what, body, status, code) => {
    const answer = await at.post(body);
    expect(answer).toMatchObject({ status, body: { code, status } });
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
  });

  it.each(['btcusdt', 'BTC/USDT', 'BTC/USDT:USDT'])('answers %s with the right spelling', async (symbol) => {
    const refused = {
      status: 422,
      body: { code: 'unknown-symbol', detail: expect.stringContaining('Write BTCUSDT.') },
    };
    expect(await at.post({ ...MARCH, symbol })).toMatchObject(refused);
    expect(await at.get(`type=gaps&symbol=${encodeURIComponent(symbol)}`)).toMatchObject(refused);
  });

  it.each([
    ['type=holes&symbol=BTCUSDT', 'invalid-request'],
    ['type=gaps', 'symbol-missing'],
    ['type=gaps&symbol=BTCUSDT&start=tomorrow', 'invalid-time'],
    ['type=gaps&symbol=BTCUSDT&timeframe=7m', 'unknown-timeframe'],
  ])('refuses the query %s', async (query, code) => {
    expect(await at.get(query)).toMatchObject({ status: 400, body: { code } });
  });
});

describe('a Bybit that', () => {
  const day = (n: number) => ({
    symbol: 'ETHUSDT',
    start: Date.UTC(2024, 6, n),
    end: Date.UTC(2024, 6, n + 1),
  });
  const fault = { kind: 'status', venue: 'bybit', match: '/v5/market/kline' } as const;
  afterEach(() => at.venues.faults.clear());

  it('answers "too many visits" is requested again after the reset that it announces', async () => {
    at.venues.faults.add({ ...fault, status: 200, times: 2 });
    expect(await at.load(day(1))).toMatchObject({ status: 'succeeded', rows_fetched: 288, failures: [] });
  });

  it('does not serve the country fails the job, with the remedy', async () => {
    at.venues.faults.add({ ...fault, status: 403 });
    const job = await at.load(day(2));
    expect(job).toMatchObject({ status: 'failed', failures: [{ code: 'region-refused' }] });
    expect(job.failures[0]!.message).toContain('api.bytick.com');
    expect(await at.gaps(`symbol=ETHUSDT&start=${day(2).start}&end=${day(2).end}`)).toMatchObject([
      { missing: 288, cause: 'failed', error: expect.stringContaining('country') },
    ]);
  });

  it('answers with HTML pages or server errors is requested again', async () => {
    at.venues.faults.add({ ...fault, status: 502, times: 1 });
    at.venues.faults.add({ kind: 'html', venue: 'bybit', match: '/v5/market/kline', times: 1 });
    expect(await at.load(day(3))).toMatchObject({ status: 'succeeded', rows_fetched: 288, failures: [] });
  });

  // The last one: its cooldown outlives the test.
  it('bans the address gets no request for ten minutes, from any job', async () => {
    const body = 'access too frequent';
    at.venues.faults.add({
      ...fault,
      status: 403,
      times: 1,
      body,
      headers: { 'content-type': 'text/plain' },
    });
    const { body: job } = await at.post(day(4));
    const waiting = await at.wait(job.id, ({ chunks }) => chunks.some(({ state }) => state === 'waiting'));
    const resumes = Date.parse(waiting.chunks[0]!.resumes_at!) - Date.now();
    expect(resumes).toBeGreaterThan(9 * MINUTE);
    const before = at.venues.requests.count('/v5/market/');
    const other = await at.post(day(5));
    await at.wait(other.body.id, ({ chunks }) => chunks.some(({ state }) => state === 'waiting'));
    expect(at.venues.requests.count('/v5/market/')).toBe(before);
    for (const { id } of [job, other.body]) await at.request(`/backfill/jobs/${id}`, { method: 'DELETE' });
  });
});
