import { beforeEach, describe, expect, it } from 'vitest';
import { DAY, HOUR, MINUTE } from '../../functions/core/time/time.ts';
import { simulateAt } from './simulator.ts';

const NOW = '2025-11-20T12:34:30Z';
const now = Date.parse(NOW);
const { venues, get } = await simulateAt(NOW);

const at = (text: string): number => Date.parse(text);
const market = async (path: string) => (await get(`/bybit/v5/market/${path}`)).json();
const kline = async (query: string): Promise<string[][]> => (await market(`kline?${query}`)).result.list;

beforeEach(() => {
  venues.control.clock.hold(now);
  venues.control.limits.reset();
  venues.control.outages.clear();
  venues.faults.clear();
});

describe('kline', () => {
  it('wraps seven strings a row, newest first, the open candle in front', async () => {
    const body = await market('kline?category=linear&symbol=BTCUSDT&interval=60&limit=3');
    expect(Object.keys(body)).toEqual(['retCode', 'retMsg', 'result', 'retExtInfo', 'time']);
    expect(body).toMatchObject({ retCode: 0, retMsg: 'OK', retExtInfo: {}, time: now });
    expect(Object.keys(body.result)).toEqual(['symbol', 'category', 'list']);
    const starts = body.result.list.map((r: string[]) => r[0]);
    expect(starts).toEqual(['12', '11', '10'].map((h) => String(at(`2025-11-20T${h}:00:00Z`))));
    for (const row of body.result.list) {
      expect(row).toHaveLength(7);
      for (const cell of row) expect(cell).toMatch(/^\d+(\.\d*[1-9])?$/);
    }
  });

  it('goes on changing the open candle', async () => {
    const query = 'category=spot&symbol=BTCUSDT&interval=1&limit=2';
    const before = await kline(query);
    venues.control.clock.advance(20_000);
    const after = await kline(query);
    expect(after[1]).toEqual(before[1]);
    expect(after[0]?.[0]).toBe(before[0]?.[0]);
    expect(Number(after[0]?.[5])).toBeGreaterThan(Number(before[0]?.[5]));
  });

  it('gives 200 rows by default and takes at most 1000', async () => {
    expect(await kline('category=linear&symbol=BTCUSDT&interval=5')).toHaveLength(200);
    expect(await kline('category=linear&symbol=BTCUSDT&interval=5&limit=1000')).toHaveLength(1000);
    const refused = await market('kline?category=linear&symbol=BTCUSDT&interval=5&limit=1001');
    expect(refused).toMatchObject({ retCode: 10001, result: {} });
  });

  it('grows forward from a start alone, and keeps the newest rows between two bounds', async () => {
    const start = at('2025-11-01T00:00:00Z');
    const end = start + 9 * HOUR;
    const base = 'category=linear&symbol=ETHUSDT&interval=60';
    const hours = (rows: string[][]) => rows.map((r) => (Number(r[0]) - start) / HOUR);
    expect(hours(await kline(`${base}&start=${start}&limit=3`))).toEqual([2, 1, 0]);
    expect(hours(await kline(`${base}&start=${start}&end=${end}&limit=3`))).toEqual([9, 8, 7]);
    expect(hours(await kline(`${base}&end=${end}&limit=2`))).toEqual([9, 8]);
    expect(hours(await kline(`${base}&start=${start + 1}&end=${start + 2 * HOUR}`))).toEqual([2, 1]);
    expect(hours(await kline(`${base}&start=${start}&end=${start}`))).toEqual([0]);
    expect(await kline(`${base}&start=${start + 1}&end=${start + 2}`)).toEqual([]);
  });

  it('finds the first candle with a tiny start, later than launchTime states', async () => {
    const [first] = await kline('category=linear&symbol=BTCUSDT&interval=1&start=1&limit=1');
    expect(first?.[0]).toBe(String(at('2020-03-25T10:36:00Z')));
    const info = await market('instruments-info?category=linear&symbol=BTCUSDT');
    expect(info.result.list[0].launchTime).toBe(String(at('2020-03-15T00:00:00Z')));
    const before = `start=${at('2020-03-20T00:00:00Z')}&end=${at('2020-03-21T00:00:00Z')}`;
    expect(await market(`kline?category=linear&symbol=BTCUSDT&interval=1&${before}`)).toMatchObject({
      retCode: 0,
      result: { list: [] },
    });
  });

  it.each(['spot BTCUSDT', 'linear SOLUSDT', 'inverse BTCUSD'])(
    'adds %s up to longer candles',
    async (name) => {
      const [category, symbol] = name.split(' ');
      const start = at('2025-11-18T05:00:00Z');
      const bounds = `start=${start}&end=${start + 5 * HOUR - 1}&limit=1000`;
      const minutes = (
        await kline(`category=${category}&symbol=${symbol}&interval=1&${bounds}`)
      ).toReversed();
      const fives = (await kline(`category=${category}&symbol=${symbol}&interval=5&${bounds}`)).toReversed();
      expect(minutes).toHaveLength(300);
      expect(fives).toHaveLength(60);
      const exact = (text: string | undefined) => Math.round(Number(text) * 1e8);
      fives.forEach((five, i) => {
        const parts = minutes.slice(i * 5, i * 5 + 5);
        const column = (n: number) => parts.map((p) => Number(p[n]));
        expect(five[1]).toBe(parts[0]?.[1]);
        expect(Number(five[2])).toBe(Math.max(...column(2)));
        expect(Number(five[3])).toBe(Math.min(...column(3)));
        expect(five[4]).toBe(parts[4]?.[4]);
        for (const n of [5, 6]) {
          expect(exact(five[n])).toBe(parts.reduce((sum, p) => sum + exact(p[n]), 0));
        }
      });
    },
  );

  it('counts dollars as volume and coins as turnover of an inverse contract', async () => {
    const [row] = await kline('category=inverse&symbol=BTCUSD&interval=D&limit=1');
    const [, open, , , , volume, turnover] = row as string[];
    expect(volume).toMatch(/^\d+$/);
    expect(Number(volume) / Number(turnover) / Number(open)).toBeCloseTo(1, 1);
  });

  it('trades near Binance, with a series of its own', async () => {
    const bounds = { start: at('2025-11-19T00:00:00Z'), end: at('2025-11-19T04:00:00Z') };
    const ours = await kline(
      `category=linear&symbol=BTCUSDT&interval=60&start=${bounds.start}&end=${bounds.end - 1}`,
    );
    const path = `/binance-usdm/fapi/v1/klines?symbol=BTCUSDT&interval=1h&startTime=${bounds.start}&limit=4`;
    const theirs = (await get(path)).json().toReversed();
    expect(ours).toHaveLength(4);
    ours.forEach((row, i) => {
      expect(Math.abs(Number(row[4]) / Number(theirs[i][4]) - 1)).toBeLessThan(0.005);
    });
    expect(ours.map((r) => r[5])).not.toEqual(theirs.map((r: string[]) => r[5]));
  });

  it('has no row for an outage and for what lies outside the listing', async () => {
    const start = at('2025-11-10T00:00:00Z');
    venues.control.outages.add({
      market: 'bybit-linear',
      start: start + 10 * MINUTE,
      end: start + 20 * MINUTE,
    });
    const bounds = `interval=1&start=${start}&end=${start + 30 * MINUTE - 1}`;
    expect(await kline(`category=linear&symbol=BTCUSDT&${bounds}`)).toHaveLength(20);
    expect(await kline(`category=spot&symbol=BTCUSDT&${bounds}`)).toHaveLength(30);
    expect(await kline(`category=linear&symbol=OLDUSDT&${bounds}`)).toEqual([]);
  });

  it('serves every interval, weeks from Monday', async () => {
    for (const interval of ['1', '3', '5', '15', '30', '60', '120', '240', '360', '720', 'D', 'W', 'M']) {
      expect(await kline(`category=linear&symbol=BTCUSDT&interval=${interval}&limit=2`)).toHaveLength(2);
    }
    const [week] = await kline('category=linear&symbol=BTCUSDT&interval=W&limit=1');
    expect(new Date(Number(week?.[0])).getUTCDay()).toBe(1);
  });

  it('reports the truth it serves', async () => {
    const query = 'market=bybit-linear&symbol=BTCUSDT&timeframe=1h&start=2025-11-01&end=2025-11-02';
    const truth = (await get(`/_control/truth?${query}`)).json();
    const start = at('2025-11-01T00:00:00Z');
    const served = await kline(
      `category=linear&symbol=BTCUSDT&interval=60&start=${start}&end=${start + DAY - 1}`,
    );
    expect(truth).toEqual(served.toReversed());
    expect(truth).toHaveLength(24);
  });
});
