import { setImmediate as turn } from 'node:timers/promises';
import type { Clock } from '../../functions/core/time/time.ts';

export interface PassingTime {
  readonly clock: Clock;
  /** advances the clock */
  skip(ms: number): void;
  /** returns at once and advances the clock by the pause */
  sleep(ms: number): Promise<void>;
}

/** A running clock that skips each pause of the program. The host and its venues share it. */
export function passingTime(start = Date.now()): PassingTime {
  let offset = start - Date.now();
  // A clock returns whole milliseconds, even if a backoff has fractions.
  const skip = (ms: number): void => {
    offset += Math.ceil(ms);
  };
  return {
    clock: () => Date.now() + offset,
    skip,
    async sleep(ms) {
      skip(ms);
      // Yields to the event loop, as a timer would.
      await turn();
    },
  };
}
