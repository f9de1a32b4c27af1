import { HOUR } from '../../core/time/time.ts';

/** The longest time between two settlements that any perpetual has. */
export const LONGEST_INTERVAL = 8 * HOUR;

/** Settlements lie on the multiples of their interval since midnight. */
const INTERVALS: readonly number[] = [1, 2, 4, 8].map((hours) => hours * HOUR);

/**
 * The interval that ended with each settlement, by the spacing of its neighbours, ms. Symbols change their interval back and
 * forth, so a step that is longer than the ones around it is one interval only where the next step is as long, or the one
 * before was; otherwise a settlement is missing in it. Then the interval is that of both neighbours.
 * @param dues ascending, each once
 * @returns null where it is unknown: for the first, whose predecessor is not among them, and where neighbours contradict
 */
export function inferIntervals(dues: readonly number[]): (number | null)[] {
  return dues.map((at, i) => {
    if (i === 0) return null;
    const [before, own, after] = [i - 1, i, i + 1].map((j) =>
      j > 0 && j < dues.length ? dues[j]! - dues[j - 1]! : undefined,
    );
    return intervalAt(at, own!, before, after);
  });
}

function intervalAt(
  at: number,
  own: number,
  before: number | undefined,
  after: number | undefined,
): number | null {
  const around = [before, after].filter((step) => step !== undefined);
  // What came before is not known at the beginning of a symbol's life alone: requests begin a day before their range.
  const longest = before === undefined ? LONGEST_INTERVAL : Math.max(...around);
  if (own > LONGEST_INTERVAL) return before !== undefined && before === after ? before : null;
  if (around.length === 0 || own <= Math.min(...around)) return own;
  // A change: the longer interval holds on one side, and a settlement of it may be due at this hour.
  if (own <= longest && INTERVALS.some((interval) => interval >= own && at % interval === 0)) return own;
  return before !== undefined && before === after ? before : null;
}
