import { beforeEach, describe, expect, it } from 'vitest';
import { simulateAt } from './simulator.ts';

const NOW = '2025-11-20T12:34:30Z';
const now = Date.parse(NOW);
const { venues, get } = await simulateAt(NOW);

interface Ticker extends Readonly<Record<string, string>> {
  readonly symbol: string;
  readonly markIv: string;
}
const tickers = async (query: string) =>
  (await get(`/bybit/v5/market/tickers?category=option&${query}`)).json();
const chain = async (coin: string): Promise<Ticker[]> => (await tickers(`baseCoin=${coin}`)).result.list;

beforeEach(() => {
  venues.control.clock.hold(now);
  venues.control.limits.reset();
});

describe('tickers of options', () => {
  it('are all text, with the time of the answer in the envelope alone', async () => {
    const { retCode, time, result } = await tickers('baseCoin=BTC');
    expect([retCode, time, result.category]).toEqual([0, now, 'option']);
    expect(result.list.length).toBeGreaterThan(600);
    for (const value of Object.values(result.list[0])) expect(value).toBeTypeOf('string');
    expect(Object.keys(result.list[0]).filter((key) => /time/i.test(key))).toEqual([]);
  });

  it('name options in USDT with their suffix, the older ones in USDC without', async () => {
    const names = (await chain('BTC')).map(({ symbol }) => symbol);
    expect(names.some((name) => /^BTC-\d{1,2}[A-Z]{3}\d{2}-\d+-[CP]-USDT$/.test(name))).toBe(true);
    expect(names.some((name) => /^BTC-\d{1,2}[A-Z]{3}\d{2}-\d+-[CP]$/.test(name))).toBe(true);
  });

  it('have volatilities as fractions, some at the cap of 5 and some of 0', async () => {
    const marks = (await chain('ETH')).map(({ markIv }) => Number(markIv));
    expect(marks.filter((iv) => iv === 5).length).toBeGreaterThan(0);
    expect(marks.filter((iv) => iv === 0).length).toBeGreaterThan(0);
    const usual = marks.filter((iv) => iv > 0 && iv < 5).toSorted((a, b) => a - b);
    expect(usual[usual.length >> 1]).toBeGreaterThan(0.3);
    expect(usual[usual.length >> 1]).toBeLessThan(1.5);
  });

  it('are of one coin or one symbol, and none of a coin without options', async () => {
    const [first] = await chain('BTC');
    expect((await tickers(`symbol=${first!.symbol}`)).result.list).toEqual([first]);
    expect(await chain('SOL')).toEqual([]);
    expect(await tickers('')).toMatchObject({ retCode: 10001, retMsg: expect.stringContaining('baseCoin') });
    expect(await tickers('baseCoin=NONE')).toMatchObject({ retCode: 10001 });
  });
});
