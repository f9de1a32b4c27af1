import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MINUTE } from '../../functions/core/time/time.ts';
import { at, heldVenues } from './helpers.ts';

const INFO = '/binance-spot/api/v3/exchangeInfo?symbol=BTCUSDT';
const FUNDING = '/binance-usdm/fapi/v1/fundingRate?symbol=BTCUSDT&limit=1';
const STATS = '/binance-usdm/futures/data/openInterestHist?symbol=BTCUSDT&period=1h&limit=1';

describe('limits of Binance', () => {
  let on: Awaited<ReturnType<typeof heldVenues>>;
  const { now } = { now: at('2026-11-21T12:34:50') };
  beforeEach(async () => {
    on = await heldVenues({ now });
  });
  afterEach(() => on.venues.close());

  it('counts weight per address on the clock minute', async () => {
    await on.get(INFO);
    const second = await on.get('/binance-spot/api/v3/klines?symbol=BTCUSDT&interval=1h&limit=1');
    expect(second.headers.get('x-mbx-used-weight-1m')).toBe('22');
    const elsewhere = await on.get(INFO, { 'x-forwarded-for': '203.0.113.9' });
    expect(elsewhere.headers.get('x-mbx-used-weight-1m')).toBe('20');
    // Ten seconds later the minute is another one: no sliding window.
    on.venues.control.clock.advance(10_000);
    expect((await on.get(INFO)).headers.get('x-mbx-used-weight-1m')).toBe('20');
  });

  it('refuses with 429, then bans with 418, and every further ban is longer', async () => {
    on.venues.control.limits.override('binance-spot', 40);
    expect([(await on.get(INFO)).status, (await on.get(INFO)).status]).toEqual([200, 200]);
    const refused = await on.get<{ code: number; msg: string }>(INFO);
    expect(refused.status).toBe(429);
    expect(refused.headers.get('retry-after')).toBe('10');
    expect(refused.body.code).toBe(-1003);
    expect(refused.body.msg).toContain('current limit is 40 request weight per 1 MINUTE');
    const ban = async (): Promise<number> => {
      for (let i = 0; i < 30; i++) {
        const answer = await on.get<{ msg: string }>(INFO);
        if (answer.status !== 418) continue;
        const until = Number(/banned until (\d+)/.exec(answer.body.msg)?.[1]);
        expect(Number(answer.headers.get('retry-after'))).toBe(
          (until - on.venues.control.clock.now()) / 1000,
        );
        return until - on.venues.control.clock.now();
      }
      throw new Error('never banned');
    };
    expect(await ban()).toBe(2 * MINUTE);
    // A call during the ban starts its time anew.
    on.venues.control.clock.advance(MINUTE);
    expect(await ban()).toBe(2 * MINUTE);
    on.venues.control.clock.advance(2 * MINUTE);
    expect((await on.get(INFO)).status).toBe(200);
    expect(await ban()).toBe(10 * MINUTE);
    expect((await on.get(INFO, { 'x-forwarded-for': '203.0.113.9' })).status).toBe(200);
  });

  it('never bans a client that waits after each 429', async () => {
    on.venues.control.limits.override('binance-spot', 20);
    for (let i = 0; i < 25; i++) {
      expect([(await on.get(INFO)).status, (await on.get(INFO)).status]).toEqual([200, 429]);
      on.venues.control.clock.advance(MINUTE);
    }
  });

  it('charges futures klines by the limit sent, refused ones too', async () => {
    const weights: [string, number][] = [
      ['&limit=1', 1],
      ['&limit=100', 1],
      ['&limit=101', 2],
      ['&limit=500', 2],
      ['&limit=1000', 5],
      ['&limit=1500', 10],
      ['', 5],
      ['&limit=1501', 10],
    ];
    let used = 0;
    for (const [limit, weight] of weights) {
      used += weight;
      const { headers, status } = await on.usdm(`symbol=BTCUSDT&interval=1h${limit}`);
      expect([limit, headers.get('x-mbx-used-weight-1m')]).toEqual([limit, String(used)]);
      expect(status).toBe(limit === '&limit=1501' ? 400 : 200);
    }
  });

  it('counts funding and statistics apart, for five minutes, without a header', async () => {
    on.venues.control.limits.override('binance-usdm-funding', 2);
    const answers = [
      await on.get(FUNDING),
      await on.get('/binance-usdm/fapi/v1/fundingInfo'),
      await on.get(FUNDING),
    ];
    expect(answers.map((a) => a.status)).toEqual([200, 200, 429]);
    expect(answers[2]?.headers.get('retry-after')).toBe('10');
    expect(answers[2]?.body).toMatchObject({
      msg: expect.stringContaining('Too many requests; current limit of IP('),
    });
    expect(answers[0]?.headers.has('x-mbx-used-weight-1m')).toBe(false);
    expect((await on.usdm('symbol=BTCUSDT&interval=1h&limit=1')).headers.get('x-mbx-used-weight-1m')).toBe(
      '1',
    );
    on.venues.control.clock.advance(10_000);
    expect((await on.get(FUNDING)).status).toBe(200);
  });

  it('bans at once when the statistics budget is overrun', async () => {
    on.venues.control.limits.override('binance-usdm-data', 1);
    const first = await on.get(STATS);
    expect([...first.headers.keys()].filter((name) => name.startsWith('x-mbx'))).toEqual([]);
    const second = await on.get<{ msg: string }>(STATS);
    expect(second.status).toBe(418);
    expect(second.body.msg).toContain(`banned until ${now + 2 * MINUTE}`);
    expect((await on.get('/binance-usdm/fapi/v1/time')).status).toBe(418);
    expect((await on.get(INFO)).status).toBe(200);
  });
});
