import type { PassingTime } from './passing-time.ts';

/** A clock that stands still but for the pauses of the program and what a test skips: the same run each time. */
export function standingTime(start: number): PassingTime {
  let now = start;
  const skip = (ms: number): void => {
    // A clock returns whole milliseconds, even if a backoff has fractions.
    now += Math.ceil(ms);
  };
  return { clock: () => now, skip, sleep: async (ms) => skip(ms) };
}
