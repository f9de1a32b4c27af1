import fc from 'fast-check';
import { expect, it } from 'vitest';
import { balanceOf, moduloOf, movedShare, shardOf } from '../../bench/scale/model/shards.ts';

const key = fc.string({ minLength: 1, maxLength: 20 });

it('a shard that is added takes series, and moves none between the others', () => {
  fc.assert(
    fc.property(key, fc.integer({ min: 1, max: 32 }), (one, shards) => {
      const before = shardOf(one, shards);
      const after = shardOf(one, shards + 1);
      expect(before).toBeLessThan(shards);
      if (after !== before) expect(after).toBe(shards);
    }),
  );
});

it('spreads many series evenly, and moves about what the new one must get', () => {
  const keys = Array.from({ length: 20_000 }, (_, i) => `klines_spot S${i}USDT`);
  const { fullest, emptiest } = balanceOf(keys, 8);
  expect(fullest).toBeLessThan(1.05);
  expect(emptiest).toBeGreaterThan(0.95);
  expect(movedShare(keys, 8, 9)).toBeCloseTo(1 / 9, 1.5);
  expect(movedShare(keys, 8, 9, moduloOf)).toBeGreaterThan(0.8);
});
