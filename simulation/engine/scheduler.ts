import { nextTick } from 'node:process';
import type { Step } from '../memory/step.ts';
import { Agenda } from './agenda.ts';
import type { Random } from './random.ts';
import type { Trace } from './trace.ts';

/** One invocation of a function, one execution, one operator: whatever can die by itself. */
export interface Process {
  readonly id: number;
  /** such as `fetch-chunk 17` */
  readonly name: string;
  /** a process that died never goes on */
  alive: boolean;
  /** steps so far */
  steps: number;
}

export interface Spawned<T> {
  readonly process: Process;
  /** what became of the work; rejects with the reason when the process was killed */
  readonly ended: Promise<T>;
}

export interface SchedulerOptions {
  /** where virtual time begins; epoch ms */
  readonly start: number;
  readonly random: Random;
  readonly trace: Trace;
  /** how long a step takes before it has its effect; ms. Most take none, so that others may come in between */
  readonly latency?: (what: string, random: Random) => number;
  /** Called when a step is about to have its effect; it may throw, as a port that does not answer, or kill the process. */
  readonly before?: (process: Process, what: string) => void;
}

interface Waiting {
  readonly process: Process;
  /** undefined: it only slept */
  readonly what: string | undefined;
  readonly go: () => void;
  readonly fail: (error: unknown) => void;
}

/**
 * Owns time and every interleaving. Whatever calls a port waits here; of those that may go on, the seed chooses one, and
 * it runs until it calls a port again. Virtual time moves only when nobody may go on, and then to the next instant at which
 * somebody may.
 */
export class Scheduler {
  readonly #options: SchedulerOptions;
  readonly #order: Random;
  readonly #latencies: Random;
  readonly #ready: Waiting[] = [];
  readonly #agenda = new Agenda<Waiting | (() => unknown)>();
  readonly #alive = new Map<
    number,
    { readonly process: Process; readonly reject: (reason: Error) => void }
  >();
  #now: number;
  #spawned = 0;

  constructor(options: SchedulerOptions) {
    this.#options = options;
    this.#now = options.start;
    this.#order = options.random.fork('order');
    this.#latencies = options.random.fork('latency');
  }

  /** Virtual time, which is the venue's; epoch ms. */
  readonly now = (): number => this.#now;

  /** Begins something that lives by itself. */
  spawn<T>(name: string, work: (process: Process) => Promise<T>): Spawned<T> {
    const id = ++this.#spawned;
    const process: Process = { id, name: `${name} ${id}`, alive: true, steps: 0 };
    const ended = new Promise<T>((resolve, reject) => {
      this.#alive.set(id, { process, reject });
      // Not at once: its starter must know it first.
      Promise.resolve()
        .then(() => work(process))
        .then(
          (value) => {
            this.#alive.delete(id);
            resolve(value);
          },
          (error: unknown) => {
            this.#alive.delete(id);
            reject(error);
          },
        );
    });
    // Those interested await it; a process that nobody waits for may fail too.
    ended.catch(() => undefined);
    return { process, ended };
  }

  /** The steps of a process, for its ports. */
  stepOf(process: Process): Step {
    return (what) =>
      new Promise((go, fail) => {
        if (!process.alive) return;
        const ms = this.#options.latency?.(what, this.#latencies) ?? 0;
        const waiting: Waiting = { process, what, go, fail };
        if (ms > 0) this.#agenda.add(this.#now + ms, waiting);
        else this.#ready.push(waiting);
      });
  }

  /** Lets virtual time go by in a process. */
  sleep(process: Process, ms: number): Promise<void> {
    return new Promise((go, fail) => {
      this.#agenda.add(this.#now + Math.max(0, ms), { process, what: undefined, go, fail });
    });
  }

  /** What the process waits for never comes; its `ended` rejects with the reason. */
  kill(process: Process, reason: Error): void {
    process.alive = false;
    this.#alive.get(process.id)?.reject(reason);
    this.#alive.delete(process.id);
  }

  /**
   * Does something at an instant of virtual time, at the next chance where that has passed.
   * @param action returns `NOTHING` where nothing was to be done any more
   */
  at(time: number, action: () => unknown): void {
    this.#agenda.add(Math.max(time, this.#now), action);
  }

  /** In the order in which they began. */
  alive(): readonly Process[] {
    return [...this.#alive.values()].map(({ process }) => process);
  }

  /** Lets everything happen that happens until an instant. */
  run(until: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const turn = (): void => {
        try {
          if (this.#next(until)) afterMicrotasks(turn);
          else resolve();
        } catch (error) {
          reject(error);
        }
      };
      afterMicrotasks(turn);
    });
  }

  /** Lets one step have its effect, or moves the time on. @returns false where nothing happens any more until an instant */
  #next(until: number): boolean {
    while (this.#ready.length === 0) {
      const next = this.#agenda.next;
      if (next === undefined || next > until) {
        this.#now = Math.max(this.#now, until);
        return false;
      }
      this.#now = next;
      let acted = false;
      while (this.#agenda.next === next) {
        const what = this.#agenda.take()!;
        if (typeof what === 'function') {
          acted = what() !== NOTHING || acted;
        } else this.#ready.push(what);
      }
      // What was done may let somebody go on at this instant.
      if (acted) return true;
    }
    this.#let(this.#takeReady());
    return true;
  }

  #takeReady(): Waiting {
    const ready = this.#ready;
    const i = ready.length === 1 ? 0 : this.#order.int(ready.length);
    const taken = ready[i]!;
    const last = ready.pop()!;
    if (i < ready.length) ready[i] = last;
    return taken;
  }

  #let({ process, what, go, fail }: Waiting): void {
    if (!process.alive) return;
    if (what === undefined) {
      go();
      return;
    }
    process.steps += 1;
    this.#options.trace.add(this.#now, process.name, what);
    try {
      this.#options.before?.(process, what);
    } catch (error) {
      fail(error);
      return;
    }
    if (process.alive) go();
  }
}

/** What an action returns that found nothing to do: nobody can go on because of it. */
export const NOTHING = Symbol('nothing');

/** Calls it when every promise that could settle has been followed to its end. */
function afterMicrotasks(then: () => void): void {
  // From within a microtask: then the tick comes after all of them.
  queueMicrotask(() => nextTick(then));
}
