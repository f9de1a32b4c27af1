import { GordonError } from '../errors/errors.ts';
import { MINUTE, SECOND } from '../time/time.ts';

/** A clock that is further from a venue's is worth a warning; ms. */
export const CLOCK_WARNS = 30 * SECOND;
/** A clock that is further from a venue's takes no snapshots; ms. */
const CLOCK_STOPS = 5 * MINUTE;

/** What an answer of a venue showed of our clock. */
export interface ClockReading {
  /** id of the venue */
  readonly venue: string;
  /** how far our clock is ahead of the venue's, at least; negative: behind. ms */
  readonly aheadMs: number;
  /** epoch ms of our clock */
  readonly at: number;
}

/** The last reading that mattered, in the job table. */
export interface ClockChecks {
  note(reading: ClockReading): Promise<void>;
  last(): Promise<ClockReading | undefined>;
}

/**
 * How far our clock is ahead of one that stated `stated`, at least; negative: behind. Between request and answer any time may be
 * the stated one, and a `Date` header has whole seconds; ms.
 */
export function clockOffset(stated: number, sentAt: number, answeredAt: number): number {
  const ahead = sentAt - (stated + SECOND);
  if (ahead > 0) return ahead;
  return Math.min(0, answeredAt - stated);
}

/** @throws GordonError `clock-wrong` where our clock is too far from the venue's for either to date anything */
export function refuseWrongClock(subject: string, aheadMs: number): void {
  if (Math.abs(aheadMs) <= CLOCK_STOPS) return;
  throw new GordonError({
    code: 'clock-wrong',
    subject,
    message: `our clock is ${describeOffset(aheadMs)} the venue's; no snapshot is taken.`,
  });
}

/** Such as `412 s ahead of`. */
export const describeOffset = (aheadMs: number): string =>
  `${Math.round(Math.abs(aheadMs) / SECOND)} s ${aheadMs > 0 ? 'ahead of' : 'behind'}`;
