import type { Clock } from '../../functions/core/time/time.ts';

/** A budget counted per egress address in windows of the simulated clock (clock minute, not sliding). */
export interface LimitSpec {
  /** unique, such as `binance-spot` */
  readonly id: string;
  readonly limit: number;
  readonly windowMs: number;
  /** counted over the last `windowMs` before each request, whenever that is, instead of in windows of the clock */
  readonly sliding?: true;
}

export interface Spent {
  readonly allowed: boolean;
  /** in this window, this request included */
  readonly used: number;
  readonly limit: number;
  /** epoch ms of the next window */
  readonly resetAt: number;
}

interface Counter {
  window: number;
  used: number;
}

interface Ban {
  until: number;
  level: number;
  strikes: number;
  window: number;
}

/** Counters and bans of one running simulator. */
export class Limiter {
  readonly #clock: Clock;
  readonly #specs = new Map<string, LimitSpec>();
  readonly #counters = new Map<string, Counter>();
  readonly #recent = new Map<string, { readonly at: number; readonly cost: number }[]>();
  readonly #bans = new Map<string, Ban>();

  readonly #isHeld: () => boolean;

  /** @param isHeld whether the clock is held: no time passes then, so sliding windows do not limit */
  constructor(clock: Clock, isHeld: () => boolean = () => false) {
    this.#clock = clock;
    this.#isHeld = isHeld;
  }

  declare(spec: LimitSpec): void {
    this.#specs.set(spec.id, spec);
  }

  /** Changes a declared limit. @throws RangeError when no module declared it */
  override(id: string, limit: number): void {
    this.#specs.set(id, { ...this.spec(id), limit });
  }

  spec(id: string): LimitSpec {
    const spec = this.#specs.get(id);
    if (!spec)
      throw new RangeError(`limit ${id} is not declared; known: ${[...this.#specs.keys()].join(', ')}`);
    return spec;
  }

  /** Counts a request; refused ones count too. */
  take(id: string, ip: string, cost: number): Spent {
    const spec = this.spec(id);
    if (spec.sliding) return this.#takeSliding(spec, `${id} ${ip}`, cost);
    const window = Math.floor(this.#clock() / spec.windowMs);
    const key = `${id} ${ip}`;
    let counter = this.#counters.get(key);
    if (counter?.window !== window) {
      counter = { window, used: 0 };
      this.#counters.set(key, counter);
    }
    counter.used += cost;
    const resetAt = (window + 1) * spec.windowMs;
    return { allowed: counter.used <= spec.limit, used: counter.used, limit: spec.limit, resetAt };
  }

  #takeSliding({ limit, windowMs }: LimitSpec, key: string, cost: number): Spent {
    const now = this.#clock();
    const recent = (this.#recent.get(key) ?? []).filter(({ at }) => at > now - windowMs && at <= now);
    recent.push({ at: now, cost });
    this.#recent.set(key, recent);
    const used = recent.reduce((sum, one) => sum + one.cost, 0);
    return { allowed: used <= limit || this.#isHeld(), used, limit, resetAt: recent[0]!.at + windowMs };
  }

  /** Used so far, counting nothing. */
  used(id: string, ip: string): number {
    const counter = this.#counters.get(`${id} ${ip}`);
    const window = Math.floor(this.#clock() / this.spec(id).windowMs);
    return counter?.window === window ? counter.used : 0;
  }

  /** Epoch ms until which the address is banned from the scope; undefined: it is not. */
  bannedUntil(scope: string, ip: string): number | undefined {
    const ban = this.#bans.get(`${scope} ${ip}`);
    return ban && ban.until > this.#clock() ? ban.until : undefined;
  }

  /**
   * A call made while over the limit. More than `grace` of them in one window start a ban; each further ban takes the
   * next length.
   * @param lengths ban lengths in ms, the last one repeats
   * @param window which window: `resetAt` of the refused charge; without it strikes add up forever
   * @returns epoch ms of the ban's end when this strike started one
   */
  strike(
    scope: string,
    ip: string,
    lengths: readonly number[],
    grace: number,
    window = 0,
  ): number | undefined {
    const key = `${scope} ${ip}`;
    const ban = this.#bans.get(key) ?? { until: 0, level: 0, strikes: 0, window };
    this.#bans.set(key, ban);
    ban.strikes = ban.window === window ? ban.strikes + 1 : 1;
    ban.window = window;
    if (ban.strikes <= grace) return undefined;
    ban.until = this.#clock() + (lengths[Math.min(ban.level, lengths.length - 1)] ?? 0);
    ban.level += 1;
    ban.strikes = 0;
    return ban.until;
  }

  /** A call made during a ban: the ban restarts with its present length or more. */
  prolong(scope: string, ip: string, lengths: readonly number[]): number {
    const ban = this.#bans.get(`${scope} ${ip}`);
    if (!ban) throw new RangeError(`${ip} is not banned from ${scope}`);
    const length = lengths[Math.min(Math.max(0, ban.level - 1), lengths.length - 1)] ?? 0;
    ban.until = Math.max(ban.until, this.#clock() + length);
    return ban.until;
  }

  reset(): void {
    this.#counters.clear();
    this.#recent.clear();
    this.#bans.clear();
  }

  state(): { limits: LimitSpec[]; used: Record<string, number>; bans: Record<string, number> } {
    const now = this.#clock();
    const used: Record<string, number> = {};
    for (const [key, counter] of this.#counters) {
      const { windowMs } = this.spec(key.slice(0, key.indexOf(' ')));
      if (counter.window === Math.floor(now / windowMs)) used[key] = counter.used;
    }
    const bans = [...this.#bans].filter(([, ban]) => ban.until > now).map(([key, ban]) => [key, ban.until]);
    return { limits: [...this.#specs.values()], used, bans: Object.fromEntries(bans) };
  }
}
