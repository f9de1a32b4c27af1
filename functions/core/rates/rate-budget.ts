import { BudgetExhausted, GordonError } from '../errors/errors.ts';
import type { RateBudget } from '../fetch/ports.ts';
import { LIMIT_SHARE, type LimitFamily } from '../series/venue.ts';
import { type Clock, floorTo, iso, SECOND } from '../time/time.ts';
import type { BudgetItems, Cooldown } from './ports.ts';

/** A worker takes this part of the limit from the table at once and spends it on its own: one write for 50 requests. */
const LEASES_PER_LIMIT = 60;

/** How long a worker may not notice that another one started a cooldown. */
const COOLDOWN_SEEN_AFTER = SECOND;

/** A worker itself waits this long for a moment of a paced family. The state machine does longer waits, which cost nothing. */
const LONGEST_WAIT = 5 * SECOND;

export interface BudgetOptions {
  readonly items: BudgetItems;
  readonly clock: Clock;
  readonly sleep: (ms: number) => Promise<unknown>;
}

interface Lease {
  /** epoch ms of the venue's clock at which the window began */
  readonly window: number;
  /** taken from the table and not yet spent */
  left: number;
  /** what the table's counter is known to have reached */
  known: number;
  /** the smallest weight that the table refused in this window */
  refused: number;
}

/**
 * Budgets as counters that all workers share, one for each window, raised by conditional writes, so that all workers together never
 * exceed the limit. What a worker leased and did not spend expires with the window.
 */
export function createLeasedBudget({ items, clock, sleep }: BudgetOptions): RateBudget {
  const leases = new Map<string, Lease>();
  const turns = new Map<string, Promise<void>>();
  const cooldowns = new Map<
    string,
    { readonly seenAt: number; readonly cooldown: Promise<Cooldown | undefined> }
  >();
  /** the venue's clock minus ours in ms, as of the last answer */
  let ahead = 0;

  async function refuseCoolingDown(scope: string): Promise<void> {
    const now = clock();
    let seen = cooldowns.get(scope);
    if (!seen || Math.abs(now - seen.seenAt) >= COOLDOWN_SEEN_AFTER) {
      seen = { seenAt: now, cooldown: items.readCooldown(scope) };
      cooldowns.set(scope, seen);
    }
    const cooldown = await seen.cooldown.catch((error: unknown) => {
      // A failed read must not be cached.
      cooldowns.delete(scope);
      throw error;
    });
    if (cooldown && cooldown.until > now) throw new BudgetExhausted(scope, cooldown.until, cooldown.why);
  }

  /** Runs work of a family one after the other: ten requests at once lease once, not ten times. */
  async function oneAtATime(family: LimitFamily, work: () => Promise<void>): Promise<void> {
    const before = turns.get(family.id) ?? Promise.resolve();
    const mine = before.then(work);
    // The next caller must not fail because of this one's error, which this caller receives itself.
    turns.set(
      family.id,
      mine.catch(() => undefined),
    );
    await mine;
  }

  function leaseAt(family: LimitFamily, at: number): Lease {
    const window = floorTo(at, family.windowMs);
    const held = leases.get(family.id);
    // `Date` headers have whole seconds, so near the turn of a window the venue's clock seems to step back into the last one.
    if (held && (held.window === window || held.window === window + family.windowMs)) return held;
    const fresh: Lease = { window, left: 0, known: 0, refused: Number.POSITIVE_INFINITY };
    leases.set(family.id, fresh);
    return fresh;
  }

  async function spend(family: LimitFamily, weight: number): Promise<void> {
    const cap = capOf(family);
    if (weight > cap) throw tooHeavy(family, weight, cap);
    const lease = leaseAt(family, clock() + ahead);
    // Where no whole lease is left, there may still be enough for this one request.
    const sizes = new Set([Math.max(weight, stepOf(family)), weight - lease.left]);
    for (const size of sizes) {
      if (lease.left >= weight || size >= lease.refused) continue;
      const counter = await items.reserve(family, lease.window, size, cap);
      if (counter === undefined) lease.refused = Math.min(lease.refused, size);
      else Object.assign(lease, { left: lease.left + size, known: counter });
    }
    if (lease.left < weight) {
      // The venue's clock is known to the second: a second later is surely in its next window.
      const until = lease.window + family.windowMs - ahead + SECOND;
      throw new BudgetExhausted(family.id, until, `the budget of ${cap} until ${iso(until)} is spent`);
    }
    lease.left -= weight;
  }

  /** Waits for the family's next moment, which this worker alone has. */
  async function pace(family: LimitFamily): Promise<void> {
    const now = clock();
    const latest = now + LONGEST_WAIT;
    const moment = await items.takeMoment(family, now, latest);
    if (moment === undefined) {
      throw new BudgetExhausted(
        family.id,
        latest,
        `requests wait for more than ${LONGEST_WAIT / SECOND} s already`,
      );
    }
    // Taking the moment has itself used up time.
    const early = moment - clock();
    if (early > 0) await sleep(early);
    // Another worker may have been refused in the meantime.
    await refuseCoolingDown(family.id);
  }

  return {
    async take(venue, family, weight) {
      await Promise.all([refuseCoolingDown(venue), ...(family ? [refuseCoolingDown(family.id)] : [])]);
      if (!family) return;
      await oneAtATime(family, () => spend(family, weight));
      if (family.spacingMs) await pace(family);
    },

    async observe(family, used, asOf) {
      ahead = asOf - clock();
      const window = floorTo(asOf, family.windowMs);
      // Near the turn of a window an answer may still carry the last window's count, which would spoil the whole new one.
      if (asOf - window < SECOND || (leases.get(family.id)?.window ?? 0) > window) return;
      const lease = leaseAt(family, asOf);
      // The venue cannot know what this worker leased and has not spent.
      const counter = used + lease.left;
      if (used >= capOf(family)) lease.left = 0;
      // Workers' leases make the counter run ahead of the venue's; only a real surplus is worth a write.
      if (counter < lease.known + stepOf(family)) return;
      lease.known = counter;
      await items.raise(family, lease.window, counter);
    },

    async coolDown(scope, until, why) {
      cooldowns.set(scope, { seenAt: clock(), cooldown: Promise.resolve({ until, why }) });
      const longest = await items.writeCooldown(scope, { until, why });
      if (!longest) cooldowns.delete(scope);
    },
  };
}

const capOf = (family: LimitFamily): number => Math.max(Math.floor(family.limit * LIMIT_SHARE), 1);

const stepOf = (family: LimitFamily): number => Math.ceil(family.limit / LEASES_PER_LIMIT);

const tooHeavy = (family: LimitFamily, weight: number, cap: number): GordonError =>
  new GordonError({
    code: 'request-too-heavy',
    subject: family.id,
    message: `one request of weight ${weight} is more than the ${cap} of a whole window.`,
  });
