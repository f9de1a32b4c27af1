import type { LimitFamily } from '../series/venue.ts';

/** Nobody sends anything to a scope (a limit family or a venue) before `until`; epoch ms of our clock. */
export interface Cooldown {
  readonly until: number;
  readonly why: string;
}

/** The counters of all workers behind one address. Each change is one conditional write. Throws as the stores do. */
export interface BudgetItems {
  /** Adds to a window's counter. @returns the counter after it; undefined: there is no room for `size` more */
  reserve(family: LimitFamily, window: number, size: number, cap: number): Promise<number | undefined>;
  /** Lifts a window's counter to what the venue counted, if that is more. */
  raise(family: LimitFamily, window: number, used: number): Promise<void>;
  /**
   * Takes the next moment at which a paced family may be used; moments are `spacingMs` apart, for all workers together.
   * @param now epoch ms of our clock
   * @param latest a later moment is not taken
   * @returns undefined when so many wait already that it would be later
   */
  takeMoment(family: LimitFamily, now: number, latest: number): Promise<number | undefined>;
  readCooldown(scope: string): Promise<Cooldown | undefined>;
  /** @returns false when a longer cooldown is in force already */
  writeCooldown(scope: string, cooldown: Cooldown): Promise<boolean>;
}
