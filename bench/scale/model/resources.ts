import { ASSUMED } from '../../../functions/core/costs/assumptions.ts';
import { LIMIT_SHARE } from '../../../functions/core/series/venue.ts';
import { TAKEN } from './assumptions.ts';
import { Sharing, TokenBucket, Windows } from './capacity.ts';
import { encode, type Lane } from './lane.ts';
import { QUOTAS } from './quotas.ts';
import type { Setup } from './setup.ts';
import type { Workload } from './workload.ts';

/** Where the time of a job's lanes goes; lane-seconds. Idle lanes at the end of a wave are the rest. */
export interface LaneTime {
  /** the fetcher's own: it loads, parses, encodes */
  own: number;
  database: number;
  /** until the next window of the venue's limit */
  venue: number;
  /** until an execution is free */
  lambda: number;
  network: number;
  /** for the job table */
  table: number;
  planning: number;
}

/** Everything that is limited, and how much of it was used. */
export class Resources {
  readonly setup: Setup;
  readonly lanes: LaneTime = {
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
  /** the most of each that was in use at once */
  readonly peak = { lanes: 0, lambda: 0, connections: 0 };
  #lanesBusy = 0;
  /** seconds of calls, and how many there were */
  fetchSeconds = 0;
  calls = 0;
  otherCalls = 0;
  /** through the NAT gateway, both ways */
  bytes = 0;

  constructor({ orders, family }: Workload, setup: Setup) {
    this.setup = setup;
    this.shards = Array.from({ length: setup.shards }, () => new Sharing(setup.storedPerSecond));
    this.#sessions = new Int32Array(setup.shards);
    const addresses = family ? setup.addresses : 0;
    this.windows = Array.from({ length: addresses }, () => new Windows(family!, LIMIT_SHARE));
    this.jobTables = orders.map(() => new TokenBucket(QUOTAS.partitionWrites.value));
    this.#network = new TokenBucket(setup.addresses * QUOTAS.natBandwidth.value);
  }

  /** Lambda counts everything that runs. What is reserved for fetchers no other function gets. */
  isFree(who: 'fetcher' | 'other'): boolean {
    const { concurrency, reserved } = this.setup;
    if (reserved === undefined) return this.#fetchers + this.#others < concurrency;
    return who === 'fetcher' ? this.#fetchers < reserved : this.#others < concurrency - reserved;
  }

  /** A function other than a fetcher begins (1) or ends (-1). */
  other(change: 1 | -1): void {
    this.#others += change;
    if (change === 1) this.otherCalls += 1;
    this.#notePeak();
  }

  /** A lane takes a chunk (1) or is free again (-1). */
  lane(change: 1 | -1): void {
    this.#lanesBusy += change;
    this.peak.lanes = Math.max(this.peak.lanes, this.#lanesBusy);
  }

  #notePeak(): void {
    this.peak.lambda = Math.max(this.peak.lambda, this.#fetchers + this.#others);
  }

  /** @returns when the job table has taken this many writes of a job's partition */
  write(job: number, writes: number, now: number): number {
    return Math.max(this.jobTables[job]!.reserve(writes, now), this.#table.reserve(writes, now));
  }

  /** A fetcher's call begins. @returns when it can work; undefined when the database has no session left for it */
  open(lane: Lane, writes: number, now: number): number | undefined {
    this.calls += 1;
    let ready = this.write(lane.job, writes, now);
    this.lanes.table += ready - now;
    if (++this.#fetchers > this.#environments) {
      this.#environments += 1;
      const cold = Math.max(ready, this.#scaling.reserve(1, now)) + TAKEN.coldSeconds;
      this.lanes.lambda += cold - ready;
      ready = cold;
    }
    lane.begun = now;
    lane.calling = true;
    this.#sessions[lane.shard]! += TAKEN.connectionsPerFetcher;
    this.#notePeak();
    if (this.#sessions[lane.shard]! > this.setup.maxConnections) return undefined;
    this.peak.connections = Math.max(this.peak.connections, this.#sessions[lane.shard]!);
    return ready;
  }

  /** A call is over, however it ended. What it did not commit is lost. */
  close(lane: Lane, now: number): void {
    if (!lane.calling) return;
    if (lane.ticket >= 0) this.shards[lane.shard]!.abandon(lane.ticket, now);
    this.leave(lane, now);
    lane.calling = false;
    lane.turn += 1;
    this.#fetchers -= 1;
    this.#sessions[lane.shard]! -= TAKEN.connectionsPerFetcher;
    this.fetchSeconds += now - lane.begun;
  }

  /** A page comes in and goes on to the database, both through the NAT gateway. @returns when it is parsed */
  load({ rowsInHand }: Lane, seconds: number, now: number): number {
    const bytes = rowsInHand * (ASSUMED.bytesPerRowIn + ASSUMED.bytesPerRowOut);
    this.bytes += bytes;
    const through = this.#network.reserve(bytes, now);
    this.lanes.own += seconds;
    this.lanes.network += through - now;
    return through + seconds;
  }

  /** The page waits for its share of the database. */
  enter(lane: Lane, now: number): void {
    lane.ticket = encode(0, lane.index, ++this.#tickets);
    lane.entered = now;
    this.shards[lane.shard]!.enter(lane.ticket, lane.rowsInHand, now);
  }

  leave(lane: Lane, now: number): void {
    if (lane.ticket >= 0) this.lanes.database += now - lane.entered;
    lane.ticket = -1;
  }

  /** the database whose next session is done first */
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
