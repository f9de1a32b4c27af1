import { clip, type Range } from '../time/range.ts';
import type { Gap } from './ports.ts';

/** The parts of a gap within bounds, with their share of its steps. */
export const gapWithin = (gap: Gap, bounds: Range): Gap[] =>
  clip([gap], bounds).map((part) => {
    const share = (part.end - part.start) / (gap.end - gap.start);
    return { ...gap, ...part, steps: Math.ceil(gap.steps * share) };
  });
