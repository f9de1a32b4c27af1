import type { Clock } from '../../functions/core/time/time.ts';

/** The simulated clock: the base clock, shifted, or held at an instant. */
export class SimClock {
  readonly #base: Clock;
  #offset = 0;
  #held: number | undefined;

  constructor(base: Clock) {
    this.#base = base;
  }

  readonly now: Clock = () => this.#held ?? this.#base() + this.#offset;

  /** whether the clock is held */
  readonly isHeld = (): boolean => this.#held !== undefined;

  /** Holds the clock at an instant. */
  hold(at: number): void {
    this.#held = at;
  }

  /** Lets the clock run from an instant on. */
  set(at: number): void {
    this.#held = undefined;
    this.#offset = at - this.#base();
  }

  /** Lets the clock run, shifted against its base. */
  shift(offsetMs: number): void {
    this.#held = undefined;
    this.#offset = offsetMs;
  }

  /** Moves the clock, held or running. */
  advance(ms: number): void {
    if (this.#held === undefined) this.#offset += ms;
    else this.#held += ms;
  }
}
