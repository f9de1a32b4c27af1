/** A value by its instant or its label; epoch ms. */
export type Course = ReadonlyMap<number, number>;

export interface LabelVerdict {
  /** `undecided`: too few pairs, or no reading fits well enough, or two fit alike */
  readonly outcome: 'holds' | 'contradicted' | 'undecided';
  /** the shift that fits best; ms */
  readonly shiftMs: number;
  /** pairs of it, and those of them that agree */
  readonly compared: number;
  readonly agree: number;
  /** the share of pairs that agree under the shift in force, 0 to 1 */
  readonly inForce: number;
}

/** A third of a day of five minutes. */
const ENOUGH_PAIRS = 96;
/** REST rounds ratios to four decimals, the archive does not. */
const ROUNDING = 6e-5;
const PRECISION = 1e-9;
/** Restated values are rare; a wrong shift agrees only where a value stays as it was. */
const FITS = 0.9;
const BETTER_BY = 0.2;

/**
 * Finds the shift that turns the labels of a file into the instants of the venue's own answers: that of the rule in force, or another.
 * @param archive values by their labels as they stand. @param answers values by their instants
 * @param step the distance of two labels; ms. One step less and up to two more are tried
 */
export function judgeLabels(archive: Course, answers: Course, inForceMs: number, step: number): LabelVerdict {
  const tried = [-step, 0, step, 2 * step].map((shiftMs) => ({
    shiftMs,
    ...compare(archive, answers, shiftMs),
  }));
  const current = compare(archive, answers, inForceMs);
  // If two fit equally well, the one in force wins.
  const best = tried.reduce((a, b) => (shareOf(b) > shareOf(a) ? b : a), { shiftMs: inForceMs, ...current });
  const inForce = shareOf(current);
  const others = tried.filter(({ shiftMs }) => shiftMs !== best.shiftMs).map(shareOf);
  const clear =
    best.compared >= ENOUGH_PAIRS &&
    shareOf(best) >= FITS &&
    shareOf(best) - Math.max(...others) >= BETTER_BY;
  const outcome = !clear ? 'undecided' : best.shiftMs === inForceMs ? 'holds' : 'contradicted';
  return { outcome, ...best, inForce };
}

interface Pairs {
  readonly compared: number;
  readonly agree: number;
}

const shareOf = ({ compared, agree }: Pairs): number => (compared === 0 ? 0 : agree / compared);

function compare(archive: Course, answers: Course, shiftMs: number): Pairs {
  let compared = 0;
  let agree = 0;
  for (const [label, value] of archive) {
    const answer = answers.get(label + shiftMs);
    if (answer === undefined) continue;
    compared += 1;
    if (Math.abs(value - answer) <= Math.max(ROUNDING, PRECISION * Math.abs(answer))) agree += 1;
  }
  return { compared, agree };
}
