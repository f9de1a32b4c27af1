import { ASSUMED } from '../../functions/core/costs/assumptions.ts';
import { KEPT_INSIDE, TAKEN } from './assumptions.ts';
import { QUOTAS } from './quotas.ts';
import { Sharing, TokenBucket, Windows } from './resources.ts';
import { type LaneTime, RESOURCES, type Resource, type Setup } from './setup.ts';
import { encode, type Slot } from './slot.ts';
import { Timeline } from './timeline.ts';
import type { Workload } from './workload.ts';

export const USES = Object.fromEntries(RESOURCES.map((name, i) => [name, i])) as Record<Resource, number>;

/** All that is limited, and what was used of it. */
export class Resources {
  readonly setup: Setup;
  readonly timeline = new Timeline<Resource>(RESOURCES);
  readonly lanes: Omit<LaneTime, 'idle'> = {
    own: 0,
    database: 0,
    venue: 0,
    lambda: 0,
    network: 0,
    table: 0,
    planning: 0,
  };
  readonly shards: readonly Sharing[];
  readonly windows: readonly Windows[];
  /** a job and its chunks share a partition */
  readonly jobTables: readonly TokenBucket[];
  readonly children = new TokenBucket(QUOTAS.startExpress.value);
  readonly #table = new TokenBucket(QUOTAS.tableWritesAtFirst.value);
  readonly #scaling = new TokenBucket(QUOTAS.lambdaScaling.value, 10 * QUOTAS.lambdaScaling.value);
  readonly #network: TokenBucket;
  readonly #sessions: Int32Array;
  #tickets = 0;
  #fetchers = 0;
  #others = 0;
  #environments = 0;
  /** seconds of calls, and how many there were */
  fetchSeconds = 0;
  calls = 0;
  otherCalls = 0;

  constructor({ orders, family }: Workload, setup: Setup) {
    this.setup = setup;
    this.shards = Array.from({ length: setup.shards }, () => new Sharing(setup.storedPerSecond));
    this.#sessions = new Int32Array(setup.shards);
    const addresses = family ? setup.addresses : 0;
    this.windows = Array.from({ length: addresses }, () => new Windows(family!, KEPT_INSIDE.share));
    this.jobTables = orders.map(() => new TokenBucket(QUOTAS.partitionWrites.value));
    this.#network = new TokenBucket(setup.addresses * QUOTAS.natBandwidth.value);
  }

  /** Lambda counts whatever runs; what is kept for fetchers nobody else gets. */
  isFree(who: 'fetcher' | 'other'): boolean {
    const { concurrency, reserved } = this.setup;
    if (reserved === undefined) return this.#fetchers + this.#others < concurrency;
    return who === 'fetcher' ? this.#fetchers < reserved : this.#others < concurrency - reserved;
  }

  /** A function other than a fetcher begins (1) or ends (-1). */
  other(change: 1 | -1, now: number): void {
    this.#others += change;
    if (change === 1) this.otherCalls += 1;
    this.timeline.level(USES.lambda, change, now);
  }

  /** @returns when the job table took so many writes of a job's partition */
  write(job: number, writes: number, now: number): number {
    this.timeline.add(USES.tableWrites, writes, now);
    return Math.max(this.jobTables[job]!.reserve(writes, now), this.#table.reserve(writes, now));
  }

  /** A fetcher's call begins. @returns when it gets to work; undefined when the database has no session left for it */
  open(slot: Slot, writes: number, now: number): number | undefined {
    this.calls += 1;
    let ready = this.write(slot.job, writes, now);
    this.lanes.table += ready - now;
    if (++this.#fetchers > this.#environments) {
      this.#environments += 1;
      const cold = Math.max(ready, this.#scaling.reserve(1, now)) + TAKEN.coldSeconds;
      this.lanes.lambda += cold - ready;
      ready = cold;
    }
    slot.begun = now;
    slot.calling = true;
    this.#sessions[slot.shard]! += TAKEN.connectionsPerFetcher;
    this.timeline.level(USES.lambda, 1, now);
    this.timeline.level(USES.connections, TAKEN.connectionsPerFetcher, now);
    return this.#sessions[slot.shard]! > this.setup.maxConnections ? undefined : ready;
  }

  /** A call is over, however it ended: what it had not committed is lost. */
  close(slot: Slot, now: number): void {
    if (!slot.calling) return;
    if (slot.ticket >= 0) this.shards[slot.shard]!.abandon(slot.ticket, now);
    this.left(slot, now);
    slot.calling = false;
    slot.turn += 1;
    this.#fetchers -= 1;
    this.#sessions[slot.shard]! -= TAKEN.connectionsPerFetcher;
    this.fetchSeconds += now - slot.begun;
    this.timeline.level(USES.lambda, -1, now);
    this.timeline.level(USES.connections, -TAKEN.connectionsPerFetcher, now);
  }

  /** A page comes in and goes on to the database: both pass the NAT gateway where there is one. @returns when it is parsed */
  load({ rowsInHand }: Slot, seconds: number, now: number): number {
    const bytes = rowsInHand * (ASSUMED.bytesPerRowIn + ASSUMED.bytesPerRowOut);
    this.timeline.add(USES.bytes, bytes, now);
    const through = this.#network.reserve(bytes, now);
    this.lanes.own += seconds;
    this.lanes.network += through - now;
    return through + seconds;
  }

  /** The page waits for its share of the database. */
  enter(slot: Slot, now: number): void {
    slot.ticket = encode(0, slot.place, ++this.#tickets);
    slot.entered = now;
    this.shards[slot.shard]!.enter(slot.ticket, slot.rowsInHand, now);
  }

  left(slot: Slot, now: number): void {
    if (slot.ticket >= 0) this.lanes.database += now - slot.entered;
    slot.ticket = -1;
  }

  /** the database that is done first */
  get nextShard(): Sharing {
    let first = this.shards[0]!;
    for (const shard of this.shards) if (shard.next < first.next) first = shard;
    return first;
  }

  /** what a page takes at one database when all fetchers are there */
  secondsOfAPage(templates: Workload['templates']): number {
    const largest = Math.max(...templates.map(({ archiveRows }) => archiveRows));
    const sessions = Math.min(this.setup.lanes * this.jobTables.length, this.setup.concurrency);
    return (sessions * largest) / this.setup.storedPerSecond;
  }
}
