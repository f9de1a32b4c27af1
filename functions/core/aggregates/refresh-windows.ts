import { joinNear, type RangeSet } from '../time/range.ts';
import { DAY } from '../time/time.ts';
import { type Aggregate, touchedBuckets } from './aggregates.ts';

/** A shorter gap is refreshed with what is around it: to read a day of candles costs less than another CALL. */
const NEAR = DAY;

/** CALLs for one aggregate, at most. Holes of years come by thousands, and each CALL is a transaction of its own. */
export const MOST_WINDOWS = 16;

/**
 * The windows in which one aggregate is refreshed: every bucket that was touched is in one, and so are those between near
 * ones. Thousands of scattered holes cost no more than one pass over all from the first to the last of them.
 */
export const refreshWindows = (aggregate: Aggregate, touched: RangeSet): RangeSet =>
  joinNear(touchedBuckets(aggregate, touched), NEAR, MOST_WINDOWS);
