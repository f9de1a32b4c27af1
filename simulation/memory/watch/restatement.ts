import { seriesLabel } from '../../../functions/core/series/series.ts';
import type { Finding } from '../../../functions/core/series/source.ts';
import { iso } from '../../../functions/core/time/time.ts';
import type { Restatement, RowChange } from '../../../functions/core/verify/archive-watch.ts';
import { isPurged } from '../ledger/ledger.ts';
import type { Book, KeptChange, MemoryWarehouse } from '../ledger/warehouse.ts';

/**
 * Replaces rows that the venue has otherwise now, keeps what they were, and notes a finding.
 * @returns changes that were entered; that an answer still lacks a row is no new one
 */
export function renew(warehouse: MemoryWarehouse, book: Book, restatement: Restatement, now: number): number {
  if (isPurged(book)) return 0;
  const { series } = book;
  const { object, was, became, rows, changes } = restatement;
  for (const batch of rows) warehouse.rows.merge(series, batch);
  if (was !== undefined && became !== undefined) enterHash(book, restatement, was, became, now);
  const isNew = (change: RowChange): boolean =>
    became !== undefined || change.became !== null || !book.changes.some((known) => isSame(known, change));
  const entered = changes.filter(isNew).map((change): KeptChange => ({ ...change, object, changedAt: now }));
  book.changes = [...book.changes, ...entered];
  if (entered.length === 0 && became === undefined) return 0;
  const jobId = became === undefined ? 'watch-histories' : 'watch-archives';
  const { finding, of } = noteOf(restatement, entered.length, now);
  warehouse.note({ series, object: of }, [finding], { jobId, chunk: seriesLabel(series), at: now });
  return entered.length;
}

/** An answer has no hash by which a withdrawal could be seen to be the one of the last turn. */
const isSame = (known: KeptChange, change: RowChange): boolean =>
  known.time === change.time &&
  known.became === null &&
  JSON.stringify(known.was) === JSON.stringify(change.was);

function enterHash(
  book: Book,
  { object, spans }: Restatement,
  was: string,
  became: string,
  now: number,
): void {
  const [start, end] = [spans[0]?.start ?? 0, spans.at(-1)?.end ?? 0];
  book.spans = book.spans.map((span) => {
    const isOfObject = span.state === 'have' && span.object === object && span.sha256 === was;
    return isOfObject && span.start < end && span.end > start
      ? { ...span, sha256: became, fetchedAt: now }
      : span;
  });
}

/** The hash or the instant is part of the name: the same may be restated more than once. */
function noteOf(
  { object, was, became, changes }: Restatement,
  rows: number,
  now: number,
): { readonly finding: Finding; readonly of: string } {
  if (became !== undefined) {
    const detail = { object, sha256Was: was ?? '', sha256Became: became, rows };
    return { finding: { kind: 'object-republished', detail }, of: `${object}#${became}` };
  }
  const times = changes.map(({ time }) => time);
  const detail = { object, rows, from: iso(Math.min(...times)), to: iso(Math.max(...times)) };
  return { finding: { kind: 'history-restated', detail }, of: `${object} at ${iso(now)}` };
}
