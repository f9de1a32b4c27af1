import { setImmediate as turn } from 'node:timers/promises';
import type { Clock } from '../../functions/core/time/time.ts';

export interface PassingTime {
  readonly clock: Clock;
  /** moves the clock on */
  skip(ms: number): void;
  /** what the program would wait for has passed at once: the clock of all is that much further */
  sleep(ms: number): Promise<void>;
}

/** A clock that runs, and jumps over each pause that the program makes; the host and its venues share it. */
export function passingTime(start = Date.now()): PassingTime {
  let offset = start - Date.now();
  // A clock tells whole milliseconds, whatever fraction a backoff draws.
  const skip = (ms: number): void => {
    offset += Math.ceil(ms);
  };
  return {
    clock: () => Date.now() + offset,
    skip,
    async sleep(ms) {
      skip(ms);
      // As after a timer, others had their turn.
      await turn();
    },
  };
}
