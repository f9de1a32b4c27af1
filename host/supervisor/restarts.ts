import { MINUTE, SECOND } from '../../functions/core/time/time.ts';

const LONGEST_PAUSE = MINUTE;
/** What ran for this long did not end for the reason that ended it before. */
const RECOVERED = 10 * MINUTE;

/** When a part that ended is started again: at once, and ever later while it keeps ending. */
export class Restarts {
  #inARow = 0;

  /** @param ranMs how long it ran. @returns the pause before its next start, ms */
  pauseAfter(ranMs: number): number {
    if (ranMs >= RECOVERED) this.#inARow = 0;
    const pause = this.#inARow === 0 ? 0 : Math.min(SECOND * 2 ** (this.#inARow - 1), LONGEST_PAUSE);
    this.#inARow += 1;
    return pause;
  }
}
