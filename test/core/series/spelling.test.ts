import { describe, expect, it } from 'vitest';
import { MARKET_SYMBOL, nearest, spellingOf } from '../../../functions/core/series/names/spelling.ts';

describe('a symbol of a market', () => {
  it.each([
    'BTCUSDT',
    '1000SHIBUSDT',
    '币安人生USDT',
    '牛来USDT',
    '龙虾USDT',
    '我踏马来了USDT',
    'ＢＴＣUSDT',
    'ſUSDT',
  ])('may be %s', (symbol) => expect(symbol).toMatch(MARKET_SYMBOL));

  it.each([
    '',
    'B',
    'btcusdt',
    'BTC/USDT',
    'BTC USDT',
    '币安 USDT',
    '币安\u3000USDT',
    '币\u200bUSDT',
    '../x',
    'BTCUSDT_250627',
  ])('is not "%s"', (symbol) => expect(symbol).not.toMatch(MARKET_SYMBOL));
});

describe('the spelling of a word', () => {
  it.each([
    ['btcusdt', 'BTCUSDT'],
    [' BTCUSDT', 'BTCUSDT'],
    ['BTC/USDT', 'BTCUSDT'],
    ['btc/usdt', 'BTCUSDT'],
    ['BTC-USDT', 'BTCUSDT'],
    ['BTC_USDT', 'BTCUSDT'],
    ['BTC/USDT:USDT', 'BTCUSDT'],
    ['BTC-USDT-SWAP', 'BTCUSDT'],
    ['BTCUSDT.P', 'BTCUSDT'],
    ['1000shib/usdt:usdt', '1000SHIBUSDT'],
    ['币安人生/usdt', '币安人生USDT'],
    // Neither capitals nor look-alikes of other scripts: they would be other symbols.
    ['ßusdt', 'ßUSDT'],
    ['ＢＴＣ/usdt', 'ＢＴＣUSDT'],
    ['BTCUSDT', 'BTCUSDT'],
  ])('%s is %s', (word, symbol) => expect(spellingOf(word)).toEqual({ symbol }));

  it.each([
    ['BTCUSDT_250627', 'BTCUSDT', '2025-06-27'],
    ['ETHUSDT_260925', 'ETHUSDT', '2026-09-25'],
    ['BTC-USDT-250627', 'BTCUSDT', '2025-06-27'],
    ['BTC/USDT:USDT-250627', 'BTCUSDT', '2025-06-27'],
    ['BTCUSDT-27JUN25', 'BTCUSDT', '2025-06-27'],
    ['BTC-3OCT25', 'BTC', '2025-10-03'],
  ])('%s is a dated future of %s', (word, symbol, settles) =>
    expect(spellingOf(word)).toEqual({ symbol, settles }),
  );

  it.each(['BTCUSDT_259927', 'BTC-27XXX25', 'BTC-27DEC24-100000-C'])('%s is none', (word) =>
    expect(spellingOf(word).settles).toBeUndefined(),
  );
});

describe('what a venue lists near a word', () => {
  const known = new Set(['BTCUSDT', 'BTCUSDC', 'BTCDOMUSDT', 'ETHBTC', '1000SHIBUSDT', '币安人生USDT']);
  it.each([
    ['btc/usdt', ['BTCUSDT']],
    ['BTC', ['ETHBTC', 'BTCUSDC', 'BTCUSDT']],
    ['SHIBUSDT', ['1000SHIBUSDT']],
    ['币安人生', ['币安人生USDT']],
    ['NOSUCH', []],
    ['/', []],
  ])('%s: %j', (word, found) => expect(nearest(known, word)).toEqual(found));
});
