import { errorKind } from '../errors/error-codes.ts';
import { EMPTY_REASONS, type EmptyReason } from '../series/empty-reason.ts';

/** Why rows are missing that are not proven empty. */
export const GAP_CAUSES = [
  /** the venue or its file refused, broke or was damaged; the error and the request are recorded with it */
  'source-error',
  /** too young: the venue may not have published them yet */
  'not-yet-published',
  /** it was not requested, or our own database, job table or code failed: an audit orders it again */
  'ours',
] as const;
export type GapCause = (typeof GAP_CAUSES)[number];

/** Why rows are not there: the cause of a gap, or the reason of a proof of emptiness. */
export const CAUSES = [...GAP_CAUSES, ...EMPTY_REASONS] as const;
export type Cause = GapCause | EmptyReason;

/** @param code of the last error; undefined where nothing was requested. An unknown code is this program's own. */
export const gapCause = (code: string | undefined): GapCause =>
  code !== undefined && errorKind(code)?.origin === 'venue' ? 'source-error' : 'ours';
