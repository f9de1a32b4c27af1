import { CLOCK_WARNS, type ClockChecks, type ClockReading } from '../../series/clock-offset.ts';
import { type Clock, HOUR } from '../../time/time.ts';

/** What the last hour showed of this machine's clock; null: nothing that matters. */
export async function readClock({
  clockChecks,
  clock,
}: {
  readonly clockChecks: ClockChecks;
  readonly clock: Clock;
}): Promise<(ClockReading & { readonly ok: boolean }) | null> {
  const last = await clockChecks.last();
  // One that was set since has another idea of when that was.
  if (!last || Math.abs(clock() - last.at) >= HOUR) return null;
  return { ...last, ok: Math.abs(last.aheadMs) <= CLOCK_WARNS };
}
