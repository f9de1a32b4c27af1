import { describeError } from '../../core/errors/errors.ts';
import {
  CLOCK_WARNS,
  type ClockChecks,
  type ClockReading,
  describeOffset,
} from '../../core/series/clock-offset.ts';
import { MINUTE } from '../../core/time/time.ts';

/** A clock that stays wrong is noted again after this long, so an older note says nothing of now. */
const NOTED_EVERY = 10 * MINUTE;

export interface ClockWatchOptions {
  readonly checks: () => ClockChecks;
  readonly warn: (message: string) => void;
}

/**
 * Notes each venue whose clock is more than half a minute from ours, and that it no longer is. Answers of a right clock cost
 * nothing.
 */
export function clockWatch({ checks, warn }: ClockWatchOptions): (reading: ClockReading) => void {
  const wrong = new Map<string, number>();
  const note = (reading: ClockReading): void => {
    checks()
      .note(reading)
      .catch((error: unknown) => warn(`the clock's state was not noted: ${describeError(error)}`));
  };
  return (reading) => {
    const { venue, aheadMs, at } = reading;
    if (Math.abs(aheadMs) <= CLOCK_WARNS) {
      if (wrong.delete(venue)) note(reading);
      return;
    }
    const noted = wrong.get(venue);
    if (noted !== undefined && Math.abs(at - noted) < NOTED_EVERY) return;
    wrong.set(venue, at);
    warn(`our clock is ${describeOffset(aheadMs)} that of ${venue}: set it, see the runbook, "Wrong clock"`);
    note(reading);
  };
}
