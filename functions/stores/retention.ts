import type { Range, RangeSet } from '../core/range.ts';
import type { Series } from '../core/series.ts';
import { carve, insertSpans, lockMonths, ofSeries, retiredOf } from './ledger.ts';
import type { Runner, Sql } from './postgres.ts';

/**
 * Enters what was requested, is not kept and has no rows as `empty`, reason `retired`, so that everybody who reads the ledger sees it.
 * Rows that are there stay, with their account.
 */
export async function retire(sql: Sql, series: Series, now: number): Promise<void> {
  if ((await unkept(sql, series, now)).length === 0) return;
  await sql.begin(async (tx) => {
    await lockMonths(tx, series, await unkept(tx, series, now));
    const spans = await unkept(tx, series, now);
    await carve(tx, series, spans, ['failed']);
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
    select (extract(epoch from lower(r)) * 1000)::float8 as start, (extract(epoch from upper(r)) * 1000)::float8 as "end"
    from market_data.series s, unnest(s.requested * ${retiredOf(sql, series, now)} - coalesce((
      select range_agg(span) from market_data.coverage
      where ${ofSeries(sql, series)} and state <> 'failed'), '{}')) r
    where ${ofSeries(sql, series)} order by 1`;
  return rows.map(({ start, end }) => ({ start, end }));
}
