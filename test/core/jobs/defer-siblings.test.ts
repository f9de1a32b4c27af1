import { describe, expect, it } from 'vitest';
import { deferSiblings } from '../../../functions/core/jobs/defer-siblings.ts';
import type { ChunkProgress } from '../../../functions/core/jobs/job.ts';
import { planChunks } from '../../../functions/core/ledger/plan.ts';
import type { Sources } from '../../../functions/core/series/source.ts';

const sources = {
  a: { siblings: ['b', 'c'] },
  b: { siblings: ['a', 'c'] },
  c: { siblings: ['a', 'b'] },
  alone: {},
} as unknown as Sources;

const february = Date.UTC(2025, 1);
const missing = [{ start: february - 3_600_000, end: february + 3_600_000 }];
const planned = ['a', 'alone', 'b', 'c'].flatMap((source) =>
  ['X', 'Y'].flatMap((symbol) => planChunks({ source, symbol, timeframe: '1h' }, missing, 'month')),
);
const labels = (before: readonly string[] = [], of = planned) =>
  deferSiblings(
    of,
    before.map((label) => ({ label }) as ChunkProgress),
    sources,
  ).map(({ chunk }) => chunk.label);

describe('of siblings', () => {
  it('one goes ahead for each symbol and period, and who has none is not held back', () => {
    expect(labels()).toEqual([
      'a X 1h 2025-01',
      'a X 1h 2025-02',
      'a Y 1h 2025-01',
      'a Y 1h 2025-02',
      'alone X 1h 2025-01',
      'alone X 1h 2025-02',
      'alone Y 1h 2025-01',
      'alone Y 1h 2025-02',
    ]);
  });

  it('the others all go in the wave after it, whatever became of the first', () => {
    const january = planned.filter(({ chunk }) => chunk.label.endsWith('X 1h 2025-01'));
    expect(labels(['a X 1h 2025-01'], january)).toEqual(january.map(({ chunk }) => chunk.label));
  });

  it('the next one goes ahead where the first lacks nothing', () => {
    const others = planned.filter(({ chunk }) => chunk.source !== 'a' && chunk.symbol === 'X');
    expect(labels([], others)).toEqual([
      'alone X 1h 2025-01',
      'alone X 1h 2025-02',
      'b X 1h 2025-01',
      'b X 1h 2025-02',
    ]);
  });
});
