import { BudgetExhausted } from '../../../functions/core/errors/errors.ts';
import type { RateBudget } from '../../../functions/core/fetch/ports.ts';
import { waitSecondsUntil } from '../../../functions/core/series/schedule.ts';
import type { LimitFamily } from '../../../functions/core/series/venue.ts';
import { floorTo, SECOND } from '../../../functions/core/time/time.ts';
import { createRateBudget } from '../../../functions/stores/dynamodb/rate-budget.ts';
import { streamOf, unit } from '../../../simulator/numbers/noise.ts';
import { fetchSeconds } from '../model/assumptions.ts';
import { EventQueue } from '../model/event-queue.ts';
import { CountedTable } from './counted-table.ts';

export interface BudgetRun {
  readonly workers: number;
  /** weight that was sent over what the venue allows, in whole windows */
  readonly used: number;
  /** the most that any window of the venue counted */
  readonly most: number;
  /** of the counter's item, in a minute */
  readonly writesPerMinute: number;
  readonly refusedPerMinute: number;
  /** in the busiest second */
  readonly mostWrites: number;
  /** of the items that hold the cooldown of a family or a venue */
  readonly readsPerSecond: number;
}

export interface BudgetSetup {
  readonly family: LimitFamily;
  readonly workers: number;
  readonly weight: number;
  readonly rowsPerPage: number;
  readonly windows: number;
  readonly seed?: number;
}

/**
 * Fetchers behind one address that request page after page, each with the product's own rate budget, in virtual time. The venue
 * keeps a count of its own, so a budget that let too much through would show.
 */
export async function runBudget(setup: BudgetSetup): Promise<BudgetRun> {
  const { family, workers, weight, windows } = setup;
  const table = new CountedTable();
  const queue = new EventQueue();
  const stream = streamOf(setup.seed ?? 1, 'budget');
  let drawn = 0;
  const random = (): number => unit(stream, drawn++);
  const clock = (): number => queue.now;
  const options = { client: table.client, table: 'jobs', egress: 'one', clock };
  const budgets: readonly RateBudget[] = Array.from({ length: workers }, () => createRateBudget(options));
  const counted = new Float64Array(windows);
  const pageMs = fetchSeconds(1, setup.rowsPerPage) * SECOND;
  const end = windows * family.windowMs;
  const seconds = new Map<number, number>();
  for (let worker = 0; worker < workers; worker++) queue.push(random() * 5 * SECOND, worker);
  while (queue.next < end) {
    const worker = queue.pop();
    const before = table.writes;
    const next = await sendPage(budgets[worker]!);
    const second = Math.floor(queue.now / SECOND);
    seconds.set(second, (seconds.get(second) ?? 0) + table.writes - before);
    queue.push(next, worker);
  }
  const minutes = end / (60 * SECOND);
  return {
    workers,
    used: counted.reduce((a, b) => a + b, 0) / (family.limit * windows),
    most: Math.max(...counted),
    writesPerMinute: table.writes / minutes,
    refusedPerMinute: table.refused / minutes,
    mostWrites: Math.max(...seconds.values()),
    readsPerSecond: table.reads / (end / SECOND),
  };

  /** @returns when the worker tries again */
  async function sendPage(budget: RateBudget): Promise<number> {
    try {
      await budget.take('venue', family, weight);
    } catch (error) {
      if (!(error instanceof BudgetExhausted)) throw error;
      return queue.now + waitSecondsUntil(error.until, queue.now) * SECOND;
    }
    const window = floorTo(queue.now, family.windowMs) / family.windowMs;
    counted[window]! += weight;
    // A Date header has whole seconds.
    await budget.observe(family, counted[window]!, floorTo(queue.now, SECOND));
    return queue.now + pageMs * (0.7 + 0.6 * random());
  }
}
