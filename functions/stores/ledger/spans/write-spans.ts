import type { PendingQuery, Row } from 'postgres';
import { brokenInvariant, overlapIn } from '../../../core/ledger/invariants.ts';
import type { CoverageState, NewSpan } from '../../../core/ledger/new-span.ts';
import type { LedgerState } from '../../../core/ledger/page-account.ts';
import { type Series, seriesLabel } from '../../../core/series/series.ts';
import { periodsIn } from '../../../core/time/period.ts';
import { clip, hull, type Range, type RangeSet } from '../../../core/time/range.ts';
import { iso } from '../../../core/time/time.ts';
import { stepOf } from '../../../core/time/timeframe.ts';
import type { Runner, Transaction } from '../../postgres/postgres.ts';
import { type Broken, type Counted, selectBroken, toBreach } from './check-spans.ts';

export interface Author {
  readonly jobId: string;
  readonly chunk: string;
  /** epoch ms */
  readonly at: number;
}

/** A set as PostgreSQL writes a tstzmultirange. */
export const toMultirange = (set: RangeSet): string =>
  `{${set.map((r) => `[${iso(r.start)},${iso(r.end)})`).join(',')}}`;

/** The members of a multirange expression as rows `{start, end}` in epoch ms. */
const members = (sql: Runner, multirange: ReturnType<Runner>) => sql`
  select (extract(epoch from lower(r)) * 1000)::float8 as start, (extract(epoch from upper(r)) * 1000)::float8 as "end"
  from unnest(${multirange}) r order by 1`;

export const ofSeries = (sql: Runner, s: Series) =>
  sql`source = ${s.source} and symbol = ${s.symbol} and timeframe = ${s.timeframe}`;

/** Spans of a series that touch a range; both comparisons are on the index. */
const touching = (sql: Runner, s: Series, range: Range) =>
  sql`${ofSeries(sql, s)} and lower(span) < ${new Date(range.end)} and upper(span) > ${new Date(range.start)}`;

/**
 * Which proofs of emptiness still hold. A venue may mend an outage later, and what was not published may still be, so such a
 * proof expires and its range is requested again: when as much time has passed since the proof as lay between the hole and the
 * proof, and after a day at least. A hole of this morning is requested again tomorrow, then after 2, 4, 8… days; one that was
 * still a hole years later is left alone. Every other reason is final.
 */
const provenEmpty = (sql: Runner, now: number) => sql`
  state = 'empty' and (reason not in ('venue-outage', 'not-published')
    or ${new Date(now)} < fetched_at + greatest(interval '1 day', fetched_at - upper(span)))`;

const settled = (sql: Runner, now: number) => sql`(state = 'have' or (${provenEmpty(sql, now)}))`;

const asRanges = (rows: readonly Range[]): RangeSet => rows.map(({ start, end }) => ({ start, end }));

/** All that was ever requested. */
export async function readRequested(sql: Runner, series: Series): Promise<RangeSet> {
  return asRanges(
    await sql<Range[]>`${members(
      sql,
      sql`coalesce((select requested from market_data.series where ${ofSeries(sql, series)}), '{}')`,
    )}`,
  );
}

/** What is not kept of a series, as a multirange on its grid. */
export const selectRetired = (sql: Runner, { source, timeframe }: Series, now: number) =>
  sql`market_data.retired(${source}, ${`${stepOf(timeframe)} milliseconds`}::interval, ${new Date(now)})`;

/** requested − have − proven empty − what is not kept. */
export async function readMissing(
  sql: Runner,
  series: Series,
  requested: Range,
  now: number,
): Promise<RangeSet> {
  if (requested.start >= requested.end) return [];
  const wanted = sql`${toMultirange([requested])}::tstzmultirange`;
  return asRanges(
    await sql<Range[]>`${members(
      sql,
      sql`${wanted} - coalesce((select range_agg(span) from market_data.coverage
        where ${touching(sql, series, requested)} and ${settled(sql, now)}), '{}') - ${selectRetired(sql, series, now)}`,
    )}`,
  );
}

/** What the ledger has rows for, within a range. */
export async function readCovered(sql: Runner, series: Series, within: Range): Promise<RangeSet> {
  return asRanges(
    await sql<Range[]>`${members(
      sql,
      sql`${toMultirange([within])}::tstzmultirange * coalesce((select range_agg(span) from market_data.coverage
        where ${touching(sql, series, within)} and state = 'have'), '{}')`,
    )}`,
  );
}

/** All that the ledger has a span for, of any state. */
export async function readSpanned(sql: Runner, series: Series): Promise<RangeSet> {
  return asRanges(
    await sql<Range[]>`${members(
      sql,
      sql`coalesce((select range_agg(span) from market_data.coverage where ${ofSeries(sql, series)}), '{}')`,
    )}`,
  );
}

/** What the ledger has for a range: rows, proofs that still hold, and every other span. */
export interface LedgerLook extends LedgerState {
  readonly other: RangeSet;
  /** the series was purged and has not been ordered since: nothing of it is written */
  readonly purged: boolean;
}

const purgedIs = (sql: Runner, series: Series) =>
  sql`exists (select from market_data.series where ${ofSeries(sql, series)} and purged_at = unfollowed_at)`;

/** Whether a series was purged and has not been ordered since. */
export async function isPurged(sql: Runner, series: Series): Promise<boolean> {
  const [row] = await sql<{ purged: boolean }[]>`select ${purgedIs(sql, series)} as purged`;
  return row!.purged;
}

/** Reads all of it with one query: every page needs it, and each query is a round trip to the database. */
export async function readLedger(
  sql: Runner,
  series: Series,
  within: Range,
  now: number,
): Promise<LedgerLook> {
  const rows = await sql<(Range & { readonly kind: 'have' | 'proven' | 'other' | 'purged' })[]>`
    select kind, (extract(epoch from lower(r)) * 1000)::float8 as start, (extract(epoch from upper(r)) * 1000)::float8 as "end"
    from (
      select case when state = 'have' then 'have' when ${provenEmpty(sql, now)} then 'proven' else 'other' end as kind,
        range_agg(span) as set
      from market_data.coverage where ${touching(sql, series, within)} group by 1) kinds,
      unnest(${toMultirange([within])}::tstzmultirange * set) r
    union all select 'purged', 0, 0 where ${purgedIs(sql, series)}
    order by 2`;
  const of = (kind: keyof LedgerLook): RangeSet => asRanges(rows.filter((row) => row.kind === kind));
  const purged = of('purged').length > 0;
  return { have: of('have'), proven: of('proven'), other: of('other'), purged };
}

/**
 * Locks the series within the months that the set touches until the transaction ends, so that chunks of different months do
 * not wait for each other. Locks are taken in order of time, so two holders never wait for one another.
 */
export async function lockMonths(tx: Transaction, series: Series, set: RangeSet): Promise<void> {
  const months = new Set(set.flatMap((range) => periodsIn('month', range).map((month) => month.name)));
  const keys = [...months].sort().map((month) => `${seriesLabel(series)} ${month}`);
  if (keys.length === 0) return;
  await tx`select pg_advisory_xact_lock(hashtextextended(key, 0))
    from jsonb_array_elements_text(${tx.json(keys)}) as key`;
}

/** Removes a set from the series' spans of some states. What is left of a span keeps its provenance. */
export async function removeSpans(
  tx: Transaction,
  series: Series,
  set: RangeSet,
  states: readonly CoverageState[],
  /** of a table of events: counts the rows of a span of `part`, a column of type tstzrange */
  count?: PendingQuery<Row[]>,
): Promise<void> {
  const around = hull(set);
  if (!around) return;
  const step = stepOf(series.timeframe) / 1000;
  await tx`
    with cut as (select ${toMultirange(set)}::tstzmultirange as set),
    hit as (
      delete from market_data.coverage
      where ${touching(tx, series, around)} and state in ${tx(states)} and span && (select set from cut)
      returning *
    )
    insert into market_data.coverage
      (source, symbol, timeframe, span, state, reason, evidence, rows, object, sha256, job_id, chunk, fetched_at)
    select source, symbol, timeframe, part, state, reason, evidence,
      -- a span that has rows has one for every step
      case state when 'have' then ${count ?? tx`extract(epoch from upper(part) - lower(part)) / ${step}::float8`} else 0 end,
      object, sha256, job_id, chunk, fetched_at
    from hit, unnest(tstzmultirange(span) - (select set from cut)) as part`;
}

/**
 * Enters spans, cut at the borders of months: a span across one would belong to two locks, and two holders who cut the same
 * span would not see each other's remainder.
 * @param counted the table of the rows, once they are written; absent: the count of rows is not checked
 * @throws GordonError `broken-invariant`; the caller must then roll the transaction back
 */
export async function insertSpans(
  tx: Transaction,
  series: Series,
  spans: readonly NewSpan[],
  by: Author,
  counted?: Counted,
): Promise<void> {
  if (spans.length === 0) return;
  const twice = overlapIn(spans.map(({ span }) => span));
  if (twice) {
    const found = 'two spans of what is to be entered lie there';
    throw brokenInvariant(series, { invariant: 'no-overlap', span: twice, found });
  }
  const step = stepOf(series.timeframe);
  const rows = spans.flatMap((s) =>
    periodsIn('month', s.span)
      .flatMap((month) => clip([s.span], month))
      .map((part) => ({
        start: iso(part.start),
        end: iso(part.end),
        state: s.state,
        reason: s.reason ?? null,
        rows: s.state === 'have' ? (s.count?.(part) ?? (part.end - part.start) / step) : 0,
        evidence: s.evidence ?? [],
        object: s.object ?? null,
        sha256: s.sha256 ?? null,
      })),
  );
  const [broken] = await tx<Broken[]>`
    with added as (
      insert into market_data.coverage
        (source, symbol, timeframe, span, state, reason, evidence, rows, object, sha256, job_id, chunk, fetched_at)
      select ${series.source}, ${series.symbol}, ${series.timeframe}, tstzrange(r.start, r."end"), r.state, r.reason, r.evidence,
        r.rows, r.object, r.sha256, ${by.jobId}, ${by.chunk}, ${new Date(by.at)}
      from jsonb_to_recordset(${tx.json(rows as never)}) as r (start timestamptz, "end" timestamptz, state text, reason text,
        evidence jsonb, rows bigint, object text, sha256 text)
      returning span, state, rows)
    ${selectBroken(tx, series, spans, counted)}`;
  if (broken) throw brokenInvariant(series, toBreach(broken));
}

/** Only the last error of a span is kept, and only where it still lacks rows. The months must be locked. */
export async function noteFailed(
  tx: Transaction,
  series: Series,
  span: Range,
  error: { readonly code: string; readonly message: string; readonly evidence?: readonly unknown[] },
  by: Author,
): Promise<void> {
  const { evidence = [], ...words } = error;
  await removeSpans(tx, series, [span], ['failed']);
  const missing = await readMissing(tx, series, span, by.at);
  // An expired proof that was not renewed: the gap is shown with its error, and no two spans overlap.
  await removeSpans(tx, series, missing, ['empty']);
  const failed = missing.map((gap) => ({
    span: gap,
    state: 'failed' as const,
    reason: error.code,
    evidence: [words, ...evidence],
  }));
  await insertSpans(tx, series, failed, by);
}
