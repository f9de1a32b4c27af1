import { brokenInvariant, overlapIn } from '../../../core/ledger/invariants.ts';
import type { CoverageState, NewSpan } from '../../../core/ledger/new-span.ts';
import { type Series, seriesLabel } from '../../../core/series/series.ts';
import { periodsIn } from '../../../core/time/period.ts';
import { clip, hull, type Range, type RangeSet } from '../../../core/time/range.ts';
import { iso } from '../../../core/time/time.ts';
import { stepOf } from '../../../core/time/timeframe.ts';
import { type Fragment, toMultirange } from '../../postgres/fragments.ts';
import { takeLocks } from '../../postgres/locks.ts';
import type { Transaction } from '../../postgres/postgres.ts';
import { type Broken, type CountedTable, selectBroken, toBreach } from './check-spans.ts';
import { readMissing, touching } from './read-ledger.ts';

export interface Author {
  readonly jobId: string;
  readonly chunk: string;
  /** epoch ms */
  readonly at: number;
}

/**
 * Locks the series within the months that the set touches until the transaction ends, so that chunks of different months do
 * not wait for each other. Locks are taken in order of time, so two holders never wait for one another.
 */
export async function lockMonths(tx: Transaction, series: Series, set: RangeSet): Promise<void> {
  await lock(tx, monthsOf(series, set));
}

/** The same for several series: all of their locks are taken in one order, which is that of one series too. */
export async function lockAll(
  tx: Transaction,
  parts: readonly { readonly series: Series; readonly set: RangeSet }[],
): Promise<void> {
  await lock(
    tx,
    parts.flatMap(({ series, set }) => monthsOf(series, set)),
  );
}

function monthsOf(series: Series, set: RangeSet): string[] {
  const months = new Set(set.flatMap((range) => periodsIn('month', range).map((month) => month.name)));
  return [...months].map((month) => `${seriesLabel(series)} ${month}`);
}

async function lock(tx: Transaction, names: readonly string[]): Promise<void> {
  if (names.length > 0) await takeLocks(tx, 'months', names);
}

/** Removes a set from the series' spans of some states. What is left of a span keeps its provenance. */
export async function removeSpans(
  tx: Transaction,
  series: Series,
  set: RangeSet,
  states: readonly CoverageState[],
  /** of a table of events: counts the rows of a span of `part`, a column of type tstzrange */
  count?: Fragment,
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
  counted?: CountedTable,
): Promise<void> {
  if (spans.length === 0) return;
  const rows = spanRows(series, spans);
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

/**
 * Spans as they are entered, cut at the borders of months.
 * @throws GordonError `broken-invariant` where two of them overlap
 */
export function spanRows(series: Series, spans: readonly NewSpan[]) {
  const twice = overlapIn(spans.map(({ span }) => span));
  if (twice) {
    const found = 'two spans of what is to be entered lie there';
    throw brokenInvariant(series, { invariant: 'no-overlap', span: twice, found });
  }
  const step = stepOf(series.timeframe);
  return spans.flatMap((s) =>
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
}

/** Only the last error of a span is kept, and only where rows of it are still missing. The months must be locked. */
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
