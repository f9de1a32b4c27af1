import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DAY, HOUR, MINUTE } from '../../../functions/core/time/time.ts';
import { at, heldVenues, NOW } from '../helpers.ts';

type StatRow = Record<string, string> & { timestamp: number };

describe('Binance /futures/data', () => {
  let on: Awaited<ReturnType<typeof heldVenues>>;
  beforeAll(async () => {
    on = await heldVenues();
  });
  afterAll(() => on.venues.close());
  const ask = (name: string, query: string) =>
    on.get<StatRow[]>(`/binance-usdm/futures/data/${name}?${query}`);
  const stamps = async (name: string, query: string): Promise<number[]> => {
    const { status, body } = await ask(name, query);
    expect([query, status]).toEqual([query, 200]);
    return body.map((r) => r.timestamp);
  };

  it('gives the newest 30, oldest first, on the grid of the period', async () => {
    const found = await stamps('openInterestHist', 'symbol=BTCUSDT&period=1h');
    expect(found).toEqual(Array.from({ length: 30 }, (_, i) => at('2026-11-21T12:00') - (29 - i) * HOUR));
  });

  it('gives the NEWEST rows of a range that holds more than the limit', async () => {
    const start = at('2026-11-10T00:00');
    const end = at('2026-11-12T00:00');
    const found = await stamps(
      'globalLongShortAccountRatio',
      `symbol=BTCUSDT&period=1h&limit=5&startTime=${start}&endTime=${end}`,
    );
    expect(found).toEqual([4, 3, 2, 1, 0].map((i) => end - i * HOUR));
    const whole = `symbol=BTCUSDT&period=1h&limit=500&startTime=${start}&endTime=${start + 2 * HOUR}`;
    expect(await stamps('globalLongShortAccountRatio', whole)).toEqual([
      start,
      start + HOUR,
      start + 2 * HOUR,
    ]);
    expect(
      await stamps('topLongShortAccountRatio', `symbol=BTCUSDT&period=5m&limit=2&startTime=${start}`),
    ).toEqual([at('2026-11-21T12:25'), at('2026-11-21T12:30')]);
  });

  it('refuses a start of 30 days ago or more, and ends there without one', async () => {
    const limit = NOW - 30 * DAY;
    const ask30 = (start: number) => ask('openInterestHist', `symbol=BTCUSDT&period=1d&startTime=${start}`);
    expect((await ask30(limit + 1)).status).toBe(200);
    const refused = await ask30(limit);
    expect(refused.status).toBe(400);
    expect(refused.body).toEqual({ code: -1130, msg: "parameter 'startTime' is invalid." });
    expect(await stamps('openInterestHist', 'symbol=BTCUSDT&period=1d&limit=500')).toHaveLength(30);
    expect(await stamps('openInterestHist', `symbol=BTCUSDT&period=1d&endTime=${limit}`)).toEqual([]);
  });

  it('shows taker volume one period later than the snapshots', async () => {
    expect((await stamps('takerlongshortRatio', 'symbol=BTCUSDT&period=1h')).at(-1)).toBe(
      at('2026-11-21T11:00'),
    );
    const [row] = (await ask('takerlongshortRatio', 'symbol=BTCUSDT&period=1h&limit=1')).body;
    expect(Object.keys(row!).sort()).toEqual(['buySellRatio', 'buyVol', 'sellVol', 'timestamp']);
    const [hour] = (await on.usdm(`symbol=BTCUSDT&interval=1h&startTime=${row!.timestamp}&limit=1`)).body;
    expect(Number(row!.buyVol)).toBe(Number(hour![9]));
    expect(Number(row!.buyVol) + Number(row!.sellVol)).toBeCloseTo(Number(hour![5]), 6);
  });

  it('answers an unknown symbol with nothing, everything malformed with a refusal', async () => {
    expect((await ask('openInterestHist', 'symbol=NOPEUSDT&period=1h')).body).toEqual([]);
    expect(await stamps('openInterestHist', 'symbol=OLDUSDT&period=1h')).toEqual([]);
    for (const [query, code] of [
      ['symbol=BTCUSDT', -1102],
      ['period=1h', -1102],
      ['symbol=BTCUSDT&period=1m', -1130],
      ['symbol=BTCUSDT&period=1h&limit=501', -1130],
      [`symbol=BTCUSDT&period=1h&startTime=${NOW}&endTime=${NOW - HOUR}`, -1130],
      ['symbol=BTCUSDT&period=1h&from=1', -1104],
    ] as const) {
      const { status, body } = await ask('topLongShortPositionRatio', query);
      expect([query, status, body]).toEqual([query, 400, expect.objectContaining({ code })]);
    }
    expect(
      (await on.get('/binance-usdm/futures/data/takerLongShortRatio?symbol=BTCUSDT&period=1h')).status,
    ).toBe(404);
  });

  it('says the same of a stamp in every period, and its shares add up', async () => {
    const stamp = at('2026-11-20T00:00');
    for (const name of [
      'openInterestHist',
      'topLongShortAccountRatio',
      'topLongShortPositionRatio',
      'globalLongShortAccountRatio',
    ]) {
      const bodies = [];
      for (const period of ['5m', '1h', '1d']) {
        bodies.push(
          (await ask(name, `symbol=ETHUSDT&period=${period}&startTime=${stamp}&endTime=${stamp}`)).body,
        );
      }
      expect(bodies[0]).toHaveLength(1);
      expect(bodies[1]).toEqual(bodies[0]);
      expect(bodies[2]).toEqual(bodies[0]);
      const { longAccount, shortAccount, longShortRatio } = bodies[0]![0]!;
      if (longAccount === undefined) continue;
      expect(Number(longAccount) + Number(shortAccount)).toBeCloseTo(1, 9);
      expect(Number(longShortRatio)).toBeCloseTo(Number(longAccount) / Number(shortAccount), 3);
    }
  });

  it('moves with time', async () => {
    const { body } = await ask(
      'openInterestHist',
      `symbol=BTCUSDT&period=5m&limit=500&endTime=${NOW - 5 * MINUTE}`,
    );
    expect(new Set(body.map((r) => r.sumOpenInterest)).size).toBeGreaterThan(400);
  });
});
