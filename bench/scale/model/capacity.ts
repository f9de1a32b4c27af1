import type { LimitFamily } from '../../../functions/core/series/venue.ts';
import { floorTo } from '../../../functions/core/time/time.ts';
import { EventQueue } from './event-queue.ts';

/** A limit by the second with a burst, like AWS's token buckets. Requests are served in order. Seconds. */
export class TokenBucket {
  readonly rate: number;
  readonly burst: number;
  #level: number;
  #at = 0;
  taken = 0;

  constructor(rate: number, burst = rate) {
    this.rate = rate;
    this.burst = burst;
    this.#level = burst;
  }

  /** @returns when the last of `n` tokens is there; a level below zero is owed to those who wait */
  reserve(n: number, now: number): number {
    this.#level = Math.min(this.burst, this.#level + (now - this.#at) * this.rate) - n;
    this.#at = now;
    this.taken += n;
    return this.#level >= 0 ? now : now - this.#level / this.rate;
  }
}

/**
 * A server whose capacity is shared evenly, as a database's is by its sessions. All sessions are served at the same speed, so
 * each leaves once the common amount served has grown by the amount of its work.
 */
export class Sharing {
  readonly capacity: number;
  readonly #queue = new EventQueue();
  readonly #gone = new Set<number>();
  #served = 0;
  #at = 0;
  /** the number of sessions */
  inside = 0;
  /** when the next session is done, if none comes or goes before; Infinity when there is none */
  next = Number.POSITIVE_INFINITY;

  constructor(capacity: number) {
    this.capacity = capacity;
  }

  /** @param ticket must not be inside already */
  enter(ticket: number, work: number, now: number): void {
    this.#advance(now);
    this.#queue.push(this.#served + work, ticket);
    this.inside += 1;
    this.#foresee();
  }

  /** A session leaves before its work is done, and the work is lost. */
  abandon(ticket: number, now: number): void {
    this.#advance(now);
    this.#gone.add(ticket);
    this.inside -= 1;
    this.#foresee();
  }

  /** The session that is done at `next` leaves. @returns its ticket */
  leave(): number {
    const at = this.next;
    const ticket = this.#queue.pop();
    this.#served = Math.max(this.#served, this.#queue.now);
    this.#at = at;
    this.inside -= 1;
    this.#foresee();
    return ticket;
  }

  #advance(now: number): void {
    if (this.inside > 0) this.#served += ((now - this.#at) * this.capacity) / this.inside;
    this.#at = now;
  }

  #foresee(): void {
    while (this.#gone.size > 0 && this.#queue.size > 0 && this.#gone.has(this.#queue.first)) {
      this.#gone.delete(this.#queue.pop());
    }
    const left = Math.max(this.#queue.next - this.#served, 0);
    this.next =
      this.inside === 0 ? Number.POSITIVE_INFINITY : this.#at + (left * this.inside) / this.capacity;
  }
}

/** The windows of one family at one egress address, as the product's rate budget gives them out. Seconds. */
export class Windows {
  readonly windowSeconds: number;
  readonly cap: number;
  #window = -1;
  #used = 0;
  taken = 0;

  constructor(family: LimitFamily, share: number) {
    this.windowSeconds = family.windowMs / 1_000;
    this.cap = Math.floor(family.limit * share);
  }

  /** @returns how many requests of this weight fit into the window, at most `wanted` */
  take(wanted: number, weight: number, now: number): number {
    const window = floorTo(now, this.windowSeconds);
    if (window !== this.#window) {
      this.#window = window;
      this.#used = 0;
    }
    const granted = Math.min(wanted, Math.floor((this.cap - this.#used) / weight));
    this.#used += granted * weight;
    this.taken += granted * weight;
    return granted;
  }

  /** The venue's clock is known to the second: a second into the next window is surely in it. */
  turnsAfter(now: number): number {
    return floorTo(now, this.windowSeconds) + this.windowSeconds + 1;
  }
}
