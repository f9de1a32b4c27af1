import { describe, expect, it } from 'vitest';
import { judgeLabels } from '../../../functions/core/verify/judge-labels.ts';

const STEP = 300_000;
const walk = (slot: number): number => 1 + ((slot * 7_919) % 1_009) / 1_000;
/** 288 labels that stand `shift` slots before the instants of their values. */
const archive = (shift: number, value = walk, length = 288) =>
  new Map(Array.from({ length }, (_, slot) => [slot * STEP, value(slot + shift) + 1e-5]));
const answers = (value = walk) =>
  new Map(Array.from({ length: 300 }, (_, i) => [(i - 5) * STEP, Number(value(i - 5).toFixed(4))]));
const judge = (labels: ReadonlyMap<number, number>, inForce: number, published = answers()) =>
  judgeLabels(labels, published, inForce * STEP, STEP);

describe('labels compared with the stamps of the venue', () => {
  it.each([
    ['moved, and the rule has it so', 1, 1, 'holds', 1],
    ['moved, and the rule has not', 1, 0, 'contradicted', 1],
    ['as they were, and the rule has it so', 0, 0, 'holds', 0],
    ['as they were, and the rule has them moved', 0, 1, 'contradicted', 0],
    ['moved twice', 2, 1, 'contradicted', 2],
    ['moved the other way', -1, 0, 'contradicted', -1],
  ] as const)('%s', (_, shift, inForce, outcome, fits) => {
    expect(judge(archive(shift), inForce)).toMatchObject({ outcome, shiftMs: fits * STEP });
  });

  it.each([
    ['too few are in both', archive(1, walk, 95), answers()],
    ['no shift fits', archive(1, (slot) => walk(slot + 100)), answers()],
    ['the venue has nothing of the day', archive(1), new Map<number, number>()],
    ['the value stands still, so all fit', archive(1, () => 2), answers(() => 2)],
  ])('decide nothing where %s', (_, labels, published) => {
    expect(judge(labels, 0, published).outcome).toBe('undecided');
    expect(judge(labels, 1, published).outcome).toBe('undecided');
  });

  it('decide in spite of some restated values and some that stay as they were', () => {
    const slow = (slot: number): number => walk(Math.floor(slot / 2));
    const some = new Map([...archive(1, slow)].map(([time, value], i) => [time, i % 12 ? value : value * 2]));
    expect(judge(some, 0, answers(slow))).toMatchObject({ outcome: 'contradicted', shiftMs: STEP });
  });
});
