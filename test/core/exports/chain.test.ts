import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ChainedMonth, chainOf } from '../../../functions/core/exports/chain.ts';
import { sha256 } from '../../../functions/stores/files/sha256.ts';

const month: fc.Arbitrary<ChainedMonth> = fc.record({
  source: fc.constantFrom('klines_spot', 'klines_perp'),
  symbol: fc.constantFrom('BTCUSDT', 'ETHUSDT', '币安人生USDT'),
  timeframe: fc.constantFrom('1m', '1h'),
  month: fc.constantFrom('2024-12', '2025-01', '2025-02'),
  rows: fc.integer({ min: 1, max: 50_000 }),
  rows_sha256: fc.constantFrom('a', 'b', 'c').map((digit) => digit.repeat(64)),
});
const keyOf = ({ source, symbol, timeframe, month: of }: ChainedMonth) =>
  `${source} ${symbol} ${timeframe} ${of}`;
const months = fc.uniqueArray(month, { selector: keyOf, minLength: 1, maxLength: 12 });
const rootOf = (all: readonly ChainedMonth[]) => chainOf(sha256, all).root;

describe('the root', () => {
  it('does not depend on the order of the months, nor on anything else that is known of them', () => {
    fc.assert(
      fc.property(
        months.chain((all) =>
          fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length })),
        ),
        ([all, shuffled]) => {
          expect(rootOf(shuffled.map((one, i) => ({ ...one, path: `other ${i}`, bytes: i })))).toBe(
            rootOf(all),
          );
        },
      ),
    );
  });

  it('is another one when a month is left out, or one of its words or its rows differ', () => {
    fc.assert(
      fc.property(months, fc.nat(), (all, n) => {
        const at = n % all.length;
        const root = rootOf(all);
        expect(rootOf(all.filter((_, i) => i !== at))).not.toBe(root);
        const other = (change: Partial<ChainedMonth>) =>
          rootOf(all.map((one, i) => (i === at ? { ...one, ...change } : one)));
        expect(other({ rows: all[at]!.rows + 1 })).not.toBe(root);
        expect(other({ rows_sha256: 'd'.repeat(64) })).not.toBe(root);
        expect(other({ symbol: 'XUSDT' })).not.toBe(root);
        expect(other({ month: '2025-03' })).not.toBe(root);
      }),
    );
  });

  it('is known for no months, and is that of the last link', () => {
    expect(chainOf(sha256, [])).toEqual({
      links: [],
      root: 'c01d5858189c6bafb4f3c30b06eba47b53f5f60c7ca259257a3de9a22067dea3',
    });
    const one = { source: 's', symbol: 'B', timeframe: '1m', month: '2025-01', rows: 1, rows_sha256: 'a' };
    const { links, root } = chainOf(sha256, [{ ...one, symbol: 'b' }, one]);
    expect(links.map(({ symbol }) => symbol)).toEqual(['B', 'b']);
    expect(links[1]!.chain).toBe(root);
  });
});
