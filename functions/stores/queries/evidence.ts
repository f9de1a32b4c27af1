import type { FindingEntry, LedgerEntry } from '../../core/queries/ports.ts';
import type { Series } from '../../core/series/series.ts';
import type { Range } from '../../core/time/range.ts';
import { bounds, epochMs, ofSeries } from '../postgres/fragments.ts';
import type { Runner, Sql } from '../postgres/postgres.ts';

/** Spans of the ledger that touch a range, with their provenance, by start. At most `limit`. */
export function ledger(sql: Runner, series: Series, range: Range, limit: number): Promise<LedgerEntry[]> {
  return sql<LedgerEntry[]>`
    select ${bounds(sql, sql`span`)}, state, reason, evidence, rows,
      object, sha256, job_id as "jobId", chunk, ${epochMs(sql, sql`fetched_at`)} as "fetchedAt"
    from market_data.coverage
    where ${ofSeries(sql, series)} and lower(span) < ${new Date(range.end)} and upper(span) > ${new Date(range.start)}
    order by lower(span), id limit ${limit}`;
}

/** Findings about a range, by time; those about a whole object have no time and come first. At most `limit`. */
export function findings(sql: Sql, series: Series, range: Range, limit: number): Promise<FindingEntry[]> {
  return sql<FindingEntry[]>`
    select kind, ${epochMs(sql, sql`time`)} as time, ${epochMs(sql, sql`until`)} as until, object, detail, job_id as "jobId",
      ${epochMs(sql, sql`found_at`)} as "foundAt"
    from market_data.findings
    where ${ofSeries(sql, series)}
      and (time is null or (time < ${new Date(range.end)} and coalesce(until, time) >= ${new Date(range.start)}))
    order by time nulls first, id limit ${limit}`;
}
