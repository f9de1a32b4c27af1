import { AGGREGATED, type AggregateStore } from '../../core/aggregates/aggregates.ts';
import { type Clock, DAY } from '../../core/time/time.ts';
import type { Flavour } from '../postgres/flavour.ts';
import { type RangePairs, rangePairs, toRanges } from '../postgres/fragments.ts';
import { guarded, type Runner } from '../postgres/postgres.ts';
import { callRefresh, createRefresh, readExtent } from './refresh-views.ts';

export interface AggregateOptions {
  /** a session that takes the role `gordon_writer` */
  readonly sql: Runner;
  /** a session of the login itself: TimescaleDB lets only the owner refresh an aggregate, and a role cannot lend that right */
  readonly owner: Runner;
  readonly clock: Clock;
  /** waits this many ms; a real timer by default */
  readonly pause?: (ms: number) => Promise<void>;
}

/** A job's id is kept as long as its spans have it; afterwards it is never requested. */
const REMEMBERED = 14 * DAY;

/** The aggregates of `price_klines` in PostgreSQL or TimescaleDB. The flavour is read once, with the first call. */
export function createAggregateStore(options: AggregateOptions): AggregateStore {
  const { sql, clock } = options;
  const refresh = createRefresh(options);
  let flavour: Promise<Flavour> | undefined;

  async function readFlavour(): Promise<Flavour> {
    const [row] = await sql<{ value: Flavour }[]>`select value from market_data.meta where key = 'flavour'`;
    return row?.value ?? 'postgres';
  }

  async function timescale(): Promise<boolean> {
    flavour ??= readFlavour().catch((error: unknown) => {
      // A database that was down is queried again.
      flavour = undefined;
      throw error;
    });
    return (await flavour) === 'timescale';
  }

  return {
    pendingRefreshes: (since) =>
      guarded('aggregates', async () => {
        const rows = await sql<{ jobId: string; symbols: string[]; touched: RangePairs }[]>`
          select job_id as "jobId", jsonb_agg(distinct symbol) as symbols, ${rangePairs(sql, sql`range_agg(span)`)} as touched
          from market_data.coverage c
          where source = 'price_klines' and state = 'have' and timeframe = ${AGGREGATED.timeframe}
            and fetched_at >= ${new Date(since)}
            and not exists (select from market_data.refreshed_jobs r where r.job_id = c.job_id)
          group by job_id order by job_id`;
        return rows.map(({ touched, ...job }) => ({ ...job, touched: toRanges(touched) }));
      }),

    markRefreshed: (jobIds) =>
      guarded('aggregates', async () => {
        if (jobIds.length === 0) return;
        const now = clock();
        await sql`
          insert into market_data.refreshed_jobs (job_id, refreshed_at)
          select id, ${new Date(now)} from jsonb_array_elements_text(${sql.json([...jobIds])}) id
          on conflict do nothing`;
        await sql`
          delete from market_data.refreshed_jobs where refreshed_at < ${new Date(now - REMEMBERED)}`;
      }),

    refresh: async (touched, how) =>
      refresh((await guarded('aggregates', timescale)) ? 'timescale' : 'postgres', touched, how),

    refreshWindow: (name, window) =>
      guarded(name, async () => {
        if (await timescale()) await callRefresh(options.owner, 'refresh_continuous_aggregate', name, window);
        else await callRefresh(sql, 'market_data.refresh_continuous_aggregate', name, window);
      }),

    extent: () => guarded('aggregates', () => readExtent(sql)),

    refreshRecent: (everySeconds) =>
      guarded('aggregates', async () => {
        if (await timescale()) return false;
        await sql`call market_data.refresh_recent(make_interval(secs => ${everySeconds}))`;
        return true;
      }),

    status: () =>
      guarded('aggregates', async () => {
        const rows = await sql<Row[]>`
          select name, last_refresh, next_refresh, watermark, healthy from market_data.aggregate_status`;
        return rows.map(({ name, last_refresh, next_refresh, watermark, healthy }) => ({
          name,
          lastRefresh: at(last_refresh),
          nextRefresh: at(next_refresh),
          watermark: at(watermark),
          healthy,
        }));
      }),
  };
}

/** Epoch ms. A database writes "never" as infinity or as a year before Christ, which are not dates of ours. */
function at(date: Date | null): number | null {
  const ms = date?.getTime() ?? Number.NaN;
  return Number.isNaN(ms) ? null : ms;
}

interface Row {
  readonly name: string;
  readonly last_refresh: Date | null;
  readonly next_refresh: Date | null;
  readonly watermark: Date | null;
  readonly healthy: boolean;
}
