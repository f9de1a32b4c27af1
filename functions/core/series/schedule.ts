import { ceilTo, MINUTE, SECOND } from '../time/time.ts';
import type { Source } from './source.ts';

/** Longest Wait inside a chunk; after it the chunk checks whether the job was cancelled. */
const LONGEST_WAIT = 60 * SECOND;

/** How often the newest rows of a source are requested; ms. */
export const refreshEvery = ({ refreshEveryMs = 5 * MINUTE }: Pick<Source, 'refreshEveryMs'>): number =>
  refreshEveryMs;

/** Whole seconds until an instant: at least one, because an engine that rounds down would always come back too early. */
export const waitSecondsUntil = (until: number, now: number, longest = LONGEST_WAIT): number =>
  Math.min(Math.max(ceilTo(until - now, SECOND), SECOND), longest) / SECOND;

/** A report first recounts days with deleted rows, for at most this long, ms. The schedules do the rest. */
export const RECOUNT_PATIENCE = 10 * SECOND;
