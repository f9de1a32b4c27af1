import { DAY } from '../../../core/time/time.ts';
import { createAggregateStore } from '../../aggregates/aggregates.ts';
import type { Flavour } from '../flavour.ts';
import type { Runner } from '../postgres.ts';

/** The note in `market_data.meta` of a migration that recreated the aggregates; nulls where there are no rows. */
export const NOTE = 'aggregates-to-materialise';

export interface Note {
  /** epoch ms, a day's start; everything before it is done */
  readonly from: number | null;
  readonly until: number | null;
}

/** The most work that one kill may cost. Whole days, so that no bucket lies in two windows. */
const WINDOW = 90 * DAY;

/**
 * Materialises the aggregates after a migration that recreated them, which a migration cannot do in its own transaction. Each
 * window is kept once it is done, so a run after a kill continues from there. Harmless to repeat: without a note it does
 * nothing.
 *
 * The oldest window comes first. When an aggregate is read, TimescaleDB computes what is not materialised, but only above the
 * newest bucket that is. So the views are complete all the time.
 * @param session its login owns the aggregates
 * @throws GordonError `database-busy` and every other refusal of the database
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

/** The migration created them without a schedule. */
async function startPolicies(session: Runner): Promise<void> {
  await session`
    select alter_job(j.job_id, scheduled => true)
    from _timescaledb_catalog.continuous_agg a
    join timescaledb_information.jobs j on j.proc_name = 'policy_refresh_continuous_aggregate'
      and (j.config ->> 'mat_hypertable_id')::int = a.mat_hypertable_id
    where a.user_view_schema = 'market_data'`;
}
