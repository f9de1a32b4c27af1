import type { Range } from '../time/range.ts';

export type CoverageState = 'have' | 'empty' | 'failed';

/** A span to be entered into market_data.coverage. */
export interface NewSpan {
  readonly span: Range;
  readonly state: CoverageState;
  readonly reason?: string;
  readonly evidence?: unknown;
  readonly object?: string;
  readonly sha256?: string | undefined;
  /** rows within a part of the span; absent: one for each step */
  readonly count?: (part: Range) => number;
}
