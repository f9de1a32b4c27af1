import { AGGREGATED, type Window } from '../../core/aggregates/aggregates.ts';
import type { Range } from '../../core/time/range.ts';
import { MINUTE } from '../../core/time/time.ts';
import type { Runner } from '../postgres/postgres.ts';

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
