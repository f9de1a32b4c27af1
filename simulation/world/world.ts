import { isFinished } from '../../functions/core/jobs/job.ts';
import type { Series } from '../../functions/core/series/series.ts';
import type { RecordChunkFailureInput } from '../../functions/core/workflow/contracts.ts';
import type { Fault, FaultPlan, Hands } from '../engine/fault.ts';
import type { Random } from '../engine/random.ts';
import { createRandom } from '../engine/random.ts';
import { Scheduler } from '../engine/scheduler.ts';
import { Trace } from '../engine/trace.ts';
import type { SimulatedVenue } from '../engine/venue.ts';
import { StateError } from '../machine/interpret.ts';
import { emptyJobTables } from '../memory/jobs/job-tables.ts';
import { MemoryWarehouse } from '../memory/ledger/warehouse.ts';
import { Failures, judgeRequest } from '../properties/jobs/work.ts';
import { Executions } from './executions.ts';
import { Functions } from './functions.ts';
import { type Bundle, bundle } from './handlers.ts';
import { Operators } from './operators.ts';
import { PortFaults } from './port-faults.ts';
import { portsOf } from './ports.ts';
import { startSchedules } from './schedules.ts';

export interface Setting<Venue extends SimulatedVenue> {
  readonly seed: number;
  /** where virtual time begins; epoch ms */
  readonly start: number;
  readonly venueOf: (scheduler: Scheduler, random: Random) => Venue;
  /** the version that runs before a deployment; absent: the present one */
  readonly before?: Bundle | undefined;
  /** from when on every series is ordered; epoch ms */
  readonly orderedFrom: number;
  /** gets each step */
  readonly watch?: ((line: string) => void) | undefined;
}

/** Everything that a run is made of. */
export class World<Venue extends SimulatedVenue = SimulatedVenue> implements Hands<Venue> {
  readonly trace: Trace;
  readonly scheduler: Scheduler;
  readonly random: Random;
  readonly tables = emptyJobTables();
  readonly warehouse: MemoryWarehouse;
  readonly venue: Venue;
  readonly series: readonly Series[];
  readonly clock = { skew: 0 };
  readonly ports: PortFaults;
  readonly functions: Functions;
  readonly executions: Executions;
  readonly operators: Operators;
  /** how often each kind of fault took effect */
  readonly strokes = new Map<string, number>();
  /** and when; epoch ms, ascending */
  readonly strokesAt = new Map<string, number[]>();
  /** states of the machine, outcomes of functions and ends of jobs, with how often they were reached */
  readonly coverage = new Map<string, number>();
  /** turns of schedules, by their function */
  readonly turns = new Map<string, number>();
  /** what must not be; empty when all is well */
  readonly problems: string[] = [];
  /** jobs whose execution has ended, for the properties */
  onEnd: ((jobId: string, status: string) => void) | undefined;
  bundle: Bundle;
  /** the version that a deployment puts in the place of the present one, and that one in its place; undefined: there is none */
  readonly earlier: Bundle | undefined;
  /** from when on every series is ordered; epoch ms */
  readonly orderedFrom: number;
  /** when the first order came; epoch ms */
  readonly began: number;
  /** what operators did after which less may be requested than before */
  readonly lossy = new Set<string>();
  /** when rows or spans were last taken away from outside; epoch ms */
  disturbedAt = Number.NEGATIVE_INFINITY;
  /** what is not followed for a while, because somebody ended the job that was to follow it; epoch ms */
  readonly leftOff: { readonly series: Series; readonly start: number; end: number }[] = [];
  #calls = 0;
  /** epoch ms */
  #offUntil = Number.NEGATIVE_INFINITY;

  constructor({ seed, start, venueOf, before, watch, orderedFrom }: Setting<Venue>) {
    this.orderedFrom = orderedFrom;
    this.began = start;
    this.random = createRandom(seed);
    this.trace = new Trace(watch);
    this.bundle = before ?? bundle;
    this.earlier = before;
    const reached = (what: string): void => count(this.coverage, what);
    this.ports = new PortFaults((kind) => this.struck(kind));
    this.scheduler = new Scheduler({
      start,
      random: this.random,
      trace: this.trace,
      latency: (what, random) => latencyOf(what, random) + this.ports.delayOf(what),
      before: (process, what) => {
        this.ports.before(process, what);
        if (this.clock.skew === 0 && process.alive)
          this.problems.push(...judgeRequest(this.warehouse, process.name, what, this.scheduler.now()));
      },
    });
    this.ports.scheduler = this.scheduler;
    this.venue = venueOf(this.scheduler, this.random.fork('venue'));
    this.series = this.venue.series;
    this.warehouse = new MemoryWarehouse((id) => this.venue.sources[id]!.table);
    this.functions = new Functions({
      scheduler: this.scheduler,
      bundle: () => this.bundle,
      reached: (what) => {
        this.#calls += 1;
        reached(what);
      },
      struck: (kind) => this.struck(kind),
      deploy: () => {
        if (this.earlier) this.bundle = this.bundle === bundle ? this.earlier : bundle;
      },
      isOff: () => this.isOff,
      problem: (what) => this.problems.push(what),
      ports: (process, version) =>
        portsOf(
          {
            scheduler: this.scheduler,
            tables: this.tables,
            warehouse: this.warehouse,
            venue: this.venue,
            faults: this.ports,
            clock: () => this.scheduler.now() + this.clock.skew,
            executions: this.executions,
          },
          process,
          version,
        ),
    });
    const failures = new Failures();
    this.executions = new Executions({
      scheduler: this.scheduler,
      functions: this.functions,
      definition: () => this.bundle.definition,
      reached: (state) => reached(`state ${state}`),
      invokes: (handler, payload) => {
        if (handler !== 'record-chunk-failure') return;
        const { jobId, chunk, wave } = payload as RecordChunkFailureInput;
        this.problems.push(...failures.add(jobId, chunk.label, wave));
      },
      ended: (jobId, status) => {
        reached(`execution ${status}`);
        reached(`job ${this.tables.jobs.get(jobId)?.status ?? 'unknown'}`);
        this.onEnd?.(jobId, status);
      },
    });
    const behind = this.random.fork('index');
    // The index by status sees a write a moment later.
    this.tables.indexBehind = () => (behind.chance(0.1) ? behind.int(4) : 0);
    this.operators = new Operators(this);
    startSchedules(
      this.scheduler,
      this.random.fork('schedules'),
      this.functions,
      (handler) => count(this.turns, handler),
      () => this.isOff,
    );
  }

  /** calls of use cases so far */
  get calls(): number {
    return this.#calls;
  }

  struck(kind: string): void {
    count(this.strokes, kind);
    const known = this.strokesAt.get(kind);
    if (known) known.push(this.scheduler.now());
    else this.strokesAt.set(kind, [this.scheduler.now()]);
  }

  /** Orders every series from the beginning up to the present, as the owner who sets the warehouse up. */
  orderAll(): void {
    for (const series of this.series) void this.operators.order(series, { start: this.orderedFrom });
  }

  /** Nothing runs, and no turn of a schedule is made up for. */
  get isOff(): boolean {
    return this.scheduler.now() < this.#offUntil;
  }

  /** The host is killed with all that runs on it; when it is back, it goes on with the jobs at work. @param ms how long it takes */
  restart(ms = BOOT): void {
    this.executions.forget();
    for (const process of this.scheduler.alive())
      this.scheduler.kill(process, new StateError('Lambda.Unknown', 'the host was killed'));
    const until = this.scheduler.now() + ms;
    if (ms > BOOT) this.#offUntil = Math.max(this.#offUntil, until);
    this.scheduler.at(until, () => {
      // Killed again meanwhile, and off for longer.
      if (this.isOff) return;
      for (const { id, status } of this.tables.jobs.values())
        if (!isFinished(status)) this.executions.start(id);
    });
  }

  /** Somebody took rows, spans or requests away. */
  disturb(how: string): void {
    this.lossy.add(how);
    this.disturbedAt = this.scheduler.now();
  }

  /** Somebody ends a job: what nobody else had begun to follow is not followed until it is ordered again. */
  endJob(id: string): void {
    const job = this.tables.jobs.get(id);
    if (!job) return;
    for (const { series, record, open } of this.warehouse.books()) {
      if (!job.sources.includes(series.source) || !job.symbols.includes(series.symbol)) continue;
      if (record?.followed && !open.get(id)?.beganFollowing) continue;
      this.leftOff.push({ series, start: this.scheduler.now(), end: Number.POSITIVE_INFINITY });
    }
  }

  /** No fault begins any more, and those that last are over. */
  calm(): void {
    for (const one of this.leftOff) one.end = Math.min(one.end, this.scheduler.now());
    this.ports.calm();
    this.functions.calm();
    this.clock.skew = 0;
    this.bundle = bundle;
  }

  /** Lets each fault of a plan begin when it is due. */
  expect(plan: FaultPlan, strike: (fault: Fault) => void): void {
    for (const fault of plan) this.scheduler.at(fault.at, () => strike(fault));
  }
}

const count = (counts: Map<string, number>, what: string): void =>
  void counts.set(what, (counts.get(what) ?? 0) + 1);

const BOOT = 10_000;

/** Most calls of stores take no time, so that any other may come in between; a venue is far away. */
function latencyOf(what: string, random: Random): number {
  const drawn = random.next();
  if (what.startsWith('GET') || what.startsWith('read')) return 20 + Math.floor(drawn ** 4 * 2_000);
  if (drawn < 0.7) return 0;
  return drawn < 0.99 ? Math.floor((drawn - 0.7) * 100) : Math.floor(drawn * 1_000);
}
