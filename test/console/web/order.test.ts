import { describe, expect, it } from 'vitest';
import { capitals, suggestionsFor } from '../../../console/web/jobs/order.ts';

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
