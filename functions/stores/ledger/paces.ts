import type { Pace } from '../../core/ledger/ports.ts';
import type { Timeframe } from '../../core/time/timeframe.ts';
import type { Sql } from '../postgres/postgres.ts';

/** Sums of the spans with rows, by symbol. */
export async function readPaces(
  sql: Sql,
  source: string,
  timeframe: Timeframe,
): Promise<ReadonlyMap<string, Pace>> {
  const found = await sql<{ symbol: string; rows: number; ms: number }[]>`
    select symbol, sum(rows)::float8 as rows,
      sum(extract(epoch from upper(span) - lower(span)) * 1000)::float8 as ms
    from market_data.coverage
    where source = ${source} and timeframe = ${timeframe} and state = 'have'
    group by symbol`;
  return new Map(found.map(({ symbol, rows, ms }) => [symbol, { rows, ms }]));
}
