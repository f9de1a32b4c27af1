import type { SizeSample } from '../../core/queries/status/history.ts';
import { type Clock, DAY, MINUTE } from '../../core/time/time.ts';
import { guarded, type Sql } from '../postgres/postgres.ts';
import { sizes } from './sizes.ts';

/** A sample is due this long after the last one: the schedule that takes them runs each hour, not to the minute. */
const EVERY = 50 * MINUTE;
const KEEP = 90 * DAY;

/** Keeps how large the tables were. */
export interface SizeSamples {
  /** Measures all tables, unless that was done within the last hour. @returns tables that were measured */
  sample(): Promise<number>;
}

/** @param sql a session of `gordon_writer` */
export const createSizeSamples = (sql: Sql, clock: Clock): SizeSamples => ({
  sample: () =>
    guarded('the sizes', async () => {
      const now = new Date(clock());
      const [recent] = await sql`
        select from market_data.size_samples where at > ${new Date(clock() - EVERY)} and at <= ${now} limit 1`;
      if (recent) return 0;
      const measured = (await sizes(sql)).map(({ name, heap, indexes, columnstore }) => ({
        name,
        bytes: heap + indexes + columnstore,
      }));
      await sql`delete from market_data.size_samples where at < ${new Date(clock() - KEEP)}`;
      // Two that measure at once have different instants, and both are right.
      await sql`
        insert into market_data.size_samples (at, name, bytes)
        select ${now}, name, bytes from jsonb_to_recordset(${sql.json(measured)}) as t (name text, bytes bigint)
        on conflict do nothing`;
      return measured.length;
    }),
});

/** Samples since an instant, oldest first. @param since epoch ms */
export async function sizeHistory(sql: Sql, since: number): Promise<SizeSample[]> {
  const rows = await sql<{ at: Date; name: string; bytes: number }[]>`
    select at, name, bytes::float8 as bytes from market_data.size_samples where at >= ${new Date(since)} order by at, name`;
  return rows.map(({ at, ...sample }) => ({ ...sample, at: at.getTime() }));
}
