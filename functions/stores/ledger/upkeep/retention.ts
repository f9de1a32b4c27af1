import type { Retention } from '../../../core/ledger/ports.ts';
import type { Series } from '../../../core/series/series.ts';
import type { Range, RangeSet } from '../../../core/time/range.ts';
import { iso } from '../../../core/time/time.ts';
import { asRanges, bounds, epochMs, ofSeries } from '../../postgres/fragments.ts';
import type { Runner, Sql } from '../../postgres/postgres.ts';
import { selectRetired } from '../spans/read-ledger.ts';
import { insertSpans, lockMonths, removeSpans } from '../spans/write-spans.ts';

/**
 * Enters what was requested, is not kept and has no rows as `empty`, reason `retired`, so that every reader of the ledger sees it.
 * Existing rows stay, with their account.
 */
export async function retire(sql: Sql, series: Series, now: number): Promise<void> {
  if ((await unkept(sql, series, now)).length === 0) return;
  await sql.begin(async (tx) => {
    await lockMonths(tx, series, await unkept(tx, series, now));
    const spans = await unkept(tx, series, now);
    await removeSpans(tx, series, spans, ['failed']);
    const [row] = await tx<{ why: string }[]>`
      select string_agg(distinct reason, '; ') as why from market_data.retention where source = ${series.source}`;
    const evidence = [{ what: `retention of ${series.source}: ${row?.why ?? ''}`, at: now }];
    await insertSpans(
      tx,
      series,
      spans.map((span) => ({ span, state: 'empty' as const, reason: 'retired', evidence })),
      { jobId: 'retention', chunk: series.source, at: now },
    );
  });
}

async function unkept(sql: Runner, series: Series, now: number): Promise<RangeSet> {
  const rows = await sql<Range[]>`
    select ${bounds(sql, sql`r`)}
    from market_data.series s, unnest(s.requested * ${selectRetired(sql, series, now)} - coalesce((
      select range_agg(span) from market_data.coverage
      where ${ofSeries(sql, series)} and state <> 'failed'), '{}')) r
    where ${ofSeries(sql, series)} order by 1`;
  return asRanges(rows);
}

/** What is not kept, by source. */
export async function retentionRules(sql: Sql): Promise<Retention[]> {
  const rows = await sql<
    {
      source: string;
      start: number | null;
      end: number | null;
      keep: number | null;
      reason: string;
      at: number;
    }[]
  >`
    select source, ${bounds(sql, sql`span`)}, ${epochMs(sql, sql`keep`)} as keep, reason, ${epochMs(sql, sql`set_at`)} as at
    from market_data.retention order by source, id`;
  return rows.map(({ source, start, end, keep, reason, at }) => ({
    source,
    ...(end !== null && (start === null ? { before: end } : { dropped: { start, end } })),
    ...(keep !== null && { keepMs: keep }),
    reason,
    setAt: at,
  }));
}

/**
 * Replaces the retention of a source. Spans that were entered as `retired` leave the ledger; they are entered again where the new rule applies.
 * @param rule absent: everything is kept, including the ranges of dropped chunks
 */
export async function setRetention(
  sql: Sql,
  source: string,
  rule: Pick<Retention, 'before' | 'keepMs' | 'reason'> | undefined,
  now: number,
): Promise<void> {
  await sql.begin(async (tx) => {
    // A chunk that was dropped has a beginning.
    await tx`delete from market_data.retention where source = ${source} ${rule ? tx`and lower(span) is null` : tx``}`;
    await tx`delete from market_data.coverage where source = ${source} and state = 'empty' and reason = 'retired'`;
    if (!rule) return;
    const { before, keepMs, reason } = rule;
    const span = before === undefined ? null : `(,${iso(before)})`;
    const keep = keepMs === undefined ? null : `${keepMs} milliseconds`;
    await tx`
      insert into market_data.retention (source, span, keep, reason, set_at)
      values (${source}, ${span}::tstzrange, ${keep}::interval, ${reason}, ${new Date(now)})`;
  });
}
