import { overlapIn } from '../../functions/core/ledger/invariants.ts';
import type { EmptyReason } from '../../functions/core/series/empty-reason.ts';
import { type Series, seriesLabel } from '../../functions/core/series/series.ts';
import { livesOf } from '../../functions/core/series/source.ts';
import { intersect, normalize, type RangeSet, subtract } from '../../functions/core/time/range.ts';
import { iso } from '../../functions/core/time/time.ts';
import { stepOf } from '../../functions/core/time/timeframe.ts';
import { haveIn } from '../memory/ledger/ledger.ts';
import type { Row } from '../memory/ledger/rows.ts';
import type { Book, MemoryWarehouse } from '../memory/ledger/warehouse.ts';

/** What holds at every moment: the ledger says what the tables have. @returns breaches in words */
export function checkLedger(warehouse: MemoryWarehouse): string[] {
  return warehouse.books().flatMap((book) => checkBook(warehouse, book));
}

function checkBook(warehouse: MemoryWarehouse, book: Book): string[] {
  const { series, spans, marks } = book;
  const problems: string[] = [];
  const doubled = overlapIn(spans);
  if (doubled) problems.push(words(series, 'spans overlap', doubled.start));
  const step = stepOf(series.timeframe);
  const { there, again } = scan(warehouse.rows.within(series), step);
  if (again !== undefined) problems.push(words(series, 'a row is there twice', again));
  const have = haveIn(book);
  const proven = normalize(spans.filter(({ state }) => state === 'empty'));
  // What somebody deleted by hand is found by the next count.
  const known = marks.length > 0 ? subtract(have, normalize(marks.flatMap(({ days }) => days))) : have;
  if (warehouse.rows.table(series).cadence === 'irregular') {
    for (const span of spans) {
      // A span of which somebody deleted a part is counted again as a whole.
      if (span.state !== 'have' || subtract([span], known).length > 0) continue;
      const found = warehouse.rows.count(series, span);
      if (found < span.rows)
        problems.push(words(series, `${span.rows} rows in the account, ${found} in the table`, span.start));
    }
  } else {
    const [lost] = subtract(known, there);
    if (lost) problems.push(words(series, 'the ledger has what the table has not', lost.start));
    const [more] = subtract(there, have);
    if (more) problems.push(words(series, 'the table has what the ledger has not', more.start));
  }
  const [outdated] = outdatedProofs(book);
  if (outdated)
    problems.push(words(series, 'a proof contradicts the lives that the ledger knows', outdated.start));
  const [contradicted] = intersect(proven, have);
  if (contradicted) problems.push(words(series, 'a proof lies over rows', contradicted.start));
  return problems;
}

/** In one pass, for it comes each hour: the steps that rows stand for, and the first instant with the same row twice. */
function scan(
  rows: readonly Row[],
  step: number,
): { readonly there: RangeSet; readonly again: number | undefined } {
  const there: { start: number; end: number }[] = [];
  let last: { start: number; end: number } | undefined;
  let again: number | undefined;
  let before: Row | undefined;
  for (const row of rows) {
    const { time } = row;
    if (again === undefined && before?.time === time && before.rest === row.rest) again = time;
    before = row;
    if (last && time <= last.end) last.end = Math.max(last.end, time + step);
    else {
      last = { start: time, end: time + step };
      there.push(last);
    }
  }
  return { there, again };
}

/** Proofs by what was listed, within a life of what is known to be listed now; and proofs of an outage in a time without a life. */
function outdatedProofs({ record, spans }: Book): RangeSet {
  if (!record?.listing) return [];
  const lives = normalize(livesOf(record.listing));
  const proven = (...reasons: readonly EmptyReason[]): RangeSet =>
    normalize(
      spans.filter(({ state, reason }) => state === 'empty' && reasons.includes(reason as EmptyReason)),
    );
  return [
    ...intersect(proven('pre-listing', 'delisted'), lives),
    ...subtract(proven('venue-outage', 'not-published'), lives),
  ];
}

export const words = (series: Series, what: string, at: number): string =>
  `${seriesLabel(series)} at ${iso(at)}: ${what}`;
