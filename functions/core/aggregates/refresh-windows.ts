import { joinNear, type RangeSet } from '../time/range.ts';
import { DAY } from '../time/time.ts';
import { type Aggregate, touchedBuckets } from './aggregates.ts';

/** Gaps shorter than this are refreshed along: reading a day of candles costs less than another CALL. */
const NEAR = DAY;

/** The most CALLs for one aggregate. Years can have thousands of holes, and each CALL is a transaction. */
export const MOST_WINDOWS = 16;

/**
 * The windows in which one aggregate is refreshed. They contain every touched bucket and the short stretches between them.
 * Thousands of scattered holes cost no more than one pass from the first to the last.
 */
export const refreshWindows = (aggregate: Aggregate, touched: RangeSet): RangeSet =>
  joinNear(touchedBuckets(aggregate, touched), NEAR, MOST_WINDOWS);
