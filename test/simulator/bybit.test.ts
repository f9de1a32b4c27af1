import { beforeEach, describe, expect, it } from 'vitest';
import { DAY, HOUR, MINUTE } from '../../functions/core/time/time.ts';
import { simulateAt } from './simulator.ts';

const NOW = '2025-11-20T12:34:30Z';
const now = Date.parse(NOW);
const { venues, get } = await simulateAt(NOW);

const at = (text: string): number => Date.parse(text);
const market = async (path: string) => (await get(`/bybit/v5/market/${path}`)).json();

beforeEach(() => {
  venues.control.clock.hold(now);
  venues.control.limits.reset();
  venues.control.outages.clear();
  venues.faults.clear();
});

describe('funding/history', () => {
  const funding = (query: string) => market(`funding/history?category=linear&${query}`);
  const times = (body: { result: { list: { fundingRateTimestamp: string }[] } }): number[] =>
    body.result.list.map((r) => Number(r.fundingRateTimestamp));

  it('gives the newest 200, exact to the hour', async () => {
    const body = await funding('symbol=BTCUSDT');
    expect(Object.keys(body.result)).toEqual(['category', 'list']);
    expect(Object.keys(body.result.list[0])).toEqual(['symbol', 'fundingRate', 'fundingRateTimestamp']);
    const stamps = times(body);
    expect(stamps).toHaveLength(200);
    expect(stamps[0]).toBe(at('2025-11-20T08:00:00Z'));
    expect(new Set(stamps.map((t, i) => (stamps[i - 1] ?? t + 8 * HOUR) - t))).toEqual(new Set([8 * HOUR]));
    for (const { fundingRate } of body.result.list) expect(fundingRate).toMatch(/^-?\d+(\.\d{1,8})?$/);
    expect(new Set(body.result.list.map((r: { fundingRate: string }) => r.fundingRate)).size).toBeGreaterThan(
      20,
    );
  });

  it('refuses a start without an end', async () => {
    expect(await funding(`symbol=BTCUSDT&startTime=${now - DAY}`)).toMatchObject({
      retCode: 10001,
      retMsg: 'Time is invalid',
      result: {},
    });
  });

  it('takes both bounds inclusively and keeps the newest rows of a long range', async () => {
    const start = at('2025-11-01T00:00:00Z');
    const day = await funding(`symbol=BTCUSDT&startTime=${start}&endTime=${start + DAY}`);
    expect(times(day)).toEqual([3, 2, 1, 0].map((n) => start + n * 8 * HOUR));
    const long = await funding(`symbol=BTCUSDT&startTime=0&endTime=${start}&limit=2`);
    expect(times(long)).toEqual([start, start - 8 * HOUR]);
  });

  it('changes its interval within one symbol', async () => {
    const body = await funding(
      `symbol=SOLUSDT&startTime=${at('2022-11-08T16:00:00Z')}&endTime=${at('2022-11-10T04:00:00Z')}`,
    );
    const hours = times(body)
      .toReversed()
      .map((t) => (t - at('2022-11-08T16:00:00Z')) / HOUR);
    expect(hours).toEqual([0, 8, 16, 20, 24, 28, 32, 34, 36]);
  });

  it('starts one interval after the listing and ends with the delisting', async () => {
    const fresh = await funding(`symbol=NEWUSDT&endTime=${at('2025-06-19T00:00:00Z')}`);
    expect(new Date(times(fresh).at(-1) as number).toISOString()).toBe('2025-06-18T16:00:00.000Z');
    const old = await funding('symbol=OLDUSDT&limit=1');
    expect(times(old)).toEqual([at('2025-03-21T08:00:00Z')]);
  });
});

describe('open-interest and account-ratio', () => {
  it('ignores a start that has no end', async () => {
    const query = 'open-interest?category=linear&symbol=BTCUSDT&intervalTime=5min&limit=2';
    const body = await market(`${query}&startTime=${at('2024-01-01T00:00:00Z')}`);
    expect(Object.keys(body.result)).toEqual(['symbol', 'category', 'list', 'nextPageCursor']);
    expect(Object.keys(body.result.list[0])).toEqual(['openInterest', 'singleOpenInterest', 'timestamp']);
    expect(body.result.list.map((r: { timestamp: string }) => Number(r.timestamp))).toEqual([
      at('2025-11-20T12:30:00Z'),
      at('2025-11-20T12:25:00Z'),
    ]);
    const [{ openInterest, singleOpenInterest }] = body.result.list;
    expect(openInterest).toMatch(/^\d+\.\d{8}$/);
    expect(Number(openInterest) / Number(singleOpenInterest)).toBeCloseTo(2, 4);
  });

  it('pages a range by a percent-encoded cursor with seconds in it', async () => {
    const start = at('2025-11-01T00:00:00Z');
    const query = `open-interest?category=inverse&symbol=BTCUSD&intervalTime=1h&startTime=${start}&endTime=${start + DAY}&limit=10`;
    const stamps: number[] = [];
    const cursors: string[] = [];
    let cursor = '';
    do {
      const { result } = await market(`${query}${cursor && `&cursor=${cursor}`}`);
      stamps.push(...result.list.map((r: { timestamp: string }) => Number(r.timestamp)));
      cursor = result.nextPageCursor;
      cursors.push(cursor);
    } while (cursor);
    expect(stamps).toEqual(Array.from({ length: 25 }, (_, i) => start + DAY - i * HOUR));
    expect(cursors).toHaveLength(3);
    expect(cursors[0]).toMatch(/^lastid%3D\d+%26lasttime%3D\d{10}$/);
    const twice = await market(`${query}&cursor=${encodeURIComponent(cursors[0] as string)}`);
    expect(twice.retCode).toBe(10001);
  });

  it('gives ratios that add up to one, from 2020-07-20 on', async () => {
    const query = 'account-ratio?category=linear&symbol=BTCUSDT&period=1d';
    const { result } = await market(`${query}&startTime=0&endTime=${at('2020-07-25T00:00:00Z')}`);
    expect(Object.keys(result)).toEqual(['list', 'nextPageCursor']);
    expect(result.list).toHaveLength(6);
    for (const row of result.list) {
      expect(Object.keys(row)).toEqual(['symbol', 'buyRatio', 'sellRatio', 'timestamp']);
      expect(Number(row.buyRatio) + Number(row.sellRatio)).toBeCloseTo(1, 10);
    }
    const next = await market(
      `${query}&startTime=0&endTime=${at('2020-07-25T00:00:00Z')}&cursor=${result.nextPageCursor}`,
    );
    expect(next.result).toEqual({ list: [], nextPageCursor: 'lastid%3D0%26lasttime%3D0' });
  });

  it('says the same of a stamp in every period', async () => {
    const end = at('2025-11-01T04:00:00Z');
    const rows = await Promise.all(
      ['5min', '4h'].map((p) =>
        market(
          `open-interest?category=linear&symbol=ETHUSDT&intervalTime=${p}&startTime=${end}&endTime=${end}`,
        ),
      ),
    );
    expect(rows[0].result.list).toEqual(rows[1].result.list);
  });
});

describe('instruments-info and time', () => {
  it('lists spot at once, without a cursor or a launch time', async () => {
    const { result } = await market('instruments-info?category=spot&limit=1');
    expect(Object.keys(result)).toEqual(['category', 'list']);
    expect(result.list.length).toBeGreaterThan(3);
    expect(result.list[0]).not.toHaveProperty('launchTime');
    expect(await market('instruments-info?category=spot&symbol=NOPEUSDT')).toMatchObject({
      retCode: 0,
      result: { list: [] },
    });
  });

  it('pages more perpetuals than one page holds', async () => {
    const first = (await market('instruments-info?category=linear')).result;
    expect(first.list).toHaveLength(500);
    const second = (await market(`instruments-info?category=linear&cursor=${first.nextPageCursor}`)).result;
    expect(second.nextPageCursor).toBe('');
    const symbols = [...first.list, ...second.list].map((i: { symbol: string }) => i.symbol);
    expect(new Set(symbols).size).toBe(symbols.length);
    expect(symbols).toContain('SOLUSDT');
    expect(symbols).not.toContain('OLDUSDT');
  });

  it('states the funding interval of the day, in minutes', async () => {
    const minutes = async (time: string) => {
      venues.control.clock.hold(at(time));
      return (await market('instruments-info?category=linear&symbol=NEWUSDT')).result.list[0].fundingInterval;
    };
    expect(await minutes('2025-09-01T00:00:00Z')).toBe(240);
    expect(await minutes('2025-10-12T00:00:00Z')).toBe(60);
  });

  it('states the time in seconds and nanoseconds', async () => {
    expect((await market('time')).result).toEqual({
      timeSecond: '1763642070',
      timeNano: '1763642070000000000',
    });
  });
});

describe('refusals', () => {
  it.each([
    ['kline?category=linear&symbol=NOPE&interval=1', 'Not supported symbols'],
    ['kline?category=linear&symbol=BTCUSDT&interval=1d', 'Invalid period!'],
    ['kline?category=option&symbol=BTCUSDT&interval=1', 'params error: Category is invalid'],
    ['funding/history?category=spot&symbol=BTCUSDT', 'Illegal category'],
    ['instruments-info?category=linear&symbol=NOPE', 'params error: symbol invalid'],
    ['open-interest?category=linear&symbol=BTCUSDT&intervalTime=1min', 'params error: intervalTime invalid'],
  ])('answers %s with 200 and 10001', async (path, retMsg) => {
    const answer = await get(`/bybit/v5/market/${path}`);
    expect(answer.status).toBe(200);
    expect(answer.json()).toMatchObject({ retCode: 10001, retMsg });
  });

  it('knows no other route and no other method', async () => {
    expect((await get('/bybit/v5/market/nothing')).status).toBe(404);
    const posted = await fetch(`${venues.url}/bybit/v5/market/time`, { method: 'POST' });
    expect(posted.status).toBe(400);
  });

  it('bans an address for ten silent minutes when it sends too much', async () => {
    venues.control.limits.override('bybit', 3);
    const time = () => get('/bybit/v5/market/time', '10.0.0.9');
    for (let i = 0; i < 3; i++) expect((await time()).status).toBe(200);
    const refused = await time();
    expect(refused).toMatchObject({ status: 403, text: 'access too frequent' });
    expect(refused.headers.has('retry-after')).toBe(false);
    venues.control.clock.advance(9 * MINUTE);
    expect((await time()).status).toBe(403);
    expect((await get('/bybit/v5/market/time', '10.0.0.8')).status).toBe(200);
    venues.control.clock.advance(9 * MINUTE);
    expect((await time()).status).toBe(403);
    venues.control.clock.advance(10 * MINUTE);
    expect((await time()).status).toBe(200);
    venues.control.limits.override('bybit', 600);
  });

  it('can be set to answer 10006, to block the country and to be overloaded', async () => {
    venues.faults.add({ kind: 'status', venue: 'bybit', status: 200, times: 1 });
    venues.faults.add({ kind: 'status', venue: 'bybit', status: 403, skip: 1, times: 1 });
    venues.faults.add({ kind: 'status', venue: 'bybit', status: 429, skip: 2, times: 1 });
    const visits = await get('/bybit/v5/market/time');
    expect(visits.json()).toMatchObject({ retCode: 10006 });
    expect(visits.headers.get('x-bapi-limit-reset-timestamp')).toBe(String(now + 1000));
    expect((await get('/bybit/v5/market/time')).text).toContain('block access from your country');
    expect((await get('/bybit/v5/market/time')).json()).toMatchObject({ retCode: 10429 });
    expect((await get('/bybit/v5/market/time')).status).toBe(200);
  });
});
