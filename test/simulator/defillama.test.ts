import { describe, expect, it } from 'vitest';
import { simulateAt } from './simulator.ts';

const NOW = '2025-11-20T12:00:00Z';
const { venues, get } = await simulateAt(NOW);

interface Row {
  readonly date: string;
  readonly totalCirculatingUSD: { peggedUSD: number; peggedEUR?: number };
}

const chart = async (query = ''): Promise<Row[]> =>
  (await get(`/defillama/stablecoincharts/all${query}`)).json();

describe('stablecoincharts', () => {
  it('gives the whole market daily from 2017-11 on, oldest first, dates as text of seconds', async () => {
    const rows = await chart();
    expect(rows[0]?.date).toBe(String(Date.parse('2017-11-29') / 1000));
    expect(rows.at(-1)?.date).toBe(String(Date.parse('2025-11-20') / 1000));
    rows.forEach((row, i) => {
      expect(Number(row.date)).toBe(Number(rows[0]?.date) + i * 86_400);
      expect(row.totalCirculatingUSD.peggedUSD).toBeTypeOf('number');
    });
    expect(Object.keys(rows.at(-1) as Row)).toEqual([
      'date',
      'totalCirculating',
      'totalUnreleased',
      'totalCirculatingUSD',
      'totalMintedUSD',
      'totalBridgedToUSD',
    ]);
  });

  it('counts euro coins later than dollar coins', async () => {
    const rows = await chart();
    const pegs = (day: string) =>
      Object.keys(rows.find((r) => r.date === String(Date.parse(day) / 1000))?.totalCirculatingUSD ?? {});
    expect(pegs('2020-06-01')).toEqual(['peggedUSD']);
    expect(pegs('2022-06-01')).toEqual(['peggedUSD', 'peggedEUR']);
  });

  it('has charts of single coins that are parts of the whole and lack keys of old', async () => {
    const [all, ...coins] = await Promise.all([
      chart(),
      ...['1', '2', '5'].map((id) => chart(`?stablecoin=${id}`)),
    ]);
    const last = (rows: Row[]) => rows.at(-1)?.totalCirculatingUSD.peggedUSD ?? Number.NaN;
    const [usdt, usdc, dai] = coins.map(last) as [number, number, number];
    expect(usdt).toBeGreaterThan(usdc);
    expect(usdc).toBeGreaterThan(dai);
    expect(usdt + usdc + dai).toBeLessThan(last(all as Row[]));
    expect(Object.keys(coins[0]?.[0] as Row)).toEqual(['date', 'totalCirculating', 'totalCirculatingUSD']);
    expect(coins[1]?.[0]?.date).toBe(String(Date.parse('2018-10-01') / 1000));
    expect(await chart('?stablecoin=999999')).toEqual([]);
  });

  it('moves the running day only', async () => {
    venues.control.clock.hold(Date.parse(NOW));
    const before = await chart('?stablecoin=1');
    venues.control.clock.advance(3 * 3_600_000);
    const after = await chart('?stablecoin=1');
    venues.control.clock.hold(Date.parse(NOW));
    expect(after.slice(0, -1)).toEqual(before.slice(0, -1));
    expect(after.at(-1)?.date).toBe(before.at(-1)?.date);
    expect(after.at(-1)).not.toEqual(before.at(-1));
  });

  it('lists the coins, with a price where requested', async () => {
    const { peggedAssets } = (await get('/defillama/stablecoins?includePrices=true')).json();
    expect(peggedAssets.map((a: { id: string; symbol: string }) => [a.id, a.symbol])).toEqual([
      ['1', 'USDT'],
      ['2', 'USDC'],
      ['5', 'DAI'],
    ]);
    expect(peggedAssets[0].price).toBeCloseTo(1, 2);
    expect((await get('/defillama/stablecoins')).json().peggedAssets[0]).not.toHaveProperty('price');
  });

  it('refuses what is too much and what it does not have', async () => {
    venues.control.limits.override('defillama', 1);
    expect((await get('/defillama/nothing', '10.2.0.1')).status).toBe(404);
    expect((await get('/defillama/stablecoins', '10.2.0.1')).status).toBe(429);
    venues.control.limits.override('defillama', 300);
  });
});
