import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DAY, HOUR } from '../../../functions/core/time/time.ts';
import { at, heldVenues, NOW, times } from '../helpers.ts';

interface FundingRow {
  symbol: string;
  fundingTime: number;
  fundingRate: string;
  markPrice: string;
}

describe('Binance USD-M futures', () => {
  let on: Awaited<ReturnType<typeof heldVenues>>;
  beforeAll(async () => {
    on = await heldVenues();
    // The tests below send more than five minutes allow on a clock that stands still.
    on.venues.control.limits.override('binance-usdm', 1e6);
  });
  afterAll(() => on.venues.close());

  describe('klines', () => {
    it('goes up to 1500 and refuses more', async () => {
      expect((await on.usdm('symbol=BTCUSDT&interval=1m')).body).toHaveLength(500);
      expect((await on.usdm('symbol=BTCUSDT&interval=1m&limit=1500')).body).toHaveLength(1500);
      const refused = await on.usdm('symbol=BTCUSDT&interval=1m&limit=1501');
      expect(refused.status).toBe(400);
      expect(refused.body).toEqual({ code: -1130, msg: "Data sent for parameter 'limit' is not valid." });
    });

    it('has no seconds and refuses a range that ends before it starts', async () => {
      expect((await on.usdm('symbol=BTCUSDT&interval=1s')).body).toMatchObject({ code: -1120 });
      const turned = await on.usdm(`symbol=BTCUSDT&interval=1h&startTime=${NOW}&endTime=${NOW - HOUR}`);
      expect(turned.body).toMatchObject({ code: -1023 });
      expect((await on.usdm('symbol=NOPE&interval=1h')).body).toMatchObject({ code: -1121 });
      expect((await on.usdm('symbol=BTCUSDT&interval=1h&timeZone=0')).body).toMatchObject({ code: -1104 });
    });

    it('has names in Chinese, and refuses small letters', async () => {
      const rows = async (symbol: string) =>
        (await on.usdm(`symbol=${encodeURIComponent(symbol)}&interval=1h&limit=3`)).body;
      expect(await rows('币安人生USDT')).toHaveLength(3);
      expect(await rows('币安人生usdt')).toMatchObject({ code: -1100 });
      expect(await rows('币安USDT')).toMatchObject({ code: -1121 });
    });

    it("writes the contract's own decimals", async () => {
      const [row] = (await on.usdm('symbol=BTCUSDT&interval=1m&limit=1')).body;
      expect(row![1]).toMatch(/^\d+\.\d$/);
      expect(row![5]).toMatch(/^\d+\.\d{3}$/);
      const [whole] = (await on.usdm('symbol=DOGEUSDT&interval=1m&limit=1')).body;
      expect(whole![5]).toMatch(/^\d+$/);
    });

    it('trades before its onboardDate and while spot is halted', async () => {
      const first = (await on.usdm('symbol=BTCUSDT&interval=1m&startTime=0&limit=1')).body;
      expect(times(first)).toEqual([at('2019-09-08T17:57')]);
      const halt = at('2021-08-13T02:00');
      expect(times((await on.usdm(`symbol=BTCUSDT&interval=1m&startTime=${halt}&limit=1`)).body)).toEqual([
        halt,
      ]);
      expect(times((await on.spot(`symbol=BTCUSDT&interval=1m&startTime=${halt}&limit=1`)).body)).toEqual([
        at('2021-08-13T06:30'),
      ]);
    });
  });

  it('states onboard and delivery dates; the end moves when it is announced', async () => {
    const of = async (symbol: string) => {
      const { body } = await on.get<{ futuresType: string; symbols: Record<string, unknown>[] }>(
        '/binance-usdm/fapi/v1/exchangeInfo',
      );
      expect(body.futuresType).toBe('U_MARGINED');
      return body.symbols.find((s) => s.symbol === symbol);
    };
    expect(await of('BTCUSDT')).toMatchObject({
      onboardDate: at('2019-09-25T08:00'),
      deliveryDate: 4133404800000,
    });
    const end = at('2025-03-20T09:00');
    expect(await of('OLDUSDT')).toMatchObject({ status: 'SETTLING', deliveryDate: end });
    on.venues.control.clock.hold(end - DAY);
    expect(await of('OLDUSDT')).toMatchObject({ status: 'TRADING', deliveryDate: end });
    on.venues.control.clock.hold(end - 30 * DAY);
    expect(await of('OLDUSDT')).toMatchObject({ status: 'TRADING', deliveryDate: 4133404800000 });
    expect(await of('NEWUSDT')).toBeUndefined();
    on.venues.control.clock.hold(NOW);
  });

  describe('fundingRate', () => {
    const funding = async (query: string): Promise<FundingRow[]> => {
      const { status, body } = await on.get<FundingRow[]>(`/binance-usdm/fapi/v1/fundingRate?${query}`);
      expect([query, status]).toEqual([query, 200]);
      return body;
    };
    const hours = (rows: FundingRow[]): number[] =>
      rows.slice(1).map((r, i) => Math.round((r.fundingTime - rows[i]!.fundingTime) / HOUR));

    it('stamps settlements up to 50 ms late, half of them exactly', async () => {
      const rows = await funding(`symbol=BTCUSDT&startTime=${at('2024-01-01T00:00')}&limit=1000`);
      expect(rows).toHaveLength(1000);
      const late = rows.map((r) => r.fundingTime % HOUR);
      expect(Math.max(...late)).toBeGreaterThan(5);
      expect(Math.max(...late)).toBeLessThanOrEqual(50);
      const exact = late.filter((ms) => ms === 0).length;
      expect(exact).toBeGreaterThan(400);
      expect(exact).toBeLessThan(600);
      expect(new Set(hours(rows))).toEqual(new Set([8]));
      for (const r of rows)
        expect([r.fundingRate, r.markPrice]).toEqual([
          expect.stringMatching(/^-?0\.\d{8}$/),
          expect.stringMatching(/^\d+\.\d{8}$/),
        ]);
    });

    it('includes both bounds by the raw stamp and gives the oldest of a long range', async () => {
      const start = at('2024-01-01T00:00');
      const rows = await funding(`symbol=BTCUSDT&startTime=${start}&endTime=${start + 40 * DAY}`);
      expect(rows).toHaveLength(100);
      const [a, b] = [rows[3]!, rows[9]!];
      expect(await funding(`symbol=BTCUSDT&startTime=${a.fundingTime}&endTime=${b.fundingTime}`)).toEqual(
        rows.slice(3, 10),
      );
      const late = rows.find((r) => r.fundingTime % HOUR > 0)!;
      const due = late.fundingTime - (late.fundingTime % HOUR);
      expect(await funding(`symbol=BTCUSDT&startTime=${due}&endTime=${due}`)).toEqual([]);
      expect(await funding(`symbol=BTCUSDT&startTime=${due}&limit=1`)).toEqual([late]);
    });

    it('gives the newest 100 without bounds, all symbols without a symbol', async () => {
      const rows = await funding('symbol=BTCUSDT');
      expect(rows).toHaveLength(100);
      expect(NOW - rows.at(-1)!.fundingTime).toBeLessThan(8 * HOUR);
      const start = at('2026-11-20T00:00') - 1000;
      const everyone = await funding(`startTime=${start}&limit=50`);
      expect(new Set(everyone.map((r) => r.symbol)).size).toBeGreaterThan(10);
      expect(everyone.map((r) => r.fundingTime)).toEqual(
        everyone.map((r) => r.fundingTime).sort((x, y) => x - y),
      );
    });

    it('changes its interval within one symbol', async () => {
      const sol = await funding(
        `symbol=SOLUSDT&startTime=${at('2022-11-08T00:00')}&endTime=${at('2022-11-20T00:00')}&limit=1000`,
      );
      const steps = hours(sol);
      expect(steps.filter((h, i) => h !== steps[i - 1])).toEqual([8, 4, 2, 8]);
      const young = await funding(`symbol=NEWUSDT&startTime=0&endTime=${at('2026-03-01T00:00')}&limit=1000`);
      expect(young[0]!.fundingTime - at('2025-06-18T09:30')).toBeGreaterThan(4 * HOUR);
      expect(new Set(hours(young))).toEqual(new Set([4, 1]));
      const old = await funding(`symbol=OLDUSDT&startTime=${at('2025-03-19T00:00')}`);
      expect(old.at(-1)!.fundingTime).toBeLessThan(at('2025-03-20T09:00'));
    });

    it('has no mark price before 2023-10-31 and says the sort of rate since 2026-07', async () => {
      const rows = await funding(`symbol=BTCUSDT&startTime=${at('2023-10-30T00:00')}&limit=6`);
      expect(rows.map((r) => r.markPrice === '')).toEqual([true, true, true, false, false, false]);
      expect(rows[0]).toMatchObject({ rateType: 'Regular' });
      on.venues.control.clock.hold(at('2026-06-30T00:00'));
      expect((await funding('symbol=BTCUSDT&limit=1'))[0]).not.toHaveProperty('rateType');
      on.venues.control.clock.hold(NOW);
    });

    it.each([
      ['symbol=NOPE', -1121],
      ['symbol=BTCUSDT&limit=1001', -1130],
      ['symbol=BTCUSDT&startTime=2&endTime=1', -1130],
      ['symbol=BTCUSDT&interval=8h', -1104],
    ])('refuses %s with %i', async (query, code) => {
      const answer = await on.get(`/binance-usdm/fapi/v1/fundingRate?${query}`);
      expect([answer.status, answer.body]).toEqual([400, expect.objectContaining({ code })]);
    });

    it('names in fundingInfo only symbols that were adjusted', async () => {
      const { body } = await on.get<Record<string, unknown>[]>('/binance-usdm/fapi/v1/fundingInfo');
      const hoursOf = Object.fromEntries(body.map((r) => [r.symbol, r.fundingIntervalHours]));
      expect(hoursOf).toEqual({ SOLUSDT: 8, NEWUSDT: 8, AVAXUSDT: 4, BTCUSD_PERP: 8 });
      on.venues.control.clock.hold(at('2025-08-04T00:00'));
      const then = (await on.get<Record<string, unknown>[]>('/binance-usdm/fapi/v1/fundingInfo')).body;
      expect(then.find((r) => r.symbol === 'NEWUSDT')).toMatchObject({ fundingIntervalHours: 1 });
      on.venues.control.clock.hold(NOW);
      expect((await on.get('/binance-usdm/fapi/v1/fundingInfo?symbol=BTCUSDT')).body).toMatchObject({
        code: -1104,
      });
    });
  });
});
