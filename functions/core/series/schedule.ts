import { ceilTo, MINUTE, SECOND } from '../time/time.ts';
import type { Source } from './source.ts';

/** Longest Wait inside a chunk; after it the chunk looks whether the job is still wanted. */
const LONGEST_WAIT = 60 * SECOND;

/** How often the newest rows of a source are asked for; ms. */
export const refreshEvery = ({ refreshEveryMs = 5 * MINUTE }: Pick<Source, 'refreshEveryMs'>): number =>
  refreshEveryMs;

/** Whole seconds until an instant: at least one, for an engine that rounds down would come back too early for ever. */
export const waitSecondsUntil = (until: number, now: number, longest = LONGEST_WAIT): number =>
  Math.min(Math.max(ceilTo(until - now, SECOND), SECOND), longest) / SECOND;

/** Whoever reports counts what somebody deleted first, so long at most; ms. The schedules do the rest. */
export const RECOUNT_PATIENCE = 10 * SECOND;
