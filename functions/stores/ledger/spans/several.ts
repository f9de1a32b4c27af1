import type { NewSpan } from '../../../core/ledger/new-span.ts';
import type { Series } from '../../../core/series/series.ts';
import { type TableSpec, timeColumn } from '../../../core/series/table.ts';
import { hull, normalize, type RangeSet } from '../../../core/time/range.ts';
import { tableName } from '../../copy/copy.ts';
import { bounds, ownRows, toMultirange } from '../../postgres/fragments.ts';
import type { Transaction } from '../../postgres/postgres.ts';
import type { Broken } from './check-spans.ts';
import { type Author, spanRows } from './write-spans.ts';

/** The spans of several series of one source and timeframe, each thing with one statement. The months must be locked. */

/** Removes sets from the proofs and failures of their series. What is left of a span keeps its provenance. */
export async function removeSpansOf(
  tx: Transaction,
  parts: readonly { readonly series: Series; readonly set: RangeSet }[],
): Promise<void> {
  const around = hull(normalize(parts.flatMap(({ set }) => set)));
  if (!around) return;
  const { source, timeframe } = parts[0]!.series;
  const cuts = parts.map(({ series: { symbol }, set }) => ({ symbol, set: toMultirange(set) }));
  await tx`
    with cut as (select * from jsonb_to_recordset(${tx.json(cuts)}) as r (symbol text, set tstzmultirange)),
    hit as (
      delete from market_data.coverage c using cut
      where c.symbol = cut.symbol and source = ${source} and timeframe = ${timeframe} and state in ('empty', 'failed')
        and lower(span) < ${new Date(around.end)} and upper(span) > ${new Date(around.start)} and span && cut.set
      returning c.*, cut.set as set)
    insert into market_data.coverage
      (source, symbol, timeframe, span, state, reason, evidence, rows, object, sha256, job_id, chunk, fetched_at)
    select source, symbol, timeframe, part, state, reason, evidence, 0, object, sha256, job_id, chunk, fetched_at
    from hit, unnest(tstzmultirange(span) - set) as part`;
}

/**
 * Enters spans, as `insertSpans` does, and compares each with the rows of its series.
 * @param table of rows that are steps
 * @returns the first span that breaks an invariant: the caller must then roll the transaction back
 * @throws GordonError `broken-invariant`
 */
export async function enterSpansOf(
  tx: Transaction,
  table: TableSpec,
  parts: readonly (readonly [Series, readonly NewSpan[]])[],
  by: Author,
): Promise<(Broken & { readonly symbol: string }) | undefined> {
  const rows = parts.flatMap(([series, spans]) =>
    spanRows(series, spans).map((row) => ({ symbol: series.symbol, ...row })),
  );
  if (rows.length === 0) return undefined;
  const [series] = parts[0]!;
  const around = hull(normalize(parts.flatMap(([, spans]) => spans.map(({ span }) => span))))!;
  const time = tx`t.${tx(timeColumn(table))}`;
  // Planned with the bounds of all spans, so that a hypertable's other chunks are left out.
  const own = tx`from ${tx.unsafe(tableName(table))} t where ${ownRows(tx, table, series, tx`added.symbol`)}
    and ${time} >= lower(span) and ${time} < upper(span)
    and ${time} >= ${new Date(around.start)} and ${time} < ${new Date(around.end)}`;
  const [broken] = await tx<(Broken & { readonly symbol: string })[]>`
    with added as (
      insert into market_data.coverage
        (source, symbol, timeframe, span, state, reason, evidence, rows, object, sha256, job_id, chunk, fetched_at)
      select ${series.source}, r.symbol, ${series.timeframe}, tstzrange(r.start, r."end"), r.state, r.reason, r.evidence,
        r.rows, r.object, r.sha256, ${by.jobId}, ${by.chunk}, ${new Date(by.at)}
      from jsonb_to_recordset(${tx.json(rows as never)}) as r (symbol text, start timestamptz, "end" timestamptz, state text,
        reason text, evidence jsonb, rows bigint, object text, sha256 text)
      returning symbol, span, state, rows)
    select symbol, ${bounds(tx, tx`span`)}, state, rows, found, doubled
    from (
      select added.*, exists (
          -- The ledger before this statement, without what it adds.
          select from market_data.coverage c
          where c.source = ${series.source} and c.symbol = added.symbol and c.timeframe = ${series.timeframe}
            and lower(c.span) < upper(added.span) and upper(c.span) > lower(added.span)) as doubled,
        case state when 'have' then (select count(*) ${own})
          when 'empty' then (select count(*) from (select 1 ${own} limit 1) one) else 0 end as found
      from added offset 0) looked
    where doubled or found <> rows limit 1`;
  return broken;
}
