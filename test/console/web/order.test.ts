import { describe, expect, it } from 'vitest';
import { capitals, suggestionsFor, symbolsFound } from '../../../console/web/jobs/order.ts';

describe('symbols as they are typed', () => {
  it.each([
    ['btcusdt', 'BTCUSDT'],
    ['btcusdt, eth', 'BTCUSDT, ETH'],
    ['@usdt-perps:50', '@usdt-perps:50'],
    ['btc,@btc-spot eth', 'BTC,@btc-spot ETH'],
    ['币安人生usdt', '币安人生USDT'],
    ['ßusdt', 'ßUSDT'],
    ['', ''],
  ])('"%s" becomes "%s"', (typed, shown) => expect(capitals(typed, [])).toBe(shown));

  it('are left as they are where the source has small letters in its own', () => {
    const binance = { default_symbols: ['BTCUSDT'] };
    const hyperliquid = { default_symbols: ['BTC', 'kPEPE'] };
    expect(capitals('kPEPE, btc', [hyperliquid])).toBe('kPEPE, btc');
    expect(capitals('btcusdt', [binance, hyperliquid])).toBe('BTCUSDT');
  });
});

describe('symbols that the typed word may become', () => {
  const known = ['BTCUSDT', 'ETHUSDT', 'ETHBTC', 'BTCUSDC', '@btc-spot'];
  it.each([
    ['BTC', ['BTCUSDC', 'BTCUSDT', 'ETHBTC']],
    ['BTCUSDT, ET', ['BTCUSDT, ETHBTC', 'BTCUSDT, ETHUSDT']],
    // What is there already is not offered again.
    ['BTCUSDT,BTCUSD', ['BTCUSDT,BTCUSDC']],
    ['@b', ['@btc-spot']],
    ['BTCUSDT', []],
    ['', []],
    ['BTCUSDT, ', []],
  ])('"%s"', (typed, fields) => expect(suggestionsFor(typed, known)).toEqual(fields));
});

describe('symbols that are found while one types', () => {
  const life = (symbol: string, contract: 'spot' | 'perpetual', listed: string, delisted: string | null) => ({
    venue: 'binance',
    contract,
    symbol,
    base: symbol.slice(0, -4),
    quote: 'USDT',
    listed_at: `${listed}T00:00:00Z`,
    delisted_at: delisted === null ? null : `${delisted}T00:00:00Z`,
    evidence: {} as never,
    renames: [],
  });
  const listed = [
    life('LUNAUSDT', 'spot', '2020-08-21', '2022-05-13'),
    life('LUNAUSDT', 'spot', '2022-05-31', null),
    life('ETHUSDT', 'perpetual', '2019-11-27', null),
  ];

  it('have each of their lives beside them', () => {
    expect(symbolsFound('ETHUSDT, LUN', ['LUNATIC'], listed)).toEqual([
      { field: 'ETHUSDT, LUNATIC', symbol: 'LUNATIC', note: '' },
      {
        field: 'ETHUSDT, LUNAUSDT',
        symbol: 'LUNAUSDT',
        note: 'spot from 2020-08-21 to 2022-05-13; spot since 2022-05-31',
      },
    ]);
    expect(symbolsFound('ETHUSDT, ', [], listed)).toEqual([]);
  });
});
