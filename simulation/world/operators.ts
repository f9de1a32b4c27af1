import type { Job } from '../../functions/core/jobs/job.ts';
import type { Series } from '../../functions/core/series/series.ts';
import type { Range } from '../../functions/core/time/range.ts';
import { iso } from '../../functions/core/time/time.ts';
import type { Scheduler } from '../engine/scheduler.ts';
import { StateError } from '../machine/interpret.ts';
import { judgeOrder } from '../properties/jobs/orders.ts';
import { type Functions, OFF } from './functions.ts';
import type { OrderEvent } from './handlers.ts';

/** Errors that a person meets with patience. */
const PASSING = /^(Retryable|Lambda|Sandbox|States|BudgetExhausted)/;

interface Place {
  readonly scheduler: Scheduler;
  readonly functions: Functions;
  readonly clock: { readonly skew: number };
  /** what must not be */
  readonly problems: string[];
}

/** People at the command line: they do something, and again a minute later when the answer did not come. */
export class Operators {
  readonly #world: Place;

  constructor(world: Place) {
    this.#world = world;
  }

  /** @returns the answer; undefined when it was refused for good */
  async call(handler: string, event: unknown): Promise<unknown> {
    const { scheduler, functions } = this.#world;
    for (let tries = 1; ; tries++) {
      try {
        return await functions.invoke(handler, event);
      } catch (error) {
        if (!(error instanceof StateError)) throw error;
        if (!PASSING.test(error.name) || tries === 30) return undefined;
        if (error.name === OFF) tries = 0;
        await new Promise<void>((resolve) => scheduler.at(scheduler.now() + 60_000, resolve));
      }
    }
  }

  async order(
    { source, symbol, timeframe }: Series,
    { start, end }: Partial<Range>,
    key?: string,
    symbols: readonly string[] = [symbol],
  ): Promise<Job | undefined> {
    const body = {
      source,
      symbols,
      timeframe,
      ...(start !== undefined && { from: iso(start) }),
      ...(end !== undefined && { to: iso(end) }),
    };
    const event: OrderEvent = { body, ...(key !== undefined && { key }) };
    const orderedAt = this.#world.scheduler.now();
    const answer = (await this.call('create-job', event)) as { readonly job: Job } | undefined;
    const { clock, problems } = this.#world;
    if (answer && key === undefined && clock.skew === 0) problems.push(...judgeOrder(answer.job, orderedAt));
    return answer?.job;
  }
}
