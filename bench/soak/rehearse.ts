import { setTimeout as sleep } from 'node:timers/promises';
import { summarize } from '../../functions/core/api/jobs/views.ts';
import { describeError } from '../../functions/core/errors/errors.ts';
import { ACTIVE_STATUSES, isFinished } from '../../functions/core/jobs/job.ts';
import { createJob } from '../../functions/core/orders/create-job.ts';
import { DAY, floorTo, HOUR, iso, MINUTE, SECOND } from '../../functions/core/time/time.ts';
import type { Services } from '../../functions/runtime/services.ts';
import { createHandler as auditGaps } from '../../functions/schedules/audit-gaps.ts';
import { createHandler as refresh } from '../../functions/schedules/refresh.ts';
import {
  faultsIn,
  gapsIn,
  readReconciliation,
  rowsWrittenBy,
  type Slice,
} from '../../test/helpers/faults/books.ts';
import { type FaultKind, FILE_KINDS, KINDS, randomOf, type Striking } from './faults.ts';
import type { Resources } from './resources.ts';

export interface SoakReport {
  readonly days: number;
  readonly rows: number;
  /** steps without rows, all proven, by reason */
  readonly holes: Readonly<Record<string, number>>;
  readonly jobs: Readonly<Record<string, number>>;
  readonly table: readonly { readonly kind: string; readonly injected: number; readonly survived: number }[];
  /** contradictions; empty when all is well */
  readonly problems: readonly string[];
}

const SERIES = [
  { source: 'klines_spot', symbol: 'BTCUSDT' },
  { source: 'klines_spot', symbol: 'ETHUSDT' },
  { source: 'klines_perp', symbol: 'BTCUSDT' },
] as const;

/** What the check after each step looks back on; the whole is checked at the end. */
const LOOK_BACK = 3 * DAY;

/** Fills a number of days as the schedules do, with faults throughout, and compares the result with the venues' truth. */
export async function rehearse(
  resources: Resources,
  { days, seed, start, log }: { days: number; seed: number; start: number; log: (line: string) => void },
): Promise<SoakReport> {
  const random = randomOf(seed);
  const problems: string[] = [];
  const note = (found: readonly string[], struck: string): void => {
    for (const problem of found) log(`${problem} [${struck}]`);
    problems.push(...found);
  };
  const tally = new Map(KINDS.map(({ kind }) => [kind, { injected: 0, survived: 0 }]));
  const ended: Record<string, number> = {};
  const until = start + days * DAY;
  addOutages(resources, random, start, days);

  const slices = (from: number, to: number): Slice[] => SERIES.map((series) => ({ ...series, from, to }));
  const check = async (from: number, to: number, rule: typeof faultsIn): Promise<string[]> => {
    const books = await Promise.all(
      slices(from, to).map(async (slice) =>
        rule(await readReconciliation(resources.sql, resources.venues.control.context, slice)).map(
          (fault) => `${slice.source} ${slice.symbol} until ${iso(to)}: ${fault}`,
        ),
      ),
    );
    return books.flat();
  };
  const run = (
    make: (services: () => Promise<Services>) => (event: unknown, context: never) => Promise<unknown>,
  ) => make(async () => resources.host.services)({}, {} as never);
  const order = async (from: number): Promise<void> => {
    for (const { source, symbol } of SERIES)
      await createJob(resources.host.services, { source, symbols: [symbol], from: iso(from) });
  };

  const kindsOf = (): FaultKind[] =>
    Array.from({ length: Math.floor(random() * 4) }, () => KINDS[Math.floor(random() * KINDS.length)]!);

  /** @param mend orders in peace what the faults left undone, where rows were deleted that nobody else would miss */
  const step = async (
    kinds: readonly FaultKind[],
    work: () => Promise<unknown>,
    mend = false,
  ): Promise<void> => {
    const striking: [string, Striking][] = kinds.map((kind) => [kind.kind, kind.strike(resources, random)]);
    const struck = kinds.map(({ kind }) => kind).join(', ');
    const at = resources.now();
    // An order that a fault refused is sent again by the next run of the schedule.
    await work().catch((error: unknown) => log(`refused: ${describeError(error)}`));
    const jobs = await activeJobs(resources);
    for (const [, { during }] of striking) await during?.(jobs);
    await resources.settled(jobs);
    for (const [, { end }] of striking) await end?.();
    resources.venues.faults.clear();
    resources.venues.control.limits.reset();
    await answering(resources);
    if (mend) {
      await order(start);
      const more = await activeJobs(resources);
      await resources.settled(more);
      jobs.push(...more);
    }
    for (const id of jobs) {
      const job = (await resources.host.services.jobs.get(id))!;
      ended[job.status] = (ended[job.status] ?? 0) + 1;
      const { rows_fetched: reported } = summarize(job, await resources.host.services.jobs.chunks(id));
      const written = await again(() => rowsWrittenBy(resources.sql, id));
      if (!isFinished(job.status)) note([`job ${id} is ${job.status}`], struck);
      if (reported !== written)
        note(
          [`${job.status} job ${id} reports ${reported} rows and wrote ${written}: ${job.reason ?? ''}`],
          struck,
        );
    }
    const to = floorTo(resources.now(), MINUTE);
    const from = Math.max(start, floorTo(at - LOOK_BACK, MINUTE));
    const found = await again(() => check(from, to, faultsIn));
    note(found, struck);
    for (const [kind, { hits }] of striking) {
      const row = tally.get(kind)!;
      row.injected += hits();
      if (found.length === 0) row.survived += hits();
    }
  };

  // The series become known to the schedules.
  resources.clock.ahead += HOUR;
  await step([], () => order(start));
  let day = 0;
  while (resources.now() < until) {
    resources.clock.ahead += floorTo(HOUR * (4 + random() * 5), SECOND);
    await step(kindsOf(), () => run(refresh));
    if (floorTo(resources.now() - start, DAY) / DAY > day) {
      day = floorTo(resources.now() - start, DAY) / DAY;
      log(`day ${day} of ${days}, ${problems.length} problems`);
      // Old rows come back from files, so this is where faults of files strike.
      const lose = async (): Promise<void> => {
        await again(() => loseRows(resources, random, start));
        await order(start);
      };
      await step([...kindsOf(), FILE_KINDS[day % FILE_KINDS.length]!], lose, true);
      await step(kindsOf(), () => run(auditGaps));
    }
  }
  // The last faults are over: what a day later is still missing would be ours.
  resources.clock.ahead += DAY + HOUR;
  await step([], () => order(start));
  await step([], () => run(auditGaps));
  const end = floorTo(resources.now() - HOUR, MINUTE);
  problems.push(...(await check(start, end, gapsIn)));
  const books = await Promise.all(
    slices(start, end).map((slice) =>
      readReconciliation(resources.sql, resources.venues.control.context, slice),
    ),
  );
  const holes: Record<string, number> = {};
  for (const { holes: found } of books)
    for (const [reason, steps] of Object.entries(found)) holes[reason] = (holes[reason] ?? 0) + steps;
  return {
    days,
    holes,
    jobs: ended,
    problems,
    rows: books.reduce((sum, { rows }) => sum + rows, 0),
    table: [...tally].map(([kind, counts]) => ({ kind, ...counts })),
  };
}

/** Holes that are the venues' own: one in three days, of half an hour to three hours. */
function addOutages({ venues }: Resources, random: () => number, start: number, days: number): void {
  for (let day = 0; day < days; day += 3) {
    const at = start + floorTo((day + random()) * DAY, MINUTE);
    const market = random() < 0.5 ? 'spot' : 'um';
    venues.control.outages.add({
      market,
      start: at,
      end: at + floorTo((0.5 + 2.5 * random()) * HOUR, MINUTE),
    });
  }
}

/** Deletes up to half a day of rows behind the program's back. */
async function loseRows({ sql, now }: Resources, random: () => number, start: number): Promise<void> {
  // The newest minutes may not be ordered yet, and then nobody would miss them.
  const newest = now() - HOUR;
  const from = start + floorTo(random() * (newest - start), MINUTE);
  const until = Math.min(from + random() * 12 * HOUR, newest);
  await sql`delete from market_data.spot_klines
    where symbol = 'BTCUSDT' and open_time >= ${new Date(from)} and open_time < ${new Date(until)}`;
}

async function activeJobs({ host }: Resources): Promise<string[]> {
  for (let tries = 0; ; tries++) {
    try {
      const { jobs } = await host.services.jobs.list({ statuses: ACTIVE_STATUSES, limit: 100 });
      return jobs.map(({ id }) => id);
    } catch (error) {
      // The job table may be the fault at work.
      if (tries === 20) throw error;
    }
  }
}

/** Sessions of a server that was killed fail once, each at its next statement. */
async function again<T>(work: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await work();
    } catch (error) {
      if (tries === 10) throw error;
      await sleep(50);
    }
  }
}

/** A server in recovery refuses all connections for a moment. */
async function answering({ sql, host }: Resources): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    try {
      await Promise.all([sql`select 1`, host.services.pingDatabase()]);
      return;
    } catch {
      await sleep(50);
    }
  }
}
