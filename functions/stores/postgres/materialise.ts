import { DAY } from '../../core/time/time.ts';
import { createAggregateStore } from '../aggregates/aggregates.ts';
import type { Flavour } from './flavour.ts';
import type { Runner } from './postgres.ts';

/** What a migration that makes the aggregates anew leaves in `market_data.meta`; nulls where there are no rows. */
const NOTE = 'aggregates-to-materialise';

interface Note {
  /** epoch ms, a day's start; what lies before is done */
  readonly from: number | null;
  readonly until: number | null;
}

/** What one kill may cost. Whole days, so that no bucket lies in two windows. */
const WINDOW = 90 * DAY;

/**
 * Materialises the aggregates after a migration that made them anew, which none can do in its own transaction. Each window
 * is kept when it is done, so whoever comes after a kill goes on from there. Harmless to repeat: without a note it does
 * nothing.
 *
 * The oldest window comes first. TimescaleDB computes what is not materialised when it is read, but only above the newest
 * bucket that is: so the views are complete all the time.
 * @param session its login owns the aggregates
 * @throws GordonError `database-busy` and whatever else the database refuses with
 */
export async function materialise(session: Runner, flavour: Flavour): Promise<void> {
  const [note] = await session<{ value: Note }[]>`select value from market_data.meta where key = ${NOTE}`;
  if (!note) return;
  const { from, until } = note.value;
  if (from !== null && until !== null) await refreshWindows(session, from, until);
  if (flavour === 'timescale') await startPolicies(session);
  await session`delete from market_data.meta where key = ${NOTE}`;
}

async function refreshWindows(session: Runner, from: number, until: number): Promise<void> {
  const store = createAggregateStore({ sql: session, owner: session, clock: Date.now });
  for (let start = from; start < until; start += WINDOW) {
    await store.refresh([{ start, end: Math.min(start + WINDOW, until) }]);
    const rest: Note = { from: start + WINDOW, until };
    await session`update market_data.meta set value = ${session.json({ ...rest })} where key = ${NOTE}`;
  }
}

/** The migration made them without a schedule. */
async function startPolicies(session: Runner): Promise<void> {
  await session`
    select alter_job(j.job_id, scheduled => true)
    from _timescaledb_catalog.continuous_agg a
    join timescaledb_information.jobs j on j.proc_name = 'policy_refresh_continuous_aggregate'
      and (j.config ->> 'mat_hypertable_id')::int = a.mat_hypertable_id
    where a.user_view_schema = 'market_data'`;
}
