import { CALL_BUDGET, WAVE_BUDGET } from '../../../functions/core/jobs/fetch-chunk.ts';
import { waitSecondsUntil } from '../../../functions/core/series/schedule.ts';
import { SECOND } from '../../../functions/core/time/time.ts';
import { streamOf, unit } from '../../../simulator/numbers/noise.ts';
import { fetchSeconds, planSeconds, TAKEN, WRITES_PER_CALL } from './assumptions.ts';
import { CALL_SECONDS, CHILD_SECONDS, RETRIES, type Retry, waitBefore } from './definition.ts';
import { EventQueue } from './event-queue.ts';
import { JobRun } from './job-run.ts';
import { beginChunk, createLane, encode, indexOf, KIND, kindOf, type Lane, turnOf } from './lane.ts';
import { emptyTally, type Outcome, summarize, type Tally } from './outcome.ts';
import { Resources } from './resources.ts';
import type { Setup } from './setup.ts';
import { shardsOf, type Workload } from './workload.ts';

const CALL_BUDGET_SECONDS = CALL_BUDGET / SECOND;
const WAVE_BUDGET_SECONDS = WAVE_BUDGET / SECOND;

/** Plays a workload in virtual time. Seconds. */
export const simulate = (workload: Workload, setup: Setup): Outcome => new Simulation(workload, setup).run();

class Simulation {
  readonly #work: Workload;
  readonly #resources: Resources;
  readonly #queue = new EventQueue();
  readonly #jobs: readonly JobRun[];
  readonly #shardOf: readonly Uint8Array[];
  readonly #lanes: readonly Lane[];
  readonly #waves: { chunks: readonly number[]; next: number; running: number }[];
  readonly #planTries: number[];
  readonly #ended: number[];
  readonly #tally: Tally = emptyTally();
  readonly #stream: number;
  #drawn = 0;
  /** whether enough sessions may exist for a page to take longer than a call may */
  readonly #mayTimeOut: boolean;

  constructor(workload: Workload, setup: Setup) {
    const { orders, templates, source } = workload;
    this.#work = workload;
    this.#resources = new Resources(workload, setup);
    this.#stream = streamOf(setup.seed, 'fetch times');
    this.#jobs = orders.map((order) => new JobRun(order, templates));
    this.#shardOf = orders.map((order) => shardsOf(order, source, setup.shards));
    const lanes = orders.flatMap((_, job) => new Array<number>(setup.lanes).fill(job));
    this.#lanes = lanes.map((job, index) => createLane(index, job));
    this.#waves = orders.map(() => ({ chunks: [], next: 0, running: 0 }));
    this.#planTries = orders.map(() => 0);
    this.#ended = orders.map(() => 0);
    this.#mayTimeOut = this.#resources.secondsOfAPage(templates) > CALL_SECONDS / 3;
  }

  run(): Outcome {
    for (let job = 0; job < this.#jobs.length; job++) this.#queue.push(0, encode(KIND.plan, job));
    for (;;) {
      const shard = this.#resources.nextShard;
      const due = shard.next;
      if (due === Number.POSITIVE_INFINITY && this.#queue.size === 0) break;
      if (due <= this.#queue.next) this.#committed(this.#lanes[indexOf(shard.leave())]!, due);
      else this.#handle(this.#queue.pop(), this.#queue.now);
    }
    return summarize(this.#work, this.#resources, this.#jobs, this.#ended, this.#tally);
  }

  #handle(what: number, now: number): void {
    const kind = kindOf(what);
    if (kind === KIND.plan || kind === KIND.planned) {
      if (kind === KIND.plan) this.#plan(indexOf(what), now);
      else this.#planned(indexOf(what), now);
      return;
    }
    const lane = this.#lanes[indexOf(what)]!;
    if (kind === KIND.expire) {
      this.#expire(lane, now);
      return;
    }
    if (turnOf(what) !== lane.turn) return;
    if (kind === KIND.call) this.#call(lane, now);
    else if (kind === KIND.step) this.#step(lane, now);
    else if (kind === KIND.arrive) this.#arrive(lane, now);
    else if (kind === KIND.timeout) this.#timeOut(lane, now);
    else this.#record(lane, now);
  }

  /** Without it, lanes that begin together would come to the database together forever. */
  #about(seconds: number): number {
    return seconds * (0.7 + 0.6 * unit(this.#stream, this.#drawn++));
  }

  #later(lane: Lane, kind: number, when: number): void {
    this.#queue.push(when, encode(kind, lane.index, lane.turn));
  }

  #plan(job: number, now: number): void {
    const run = this.#jobs[job]!;
    if (!this.#resources.isFree('other')) {
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
    const written = this.#resources.write(job, chunks.length, now);
    this.#resources.other(1);
    this.#tally.planSeconds += seconds;
    const ready = Math.max(now + seconds, written) + TAKEN.mapRunSeconds;
    this.#resources.lanes.planning += (ready - now) * this.#resources.setup.lanes;
    this.#waves[job] = { chunks, next: 0, running: 0 };
    this.#queue.push(ready, encode(KIND.planned, job));
  }

  #planned(job: number, now: number): void {
    this.#resources.other(-1);
    if (this.#jobs[job]!.ended !== undefined) {
      this.#ended[job] = now;
      return;
    }
    const { lanes } = this.#resources.setup;
    for (const lane of this.#lanes.slice(job * lanes, (job + 1) * lanes)) this.#begin(lane, now);
  }

  /** A lane takes the wave's next chunk, if there is one. */
  #begin(lane: Lane, now: number): void {
    const wave = this.#waves[lane.job]!;
    if (wave.next === wave.chunks.length) return;
    const chunk = wave.chunks[wave.next++]!;
    wave.running += 1;
    const run = this.#jobs[lane.job]!;
    const { filed, pages } = run.leftOf(chunk);
    const series = run.symbolOf(chunk);
    const child = this.#resources.children.reserve(1, now);
    beginChunk(lane, chunk, child);
    lane.filed = filed;
    lane.pages = pages;
    lane.shard = this.#shardOf[lane.job]![series]!;
    lane.address = (lane.job + series) % this.#resources.setup.addresses;
    this.#tally.children += 1;
    this.#resources.lane(1);
    this.#later(lane, KIND.call, child);
    if (this.#mayTimeOut) this.#queue.push(child + CHILD_SECONDS, encode(KIND.expire, lane.index));
  }

  #call(lane: Lane, now: number): void {
    if (!this.#resources.isFree('fetcher')) {
      this.#tally.throttled += 1;
      this.#again(lane, RETRIES.fetchThrottled, 'lambdaTries', now);
      return;
    }
    if (lane.since < 0) lane.since = now;
    const ready = this.#resources.open(lane, WRITES_PER_CALL, now);
    if (ready === undefined) {
      this.#resources.close(lane, now);
      this.#again(lane, RETRIES.fetchStore, 'storeTries', now);
      return;
    }
    if (this.#mayTimeOut) this.#later(lane, KIND.timeout, now + CALL_SECONDS);
    if (ready > now) this.#later(lane, KIND.step, ready);
    else this.#step(lane, now);
  }

  /** The next page of a call: the archive's rows first, then as many pages as the venue's window has room for. */
  #step(lane: Lane, now: number): void {
    const template = this.#jobs[lane.job]!.templateOf(lane.chunk);
    if (!lane.filed) {
      lane.pagesInHand = 0;
      lane.rowsInHand = template.archiveRows;
      this.#tally.objects += template.objects;
      const seconds = this.#about(fetchSeconds(template.objects, template.archiveRows));
      this.#later(lane, KIND.arrive, this.#resources.load(lane, seconds, now));
      return;
    }
    const rowsPerPage = template.pageRows / template.pages;
    const pageSeconds = fetchSeconds(1, rowsPerPage);
    const room = Math.max(Math.ceil((CALL_BUDGET_SECONDS - (now - lane.begun)) / pageSeconds), 1);
    const windows = this.#resources.windows[lane.address]!;
    const pages = windows.take(Math.min(lane.pages, room), template.weight, now);
    if (pages === 0) {
      this.#awaitVenue(lane, windows.turnsAfter(now), now);
      return;
    }
    lane.pagesInHand = pages;
    lane.rowsInHand = pages * rowsPerPage;
    this.#tally.pages += pages;
    this.#later(lane, KIND.arrive, this.#resources.load(lane, this.#about(pages * pageSeconds), now));
  }

  #arrive(lane: Lane, now: number): void {
    if (lane.rowsInHand === 0) this.#committed(lane, now);
    else this.#resources.enter(lane, now);
  }

  #committed(lane: Lane, now: number): void {
    this.#resources.leave(lane, now);
    this.#jobs[lane.job]!.rows += lane.rowsInHand;
    lane.pages -= lane.pagesInHand;
    lane.filed = true;
    if (lane.pages === 0) {
      this.#end(lane, 'done', now);
      return;
    }
    if (now - lane.begun < CALL_BUDGET_SECONDS) {
      this.#step(lane, now);
      return;
    }
    this.#resources.close(lane, now);
    if (now - lane.since < WAVE_BUDGET_SECONDS) this.#later(lane, KIND.call, now);
    else this.#end(lane, 'deferred', now);
  }

  #awaitVenue(lane: Lane, until: number, now: number): void {
    this.#resources.close(lane, now);
    if (until - lane.since > WAVE_BUDGET_SECONDS) {
      this.#end(lane, 'deferred', now);
      return;
    }
    const wait = waitSecondsUntil(until * SECOND, now * SECOND);
    this.#resources.lanes.venue += wait;
    this.#later(lane, KIND.call, now + wait);
  }

  #timeOut(lane: Lane, now: number): void {
    this.#tally.timedOut += 1;
    this.#resources.close(lane, now);
    this.#again(lane, RETRIES.fetchTimedOut, 'lambdaTries', now);
  }

  #expire(lane: Lane, now: number): void {
    const isSameItem = lane.chunk >= 0 && lane.child + CHILD_SECONDS === now;
    // The map tolerates it: the chunk is still missing, without a recorded cause.
    if (isSameItem) this.#end(lane, 'failed', now);
  }

  #again(lane: Lane, retry: Retry, tries: 'lambdaTries' | 'storeTries', now: number): void {
    lane[tries] += 1;
    const wait = waitBefore(retry, lane[tries]);
    if (wait !== undefined) {
      this.#resources.lanes.lambda += wait;
      this.#later(lane, KIND.call, now + wait);
      return;
    }
    lane.lambdaTries = 0;
    this.#record(lane, now);
  }

  /** Recording a failure needs an execution too. Without one the map item fails, and its chunk still comes again. */
  #record(lane: Lane, now: number): void {
    if (this.#resources.isFree('other')) {
      this.#resources.otherCalls += 1;
      this.#end(lane, 'failed', now);
      return;
    }
    this.#tally.throttled += 1;
    lane.lambdaTries += 1;
    const wait = waitBefore(RETRIES.recordThrottled, lane.lambdaTries);
    if (wait === undefined) {
      this.#end(lane, 'failed', now);
      return;
    }
    this.#resources.lanes.lambda += wait;
    this.#later(lane, KIND.record, now + wait);
  }

  #end(lane: Lane, how: 'done' | 'deferred' | 'failed', now: number): void {
    this.#resources.close(lane, now);
    const run = this.#jobs[lane.job]!;
    if (how === 'done') run.finish(lane.chunk);
    else run.giveBack(lane.chunk, { filed: lane.filed, pages: lane.pages }, how);
    if (how === 'deferred') this.#tally.deferred += 1;
    this.#leaveLane(lane, now);
    const wave = this.#waves[lane.job]!;
    wave.running -= 1;
    this.#begin(lane, now);
    if (wave.running === 0) this.#queue.push(now, encode(KIND.plan, lane.job));
  }

  #leaveLane(lane: Lane, now: number): void {
    this.#tally.childSeconds += now - lane.child;
    this.#resources.lane(-1);
    lane.chunk = -1;
    lane.turn += 1;
  }

  /** An error that no state handles: the map ends, with everything that runs in it. */
  #fail(job: number, why: string, now: number): void {
    const run = this.#jobs[job]!;
    if (run.ended !== undefined) return;
    run.end(why);
    this.#ended[job] = now;
    for (const lane of this.#lanes) {
      if (lane.job !== job || lane.chunk < 0) continue;
      this.#resources.close(lane, now);
      this.#leaveLane(lane, now);
    }
    this.#waves[job] = { chunks: [], next: 0, running: 0 };
  }
}
