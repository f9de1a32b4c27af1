import { describe, expect, it } from 'vitest';
import type { JobOrder } from '../../../functions/core/jobs/job.ts';
import { orderIdentity } from '../../../functions/core/orders/same-order.ts';
import { sources } from '../../../functions/sources/index.ts';

const at = (text: string): number => Date.parse(text);
const NOW = at('2025-03-10T12:30:20Z');
const order: JobOrder = {
  source: 'klines',
  sources: ['klines_spot', 'klines_perp'],
  symbols: ['BTCUSDT', 'ETHUSDT'],
  skipped: [],
  timeframe: '1m',
  from: at('2025-03-01'),
  to: at('2025-03-02'),
  alsoRequested: false,
};
const isSame = (a: Partial<JobOrder>, b: Partial<JobOrder>, later = 0): boolean =>
  orderIdentity({ ...order, ...a }, sources, NOW) === orderIdentity({ ...order, ...b }, sources, NOW + later);

describe('two orders are the same', () => {
  it.each<[string, Partial<JobOrder>, Partial<JobOrder>]>([
    ['in another order of symbols', {}, { symbols: ['ETHUSDT', 'BTCUSDT'] }],
    ['in another order of sources', {}, { sources: ['klines_perp', 'klines_spot'] }],
    ['to the step in which the range ends', {}, { to: at('2025-03-02T00:00:59Z') }],
    ['from within the step in which the range begins', {}, { from: at('2025-03-01T00:00:59Z') }],
    [
      'that begins and ends within the same steps',
      { from: at('2025-03-01T00:00:01Z'), to: at('2025-03-02T00:00:30Z') },
      { from: at('2025-03-01T00:00:59Z'), to: at('2025-03-02T00:00:59Z') },
    ],
    ['to the end that is not final yet', { to: NOW }, { to: NOW + 30_000 }],
    [
      'with a symbol that the venue does not list',
      {},
      {
        symbols: ['BTCUSDT', 'ETHUSDT', 'ABCUSDT'],
        skipped: ['klines_spot ABCUSDT', 'klines_perp ABCUSDT'],
      },
    ],
  ])('%s', (_what, a, b) => {
    expect(isSame(a, b)).toBe(true);
  });

  it.each<[string, Partial<JobOrder>]>([
    ['of another source', { sources: ['klines_spot'] }],
    ['of another symbol', { symbols: ['BTCUSDT'] }],
    ['of another timeframe', { timeframe: '1h' }],
    ['from another step', { from: at('2025-03-01T00:01:00Z') }],
    ['to another step', { to: at('2025-03-02T00:01:00Z') }],
    ['that also fills what was requested before', { alsoRequested: true }],
    ['that leaves a series out', { skipped: ['klines_spot ETHUSDT'] }],
  ])('not one %s', (_what, b) => {
    expect(isSame({}, b)).toBe(false);
  });

  it('of a snapshot at the same step, whatever range was ordered', () => {
    const gex: Partial<JobOrder> = {
      source: 'gex',
      sources: ['gex_deribit'],
      symbols: ['BTC'],
      timeframe: sources.gex_deribit!.defaultTimeframe,
    };
    expect(isSame(gex, { ...gex, from: at('2025-03-05') })).toBe(true);
    expect(isSame(gex, gex, 86_400_000)).toBe(false);
  });
});
