import { setTimeout as sleep } from 'node:timers/promises';
import { AGGREGATED, AGGREGATES, type RefreshHow, type Window } from '../../core/aggregates/aggregates.ts';
import { refreshWindows } from '../../core/aggregates/refresh-windows.ts';
import { GordonError } from '../../core/errors/errors.ts';
import type { Range, RangeSet } from '../../core/time/range.ts';
import { type Clock, iso, MINUTE, SECOND } from '../../core/time/time.ts';
import type { Flavour } from '../postgres/flavour.ts';
import { guarded, type Runner } from '../postgres/postgres.ts';

export interface RefreshOptions {
  readonly sql: Runner;
  /** the session that may refresh on TimescaleDB */
  readonly owner: Runner;
  readonly clock: Clock;
  readonly pause?: (ms: number) => Promise<void>;
}

/** How long to wait for other sessions by default: schedules come again. */
const PATIENCE = 30 * SECOND;

/** Length of the first wait. Each wait is up to twice as long as the one before, and random, so that sessions do not collide again. */
const FIRST_PAUSE = 200;
const LONGEST_PAUSE = 10 * SECOND;

/** Since this version a refresh by hand commits every ten buckets, unless it is requested in one batch. */
const BATCHES_SINCE = [2, 28] as const;

/** Refreshes the touched buckets of every aggregate in few CALLs. @returns a function that remembers what it knows of the server */
export function createRefresh({ sql, owner, clock, pause = sleep }: RefreshOptions) {
  let options: Promise<string> | undefined;

  async function readOptions(): Promise<string> {
    const [row] = await owner<{ version: string }[]>`
      select extversion as version from pg_extension where extname = 'timescaledb'`;
    return optionsOf(row?.version ?? '');
  }

  async function onTimescale(name: string, { start, end }: Range): Promise<void> {
    options ??= readOptions().catch((error: unknown) => {
      // A database that was down is queried again.
      options = undefined;
      throw error;
    });
    const window = `'${iso(start)}'::timestamptz, '${iso(end)}'::timestamptz`;
    const text = `call refresh_continuous_aggregate('market_data.${name}', ${window}${await options})`;
    // Sent as a message of its own: the procedure refuses to run in a transaction.
    await owner.unsafe(text).simple();
  }

  async function onPostgres(name: string, { start, end }: Range, symbols?: readonly string[]): Promise<void> {
    await sql`
      call market_data.refresh_continuous_aggregate(
        ${`market_data.${name}`}::text::regclass, ${new Date(start)}, ${new Date(end)},
        options => ${symbols ? sql.json({ symbols: [...symbols] }) : null}::jsonb)`;
  }

  return async (of: Flavour, touched: RangeSet, how: RefreshHow = {}): Promise<void> => {
    const { patience = PATIENCE, symbols, onAggregate } = how;
    const until = clock() + patience;
    for (const [i, aggregate] of AGGREGATES.entries()) {
      await onAggregate?.(i + 1, AGGREGATES.length);
      for (const window of refreshWindows(aggregate, touched)) {
        const subject = `${aggregate.name} ${iso(window.start)}`;
        const call = () =>
          of === 'timescale'
            ? onTimescale(aggregate.name, window)
            : onPostgres(aggregate.name, window, symbols);
        await retryWhileBusy(call, { subject, until, patience, clock, pause });
      }
    }
  };
}

/** The arguments after the window. @param version as in pg_extension, such as `2.28.3` */
function optionsOf(version: string): string {
  const [major = 0, minor = 0] = version.split('.').map((part) => Number.parseInt(part, 10) || 0);
  const knows = major > BATCHES_SINCE[0] || (major === BATCHES_SINCE[0] && minor >= BATCHES_SINCE[1]);
  return knows ? `, options => '{"buckets_per_batch":0}'` : '';
}

interface Attempt {
  readonly subject: string;
  /** epoch ms */
  readonly until: number;
  readonly patience: number;
  readonly clock: Clock;
  readonly pause: (ms: number) => Promise<void>;
}

/**
 * Runs the work as soon as no other session refreshes the same aggregate. PostgreSQL's procedure waits by itself; TimescaleDB refuses.
 * @throws GordonError `refresh-busy` when its turn does not come in time
 */
async function retryWhileBusy(work: () => Promise<void>, turn: Attempt): Promise<void> {
  for (let most = FIRST_PAUSE; ; most = Math.min(2 * most, LONGEST_PAUSE)) {
    try {
      return await guarded(turn.subject, work);
    } catch (error) {
      const { cause } = error as GordonError;
      if (!isConcurrent(cause)) throw error;
      const ms = Math.round(most * (0.5 + Math.random() / 2));
      if (turn.clock() + ms > turn.until) throw busy(turn, cause);
      await turn.pause(ms);
    }
  }
}

/** `lock_not_available`: another session refreshes this aggregate. */
const isConcurrent = (error: unknown): boolean => (error as { code?: unknown } | null)?.code === '55P03';

const busy = ({ subject, patience }: Attempt, cause: unknown): GordonError =>
  new GordonError({
    code: 'refresh-busy',
    status: 503,
    subject,
    cause,
    message: `others refreshed this aggregate for more than ${Math.round(patience / SECOND)} s.`,
  });

/**
 * Refreshes one aggregate in a message of its own: TimescaleDB's procedure refuses to run in a transaction.
 * @param sql on TimescaleDB the aggregate's owner
 */
export async function callRefresh(
  sql: Runner,
  procedure: 'refresh_continuous_aggregate' | 'market_data.refresh_continuous_aggregate',
  name: string,
  { start, end }: Window,
): Promise<void> {
  const bound = (at: number | null): string => (at === null ? 'null' : `to_timestamp(${at / 1000})`);
  await sql.unsafe(`call ${procedure}('market_data.${name}', ${bound(start)}, ${bound(end)})`).simple();
}

/** From the first to the last of the rows that the aggregates are made of. */
export async function readExtent(sql: Runner): Promise<Range | undefined> {
  const [row] = await sql<{ first: Date | null; last: Date | null }[]>`
    select min("timestamp") as first, max("timestamp") as last
    from market_data.price_klines where timeframe = ${AGGREGATED.timeframe}`;
  if (!row?.first || !row.last) return undefined;
  return { start: row.first.getTime(), end: row.last.getTime() + 5 * MINUTE };
}
