import type { Context } from 'aws-lambda';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createHandler } from '../../../functions/handlers/watch-instruments.ts';
import { startTestHost, type TestHost } from '../../helpers/host.ts';

let at: TestHost;
beforeAll(async () => {
  at = await startTestHost();
});
afterAll(() => at?.[Symbol.asyncDispose]());

const DAY = { from: '2025-03-01', to: '2025-03-02', timeframe: '1h' };
const volumes = async (path: string): Promise<string[]> => {
  const response = await fetch(`${at.venues.url}${path}`);
  const tickers = (await response.json()) as { symbol: string; quoteVolume: string }[];
  return tickers.sort((a, b) => Number(b.quoteVolume) - Number(a.quoteVolume)).map(({ symbol }) => symbol);
};

describe('an order with a selector', () => {
  it('is of the most traded symbols, and they are loaded', async () => {
    const order = { source: 'klines_perp', symbols: ['@usdt-perps:3'], ...DAY };
    const job = await at.wait((await at.order(order)).id);
    expect(job.symbols).toEqual((await volumes('/binance-usdm/fapi/v1/ticker/24hr')).slice(0, 3));
    expect(job).toMatchObject({ status: 'succeeded', rows_fetched: 3 * 24, skipped: [] });
  });

  it('may be of all that trade, beside symbols by name, each once', async () => {
    const { symbols } = await at.order({ source: 'klines_spot', symbols: ['BTCUSDT', '@usdt-spot'], ...DAY });
    expect(symbols[0]).toBe('BTCUSDT');
    expect(symbols).toContain('SOLUSDT');
    expect(symbols).not.toContain('OLDUSDT');
    expect(symbols).not.toContain('ETHBTC');
    expect(new Set(symbols).size).toBe(symbols.length);
  });

  it('leaves out what another market does not have', async () => {
    const { symbols, skipped } = await at.order({ source: 'klines', symbols: ['@usdt-perps'], ...DAY });
    expect(symbols).toContain('1000SHIBUSDT');
    expect(skipped).toEqual(['klines_spot 1000SHIBUSDT']);
  });

  it.each([
    ['@usdt-options', 400, 'invalid-selector'],
    ['@zzz-perps:5', 422, 'empty-selection'],
  ])('is refused for %s', async (symbol, status, code) => {
    const body = JSON.stringify({ source: 'klines_perp', symbols: [symbol] });
    expect(await at.ask('/backfill', { method: 'POST', body })).toMatchObject({ status, body: { code } });
  });
});

describe('the history of listings', () => {
  const watch = async () => createHandler(async () => at.host.services)({}, {} as Context);
  const now = () => at.sql`select * from market_data.instruments where until is null`;

  it('has a row for each state, and none for what stays as it is', async () => {
    const { changed } = (await watch()) as { changed: Record<string, number> };
    const rows = await now();
    expect(rows.length).toBe(changed['binance spot']! + changed['binance perps']!);
    expect(rows.find(({ market, symbol }) => market === 'perps' && symbol === 'OLDUSDT')).toMatchObject({
      venue: 'binance',
      status: 'SETTLING',
      delisted_at: new Date('2025-03-20T09:00:00Z'),
    });
    expect(await watch()).toEqual({ changed: { 'binance spot': 0, 'binance perps': 0 } });
    expect((await now()).length).toBe(rows.length);
  });

  it('goes on with the other market where one refuses, and tells of it', async () => {
    const refused = at.venues.faults.add({ kind: 'status', status: 451, venue: 'binance-spot' });
    const before = at.venues.requests.count('/fapi/v1/exchangeInfo');
    await expect(watch()).rejects.toMatchObject({ code: 'region-refused' });
    expect(at.venues.requests.count('/fapi/v1/exchangeInfo')).toBe(before + 1);
    refused.remove();
  });

  it('closes the row of what was delisted or is gone, and dates the next', async () => {
    const { instruments } = at.host.services;
    const market = { venue: 'test', market: 'spot' } as const;
    const one = { symbol: 'AUSDT', quote: 'USDT', status: 'TRADING', trading: true };
    const two = { ...one, symbol: 'BUSDT' };
    expect(await instruments.note(market, [one, two])).toBe(2);
    expect(await instruments.note(market, [{ ...one, status: 'BREAK' }])).toBe(2);
    expect(await instruments.note(market, [{ ...one, status: 'BREAK' }])).toBe(0);
    expect(await instruments.note(market, [{ ...one, status: 'BREAK' }, two])).toBe(1);
    const rows = await at.sql`
      select symbol, status, until is null as now from market_data.instruments where venue = 'test' order by symbol, since`;
    expect(rows.map(({ symbol, status, now }) => [symbol, status, now])).toEqual([
      ['AUSDT', 'TRADING', false],
      ['AUSDT', 'BREAK', true],
      ['BUSDT', 'TRADING', false],
      ['BUSDT', 'gone', false],
      ['BUSDT', 'TRADING', true],
    ]);
  });
});
