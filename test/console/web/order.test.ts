import { describe, expect, it } from 'vitest';
import { capitals } from '../../../console/web/jobs/order.ts';

describe('symbols as they are typed', () => {
  it.each([
    ['btcusdt', 'BTCUSDT'],
    ['btcusdt, eth', 'BTCUSDT, ETH'],
    ['@usdt-perps:50', '@usdt-perps:50'],
    ['btc,@btc-spot eth', 'BTC,@btc-spot ETH'],
    ['币安人生usdt', '币安人生USDT'],
    ['ßusdt', 'ßUSDT'],
    ['', ''],
  ])('"%s" becomes "%s"', (typed, shown) => expect(capitals(typed)).toBe(shown));
});
