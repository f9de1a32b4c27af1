import type { LimitFamily } from '../series/venue.ts';

/** No request goes to a scope (a limit family or a venue) before `until`; epoch ms of our clock. */
export interface Cooldown {
  readonly until: number;
  readonly why: string;
}

/** The counters of all workers behind one address. Each change is one conditional write. Throws as the stores do. */
export interface BudgetItems {
  /** Adds to a window's counter. @returns the counter after it; undefined: there is no room for `size` more */
  reserve(family: LimitFamily, window: number, size: number, cap: number): Promise<number | undefined>;
  /** Raises a window's counter to what the venue counted, if that is more. */
  raise(family: LimitFamily, window: number, used: number): Promise<void>;
  /**
   * Takes the next moment at which a paced family may be used; moments are `spacingMs` apart, for all workers together.
   * @param now epoch ms of our clock
   * @param latest a later moment is not taken
   * @returns undefined when the queue is already longer than that
   */
  takeMoment(family: LimitFamily, now: number, latest: number): Promise<number | undefined>;
  /** The last cooldown of a scope, also one that is over; undefined: there was none. */
  readCooldown(scope: string): Promise<Cooldown | undefined>;
  /** @returns false when a longer cooldown is in force */
  writeCooldown(scope: string, cooldown: Cooldown): Promise<boolean>;
}
