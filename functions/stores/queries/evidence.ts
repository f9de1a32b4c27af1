import type { FindingEntry, LedgerEntry } from '../../core/queries/ports.ts';
import type { Series } from '../../core/series/series.ts';
import type { Range } from '../../core/time/range.ts';
import type { Sql } from '../postgres/postgres.ts';

const ofSeries = (sql: Sql, s: Series) =>
  sql`source = ${s.source} and symbol = ${s.symbol} and timeframe = ${s.timeframe}`;

const ms = (sql: Sql, instant: ReturnType<Sql>) => sql`(extract(epoch from ${instant}) * 1000)::float8`;

export function ledger(sql: Sql, series: Series, range: Range, limit: number): Promise<LedgerEntry[]> {
  return sql<LedgerEntry[]>`
    select ${ms(sql, sql`lower(span)`)} as start, ${ms(sql, sql`upper(span)`)} as "end", state, reason, evidence, rows,
      object, sha256, job_id as "jobId", chunk, ${ms(sql, sql`fetched_at`)} as "fetchedAt"
    from market_data.coverage
    where ${ofSeries(sql, series)} and lower(span) < ${new Date(range.end)} and upper(span) > ${new Date(range.start)}
    order by lower(span), id limit ${limit}`;
}

export function findings(sql: Sql, series: Series, range: Range, limit: number): Promise<FindingEntry[]> {
  return sql<FindingEntry[]>`
    select kind, ${ms(sql, sql`time`)} as time, ${ms(sql, sql`until`)} as until, object, detail, job_id as "jobId",
      ${ms(sql, sql`found_at`)} as "foundAt"
    from market_data.findings
    where ${ofSeries(sql, series)}
      and (time is null or (time < ${new Date(range.end)} and coalesce(until, time) >= ${new Date(range.start)}))
    order by time nulls first, id limit ${limit}`;
}
