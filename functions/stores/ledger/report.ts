import { gapCause } from '../../core/ledger/cause.ts';
import type { Gap, ReportFilter, RequestedSeries, SeriesReport } from '../../core/ledger/ports.ts';
import type { EmptyReason } from '../../core/series/empty-reason.ts';
import { type Series, seriesLabel } from '../../core/series/series.ts';
import { type TableSpec, timeColumn } from '../../core/series/table.ts';
import { intersect, measure, type Range, type RangeSet, subtract } from '../../core/time/range.ts';
import { stepOf, type Timeframe } from '../../core/time/timeframe.ts';
import { tableName } from '../copy/copy.ts';
import { epochMs, ownRows, type RangePairs, rangePairs, toRanges } from '../postgres/fragments.ts';
import type { Sql } from '../postgres/postgres.ts';
import { symbolsOf } from './spans/read-ledger.ts';
import { ledgerSets } from './spans/sums.ts';

interface Account {
  readonly source: string;
  readonly symbol: string;
  readonly timeframe: Timeframe;
  readonly requested: RangePairs;
  /** the ledger without what failed, by reason; that of rows is empty */
  readonly states: readonly {
    readonly reason: EmptyReason | '';
    readonly spans: RangePairs;
  }[];
  /** the newest first */
  readonly failed: readonly {
    readonly span: RangePairs;
    readonly code: string;
    readonly error: string;
    readonly evidence: readonly unknown[];
  }[];
  readonly findings: number;
  readonly followed: boolean;
  readonly audited: number | null;
  readonly since: number | null;
  readonly unfollowed: number | null;
}

/** First and last row of a series, and how many it has. */
type Extent = Pick<SeriesReport, 'earliest' | 'latest' | 'rows'>;

/**
 * Every series that was ever requested, with what it has and what is missing. A proof of emptiness that has expired is still a
 * proof: it is not a gap here, though the planner requests its range again.
 */
export async function report(
  sql: Sql,
  tables: (source: string) => TableSpec,
  filter: ReportFilter,
): Promise<SeriesReport[]> {
  const found = await accounts(sql, filter);
  const ofEvents = found.filter(({ source }) => tables(source).cadence === 'irregular');
  const extents = new Map<string, Extent>();
  for (const of of Map.groupBy(ofEvents, ({ source, timeframe }) => `${source} ${timeframe}`).values()) {
    const counted = await countedExtents(sql, tables(of[0]!.source), of);
    for (const [symbol, extent] of counted) extents.set(seriesLabel({ ...of[0]!, symbol }), extent);
  }
  return found.map((account) => {
    const isEvents = tables(account.source).cadence === 'irregular';
    return reportOf(
      account,
      isEvents ? (extents.get(seriesLabel(account)) ?? { rows: 0 }) : extentOf(account),
    );
  });
}

function reportOf(account: Account, extent: Extent): SeriesReport {
  const { source, symbol, timeframe, findings, followed, audited, since, unfollowed } = account;
  const requested = toRanges(account.requested);
  const have = account.states.find(({ reason }) => reason === '');
  const empty = account.states
    .flatMap(({ reason, spans }) => (reason ? toRanges(spans).map((span) => ({ ...span, reason })) : []))
    .sort((a, b) => a.start - b.start);
  const missing = subtract(subtract(requested, toRanges(have?.spans ?? [])), empty);
  return {
    source,
    symbol,
    timeframe,
    requested,
    ...extent,
    followed,
    ...(audited !== null && { auditedAt: audited }),
    ...(since !== null && { since }),
    ...(unfollowed !== null && { unfollowedAt: unfollowed }),
    gaps: explain(missing, account),
    empty,
    findings,
  };
}

/** A span with rows has one for each step, so no row has to be read. */
function extentOf({ states, timeframe }: Account): Extent {
  const have = states.find(({ reason }) => reason === '');
  const [first, last] = [have?.spans[0], have?.spans.at(-1)];
  if (!have || !first || !last) return { rows: 0 };
  const step = stepOf(timeframe);
  return { earliest: first[0], latest: last[1] - step, rows: measure(toRanges(have.spans)) / step };
}

/** Splits what is missing into ranges where a fetch failed and ranges that were never fetched. */
function explain(missing: RangeSet, { failed, timeframe }: Account): Gap[] {
  const step = stepOf(timeframe);
  const gap =
    (known: Omit<Gap, 'start' | 'end' | 'steps'>) =>
    (range: Range): Gap => ({ ...range, steps: (range.end - range.start) / step, ...known });
  let rest = missing;
  const out: Gap[] = [];
  for (const { span, code, error, evidence } of failed) {
    out.push(...intersect(rest, toRanges(span)).map(gap({ cause: gapCause(code), error, evidence })));
    rest = subtract(rest, toRanges(span));
  }
  return [...out, ...rest.map(gap({ cause: gapCause(undefined) }))].sort((a, b) => a.start - b.start);
}

const chosenBy = (sql: Sql, { sources, symbols, timeframe }: ReportFilter) => sql`
  ${sources ? sql`source in ${sql([...sources])}` : sql`true`}
    and ${symbols ? sql`symbol in ${sql([...symbols])}` : sql`true`}
    and ${timeframe ? sql`timeframe = ${timeframe}` : sql`true`}`;

/** Every series that was ever requested, without reading rows or ledger. */
export async function requestedSeries(sql: Sql, filter: ReportFilter): Promise<RequestedSeries[]> {
  const rows = await sql<(Series & { readonly requested: RangePairs })[]>`
    select source, symbol, timeframe, ${rangePairs(sql, sql`requested`)} as requested
    from market_data.series where not isempty(requested) and ${chosenBy(sql, filter)} order by 1, 2, 3`;
  return rows.map(({ requested, ...series }) => ({ ...series, requested: toRanges(requested) }));
}

/** One pass over the sums of the ledger, however many series and spans there are. */
function accounts(sql: Sql, filter: ReportFilter): Promise<Account[]> {
  const chosen = chosenBy(sql, filter);
  return sql<Account[]>`
    with ${ledgerSets(sql, chosen)},
    settled as (
      select source, symbol, timeframe,
        jsonb_agg(jsonb_build_object('reason', reason, 'spans', ${rangePairs(sql, sql`set`)})) as list
      from sets where not isempty(set) group by 1, 2, 3),
    failed as (
      select source, symbol, timeframe,
        jsonb_agg(jsonb_build_object('code', reason, 'error', evidence -> 0 ->> 'message', 'evidence', evidence,
          'span', ${rangePairs(sql, sql`tstzmultirange(span)`)}) order by id desc) as list
      from market_data.coverage where ${chosen} and state = 'failed' group by 1, 2, 3),
    found as (
      select source, symbol, timeframe, count(*) as findings
      from market_data.findings where ${chosen} group by 1, 2, 3)
    select source, symbol, timeframe, ${rangePairs(sql, sql`requested`)} as requested,
      followed, ${epochMs(sql, sql`audited_at`)} as audited, ${epochMs(sql, sql`first_requested_at`)} as since,
      ${epochMs(sql, sql`unfollowed_at`)} as unfollowed,
      coalesce(settled.list, '[]') as states, coalesce(failed.list, '[]') as failed,
      coalesce(found.findings, 0) as findings
    from market_data.series
    left join settled using (source, symbol, timeframe)
    left join failed using (source, symbol, timeframe)
    left join found using (source, symbol, timeframe)
    where not isempty(requested) and ${chosen}
    order by 1, 2, 3`;
}

/** For events the ledger does not know which rows are provisional; their tables are small. */
async function countedExtents(
  sql: Sql,
  table: TableSpec,
  series: readonly Series[],
): Promise<Map<string, Extent>> {
  const time = sql`t.${sql(timeColumn(table))}`;
  const own = ownRows(sql, table, series[0]!, sql`s.symbol`);
  const rows = await sql<{ symbol: string; earliest: Date; latest: Date; rows: number }[]>`
    select s.symbol, min(${time}) as earliest, max(${time}) as latest, count(*) as rows
    from ${symbolsOf(sql, series)} join ${sql.unsafe(tableName(table))} t on ${own} group by 1`;
  return new Map(
    rows.map(({ symbol, earliest, latest, rows: count }) => [
      symbol,
      { earliest: earliest.getTime(), latest: latest.getTime(), rows: count },
    ]),
  );
}
