import type { Series } from '../functions/core/series/series.ts';
import type { Random } from './engine/random.ts';
import { LARGE_SERIES, RUN_SERIES, STATISTICS, smallSeries } from './venue/series.ts';

/** How large a run is. */
export interface Size {
  /** what is ordered: at least four series */
  readonly series: readonly Series[];
  /** days without faults at the end */
  readonly quiet: number;
}

/** Where the seed draws neither. */
export const USUAL: Size = { series: RUN_SERIES, quiet: 2 };

/** Half a day shows that all goes on, a day that files are compared, two that proofs are renewed, four that they are renewed again. */
const QUIETS = [0.5, 0.5, 0.5, 0.5, 1, 1, 1, 2, 2, 4];

/** How far apart the readings of a small warehouse lie: mostly as far as by default. */
const STEPS = ['1h', '1h', '1h', '1h', '1h', '5m'] as const;

/** Mostly small: a day of a small warehouse costs half of what one of a large one does, and has as many faults. */
export function drawSize(random: Random): Size {
  const quiet = random.pick(QUIETS);
  const share = random.next();
  if (share < 0.85) return { series: smallSeries(random.pick(STATISTICS), random.pick(STEPS)), quiet };
  return { series: share < 0.96 ? RUN_SERIES : LARGE_SERIES, quiet };
}
