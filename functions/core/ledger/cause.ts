import { errorKind } from '../errors/error-codes.ts';
import type { EmptyReason } from '../series/empty-reason.ts';

/** Why rows are missing that are not proven empty. */
export type GapCause =
  /** the venue or its file refused, broke or was damaged; the error and the request are recorded with it */
  | 'source-error'
  /** too young: the venue may not have published them yet */
  | 'not-yet-published'
  /** it was not requested, or our own database, job table or code failed: an audit orders it again */
  | 'ours';

/** Why rows are not there: the cause of a gap, or the reason of a proof of emptiness. */
export type Cause = GapCause | EmptyReason;

export const GAP_CAUSES = [
  'source-error',
  'not-yet-published',
  'ours',
] as const satisfies readonly GapCause[];

export const CAUSES = [
  ...GAP_CAUSES,
  ...([
    'pre-listing',
    'delisted',
    'venue-outage',
    'zero-trade',
    'source-expired',
    'not-published',
    'retired',
    'not-offered',
  ] as const),
] as const satisfies readonly Cause[];

/** @param code of the last error; undefined where nothing was requested. An unknown code is this program's own. */
export const gapCause = (code: string | undefined): GapCause =>
  code !== undefined && errorKind(code)?.origin === 'venue' ? 'source-error' : 'ours';
