import { fetchSeconds, KEPT_INSIDE, TAKEN, WRITES_PER_CALL } from './assumptions.ts';
import { CALL_SECONDS, CHILD_SECONDS, RETRIES, type Retry, waitBefore } from './definition.ts';
import { EventQueue } from './event-queue.ts';
import { JobRun } from './job-run.ts';
import { outcomeOf } from './outcome.ts';
import { planSeconds } from './planning.ts';
import { Resources, USES } from './plant.ts';
import { randomOf } from './random.ts';
import type { Outcome, Setup } from './setup.ts';
import { emptySlot, encode, KIND, kindOf, placeOf, type Slot, takeUp, turnOf } from './slot.ts';
import { emptyTally, type Tally } from './tally.ts';
import { shardsOf, type Workload } from './workload.ts';

/** Plays a workload in virtual time. Seconds. */
export const simulate = (workload: Workload, setup: Setup): Outcome => new Simulation(workload, setup).run();

class Simulation {
  readonly #work: Workload;
  readonly #plant: Resources;
  readonly #queue = new EventQueue();
  readonly #jobs: readonly JobRun[];
  readonly #shardOf: readonly Uint8Array[];
  readonly #slots: readonly Slot[];
  readonly #waves: { chunks: readonly number[]; next: number; running: number }[];
  readonly #planTries: number[];
  readonly #ended: number[];
  readonly #tally: Tally = emptyTally();
  readonly #random: () => number;
  /** whether there may be so many sessions that a page takes longer than a call may */
  readonly #mayTimeOut: boolean;

  constructor(workload: Workload, setup: Setup) {
    const { orders, templates, source } = workload;
    this.#work = workload;
    this.#plant = new Resources(workload, setup);
    this.#random = randomOf(setup.seed);
    this.#jobs = orders.map((order) => new JobRun(order, templates));
    this.#shardOf = orders.map((order) => shardsOf(order, source, setup.shards));
    const lanes = orders.flatMap((_, job) => new Array<number>(setup.lanes).fill(job));
    this.#slots = lanes.map((job, place) => emptySlot(place, job));
    this.#waves = orders.map(() => ({ chunks: [], next: 0, running: 0 }));
    this.#planTries = orders.map(() => 0);
    this.#ended = orders.map(() => 0);
    this.#mayTimeOut = this.#plant.secondsOfAPage(templates) > CALL_SECONDS / 3;
  }

  run(): Outcome {
    for (let job = 0; job < this.#jobs.length; job++) this.#queue.push(0, encode(KIND.plan, job));
    for (;;) {
      const shard = this.#plant.nextShard;
      const due = shard.next;
      if (due === Number.POSITIVE_INFINITY && this.#queue.size === 0) break;
      if (due <= this.#queue.next) this.#committed(this.#slots[placeOf(shard.leave())]!, due);
      else this.#handle(this.#queue.pop(), this.#queue.now);
    }
    return outcomeOf(this.#work, this.#plant, this.#jobs, this.#ended, this.#tally);
  }

  #handle(what: number, now: number): void {
    const kind = kindOf(what);
    if (kind === KIND.plan || kind === KIND.planned) {
      if (kind === KIND.plan) this.#plan(placeOf(what), now);
      else this.#planned(placeOf(what), now);
      return;
    }
    const slot = this.#slots[placeOf(what)]!;
    if (kind === KIND.expire) {
      this.#expire(slot, now);
      return;
    }
    if (turnOf(what) !== slot.turn) return;
    if (kind === KIND.call) this.#call(slot, now);
    else if (kind === KIND.step) this.#step(slot, now);
    else if (kind === KIND.arrive) this.#arrive(slot, now);
    else if (kind === KIND.timeout) this.#timeOut(slot, now);
    else this.#record(slot, now);
  }

  /** Lanes that begin together would else come to the database together for ever. */
  #about(seconds: number): number {
    return seconds * (0.7 + 0.6 * this.#random());
  }

  #later(slot: Slot, kind: number, when: number): void {
    this.#queue.push(when, encode(kind, slot.place, slot.turn));
  }

  #plan(job: number, now: number): void {
    const run = this.#jobs[job]!;
    if (!this.#plant.isFree('other')) {
      this.#planTries[job]! += 1;
      this.#tally.throttled += 1;
      const wait = waitBefore(RETRIES.planThrottled, this.#planTries[job]!);
      if (wait === undefined) this.#fail(job, 'failed: PlanWave was throttled', now);
      else this.#queue.push(now + wait, encode(KIND.plan, job));
      return;
    }
    this.#planTries[job] = 0;
    const chunks = run.plan() ?? [];
    const seconds = planSeconds(run.order.symbols.length, run.seen, chunks.length, run.wave === 1);
    const written = this.#plant.write(job, chunks.length, now);
    this.#plant.other(1, now);
    this.#tally.planSeconds += seconds;
    const ready = Math.max(now + seconds, written) + TAKEN.mapRunSeconds;
    this.#plant.lanes.planning += (ready - now) * this.#plant.setup.lanes;
    this.#waves[job] = { chunks, next: 0, running: 0 };
    this.#queue.push(ready, encode(KIND.planned, job));
  }

  #planned(job: number, now: number): void {
    this.#plant.other(-1, now);
    if (this.#jobs[job]!.ended !== undefined) {
      this.#ended[job] = now;
      return;
    }
    const { lanes } = this.#plant.setup;
    for (const slot of this.#slots.slice(job * lanes, (job + 1) * lanes)) this.#begin(slot, now);
  }

  /** A lane takes the wave's next chunk, if there is one. */
  #begin(slot: Slot, now: number): void {
    const wave = this.#waves[slot.job]!;
    if (wave.next === wave.chunks.length) return;
    const chunk = wave.chunks[wave.next++]!;
    wave.running += 1;
    const run = this.#jobs[slot.job]!;
    const { filed, pages } = run.leftOf(chunk);
    const series = run.order.series[chunk]!;
    const child = this.#plant.children.reserve(1, now);
    takeUp(slot, chunk, child);
    slot.filed = filed;
    slot.pages = pages;
    slot.shard = this.#shardOf[slot.job]![series]!;
    slot.address = (slot.job + series) % this.#plant.setup.addresses;
    this.#tally.children += 1;
    this.#plant.timeline.add(USES.children, 1, now);
    this.#plant.timeline.level(USES.lanes, 1, now);
    this.#later(slot, KIND.call, child);
    if (this.#mayTimeOut) this.#queue.push(child + CHILD_SECONDS, encode(KIND.expire, slot.place));
  }

  #call(slot: Slot, now: number): void {
    if (!this.#plant.isFree('fetcher')) {
      this.#tally.throttled += 1;
      this.#again(slot, RETRIES.fetchThrottled, 'lambdaTries', now);
      return;
    }
    if (slot.since < 0) slot.since = now;
    const ready = this.#plant.open(slot, WRITES_PER_CALL, now);
    if (ready === undefined) {
      this.#plant.close(slot, now);
      this.#again(slot, RETRIES.fetchStore, 'storeTries', now);
      return;
    }
    if (this.#mayTimeOut) this.#later(slot, KIND.timeout, now + CALL_SECONDS);
    if (ready > now) this.#later(slot, KIND.step, ready);
    else this.#step(slot, now);
  }

  /** The next page of a call: the archive's rows first, then as many pages as the venue's window has room for. */
  #step(slot: Slot, now: number): void {
    const template = this.#jobs[slot.job]!.templateOf(slot.chunk);
    if (!slot.filed) {
      slot.pagesInHand = 0;
      slot.rowsInHand = template.archiveRows;
      this.#tally.objects += template.objects;
      const seconds = this.#about(fetchSeconds(template.objects, template.archiveRows));
      this.#later(slot, KIND.arrive, this.#plant.load(slot, seconds, now));
      return;
    }
    const rowsPerPage = template.pageRows / template.pages;
    const pageSeconds = fetchSeconds(1, rowsPerPage);
    const room = Math.max(Math.ceil((KEPT_INSIDE.callBudget - (now - slot.begun)) / pageSeconds), 1);
    const windows = this.#plant.windows[slot.address]!;
    const pages = windows.take(Math.min(slot.pages, room), template.weight, now);
    if (pages === 0) {
      this.#awaitVenue(slot, windows.turnsAfter(now), now);
      return;
    }
    slot.pagesInHand = pages;
    slot.rowsInHand = pages * rowsPerPage;
    this.#tally.pages += pages;
    this.#plant.timeline.add(USES.weight, pages * template.weight, now);
    this.#later(slot, KIND.arrive, this.#plant.load(slot, this.#about(pages * pageSeconds), now));
  }

  #arrive(slot: Slot, now: number): void {
    if (slot.rowsInHand === 0) this.#committed(slot, now);
    else this.#plant.enter(slot, now);
  }

  #committed(slot: Slot, now: number): void {
    this.#plant.left(slot, now);
    this.#jobs[slot.job]!.rows += slot.rowsInHand;
    this.#plant.timeline.add(USES.rows, slot.rowsInHand, now);
    slot.pages -= slot.pagesInHand;
    slot.filed = true;
    if (slot.pages === 0) {
      this.#end(slot, 'done', now);
      return;
    }
    if (now - slot.begun < KEPT_INSIDE.callBudget) {
      this.#step(slot, now);
      return;
    }
    this.#plant.close(slot, now);
    if (now - slot.since < KEPT_INSIDE.waveBudget) this.#later(slot, KIND.call, now);
    else this.#end(slot, 'deferred', now);
  }

  #awaitVenue(slot: Slot, until: number, now: number): void {
    this.#plant.close(slot, now);
    if (until - slot.since > KEPT_INSIDE.waveBudget) {
      this.#end(slot, 'deferred', now);
      return;
    }
    const wait = Math.min(until - now, KEPT_INSIDE.longestWait);
    this.#plant.lanes.venue += wait;
    this.#later(slot, KIND.call, now + wait);
  }

  #timeOut(slot: Slot, now: number): void {
    this.#tally.timedOut += 1;
    this.#plant.close(slot, now);
    this.#again(slot, RETRIES.fetchTimedOut, 'lambdaTries', now);
  }

  #expire(slot: Slot, now: number): void {
    const isSameItem = slot.chunk >= 0 && slot.child + CHILD_SECONDS === now;
    // The map tolerates it: its chunk is still missing, and nobody noted why.
    if (isSameItem) this.#end(slot, 'failed', now);
  }

  #again(slot: Slot, retry: Retry, tries: 'lambdaTries' | 'storeTries', now: number): void {
    slot[tries] += 1;
    const wait = waitBefore(retry, slot[tries]);
    if (wait !== undefined) {
      this.#plant.lanes.lambda += wait;
      this.#later(slot, KIND.call, now + wait);
      return;
    }
    slot.lambdaTries = 0;
    this.#record(slot, now);
  }

  /** Noting a failure needs an execution too; without one the map item fails, and its chunk comes again all the same. */
  #record(slot: Slot, now: number): void {
    if (this.#plant.isFree('other')) {
      this.#plant.otherCalls += 1;
      this.#end(slot, 'failed', now);
      return;
    }
    this.#tally.throttled += 1;
    slot.lambdaTries += 1;
    const wait = waitBefore(RETRIES.recordThrottled, slot.lambdaTries);
    if (wait === undefined) {
      this.#end(slot, 'failed', now);
      return;
    }
    this.#plant.lanes.lambda += wait;
    this.#later(slot, KIND.record, now + wait);
  }

  #end(slot: Slot, how: 'done' | 'deferred' | 'failed', now: number): void {
    this.#plant.close(slot, now);
    const run = this.#jobs[slot.job]!;
    if (how === 'done') run.finish(slot.chunk);
    else run.giveBack(slot.chunk, { filed: slot.filed, pages: slot.pages }, how);
    if (how === 'deferred') this.#tally.deferred += 1;
    this.#leaveLane(slot, now);
    const wave = this.#waves[slot.job]!;
    wave.running -= 1;
    this.#begin(slot, now);
    if (wave.running === 0) this.#queue.push(now, encode(KIND.plan, slot.job));
  }

  #leaveLane(slot: Slot, now: number): void {
    this.#tally.childSeconds += now - slot.child;
    this.#plant.timeline.level(USES.lanes, -1, now);
    slot.chunk = -1;
    slot.turn += 1;
  }

  /** What no state foresaw: the map ends, and all that runs in it. */
  #fail(job: number, why: string, now: number): void {
    const run = this.#jobs[job]!;
    if (run.ended !== undefined) return;
    run.end(why);
    this.#ended[job] = now;
    for (const slot of this.#slots) {
      if (slot.job !== job || slot.chunk < 0) continue;
      this.#plant.close(slot, now);
      this.#leaveLane(slot, now);
    }
    this.#waves[job] = { chunks: [], next: 0, running: 0 };
  }
}
