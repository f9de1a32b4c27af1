import { MAX_CHUNKS_PER_WAVE } from '../../../functions/core/workflow/contracts.ts';
import { EVENTS_AROUND, EVENTS_PER_WAVE } from './definition.ts';
import { QUOTAS } from './quotas.ts';
import type { Order, Template } from './workload.ts';

/** What is left of a chunk that came back: `filed` when the archive was read, and the pages that were not. */
export interface Left {
  readonly filed: boolean;
  readonly pages: number;
}

/** The periods of a calendar year: the first one's place among all, and how many there are. */
interface Year {
  readonly start: number;
  readonly periods: number;
}

function yearsOf(templates: readonly Template[]): Year[] {
  const years = Map.groupBy(templates, ({ start }) => new Date(start).getUTCFullYear());
  let start = 0;
  return [...years.values()].map(({ length: periods }) => {
    start += periods;
    return { start: start - periods, periods };
  });
}

/** A job that still has untried chunks counts as stuck after this many waves without a row. */
const STUCK_AFTER = 50;

/** One job as PlanWave sees it: which chunks the next wave has, and when there is no next one. */
export class JobRun {
  readonly order: Order;
  readonly #templates: readonly Template[];
  readonly #years: readonly Year[];
  readonly #chunks: number;
  readonly #left = new Map<number, Left>();
  #deferred: number[] = [];
  #failed: number[] = [];
  #next = 0;
  #fruitless = 0;
  #before = 0;
  wave = 0;
  done = 0;
  rows = 0;
  events = EVENTS_AROUND;
  /** why it ended; empty when all rows are there, undefined while it runs */
  ended: string | undefined;

  constructor(order: Order, templates: readonly Template[]) {
    this.order = order;
    this.#templates = templates;
    this.#years = yearsOf(templates);
    this.#chunks = templates.length * order.symbols.length;
  }

  /** chunks that were planned at least once */
  get seen(): number {
    return this.#next;
  }

  templateOf(chunk: number): Template {
    const { start, periods } = this.#yearOf(chunk);
    return this.#templates[start + ((chunk - start * this.order.symbols.length) % periods)]!;
  }

  /** which of the order's symbols */
  symbolOf(chunk: number): number {
    const { start, periods } = this.#yearOf(chunk);
    return Math.floor((chunk - start * this.order.symbols.length) / periods);
  }

  /** Chunks go year by year; within a year by symbol, and those of a symbol by period. */
  #yearOf(chunk: number): Year {
    const period = Math.floor(chunk / this.order.symbols.length);
    return this.#years.findLast(({ start }) => start <= period)!;
  }

  leftOf(chunk: number): Left {
    return this.#left.get(chunk) ?? { filed: false, pages: this.templateOf(chunk).pages };
  }

  finish(chunk: number): void {
    this.done += 1;
    this.#left.delete(chunk);
  }

  /** A chunk that waited too long, or failed in a way that may pass, is still missing. */
  giveBack(chunk: number, left: Left, how: 'deferred' | 'failed'): void {
    (how === 'deferred' ? this.#deferred : this.#failed).push(chunk);
    this.#left.set(chunk, left);
  }

  /** @returns the chunks of the next wave, in the order of loading and those that failed last; undefined when the job has ended */
  plan(): readonly number[] | undefined {
    const untried = this.#chunks - this.#next;
    if (this.#deferred.length + this.#failed.length + untried === 0) return this.end('');
    this.#fruitless = this.wave > 0 && this.rows === this.#before ? this.#fruitless + 1 : 0;
    this.#before = this.rows;
    if (this.#fruitless > 0 && untried === 0) return this.end('with gaps, after a wave without progress');
    if (this.#fruitless >= STUCK_AFTER) return this.end('never: the same chunks fail in every wave');
    this.events += EVENTS_PER_WAVE;
    if (this.events > QUOTAS.historyEvents.value)
      return this.end('failed: the history of the execution is full');
    this.wave += 1;
    const chunks = takeFirst(this.#deferred, MAX_CHUNKS_PER_WAVE);
    while (chunks.length < MAX_CHUNKS_PER_WAVE && this.#next < this.#chunks) {
      chunks.push(this.#next++);
    }
    return [...chunks, ...takeFirst(this.#failed, MAX_CHUNKS_PER_WAVE - chunks.length)];
  }

  end(why: string): undefined {
    this.ended ??= why;
  }
}

/** Takes the lowest numbers out of a list. */
const takeFirst = (list: number[], most: number): number[] => list.sort((a, b) => a - b).splice(0, most);
