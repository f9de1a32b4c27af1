import { type Series, seriesLabel } from '../../../functions/core/series/series.ts';
import { normalize } from '../../../functions/core/time/range.ts';
import type { Clock } from '../../../functions/core/time/time.ts';
import type { ArchiveWatch } from '../../../functions/core/verify/archive-watch.ts';
import type { MemoryWarehouse, SeriesRecord, Span } from '../ledger/warehouse.ts';
import { atOnce, type Step } from '../step.ts';
import { renew } from './restatement.ts';

const isFromObject = ({ state, sha256 }: Span): boolean => state === 'have' && sha256 !== null;

export function createMemoryArchiveWatch(
  warehouse: MemoryWarehouse,
  clock: Clock,
  step: Step = atOnce,
): ArchiveWatch {
  return {
    async due(limit) {
      await step('archives that are due');
      const books = warehouse.books().filter(({ record, spans }) => record && spans.some(isFromObject));
      return oldestFirst(books, ({ archivesWatchedAt }) => archivesWatchedAt)
        .slice(0, limit)
        .map(({ series }) => series);
    },

    async held(series) {
      await step(`objects of ${seriesLabel(series)}`);
      const spans = warehouse.book(series).spans.filter(isFromObject);
      const byObject = Map.groupBy(spans, ({ object, sha256 }) => `${object} ${sha256}`);
      return [...byObject.values()]
        .map((of) => ({
          object: of[0]!.object!,
          sha256: of[0]!.sha256!,
          fetchedAt: Math.min(...of.map(({ fetchedAt }) => fetchedAt)),
          spans: normalize(of),
        }))
        .sort((a, b) => (a.object < b.object ? -1 : 1));
    },

    async renew(series, restatement) {
      const now = clock();
      await step(`renew ${seriesLabel(series)}`);
      renew(warehouse, warehouse.book(series), restatement, now);
      warehouse.flush();
    },

    async watched(series) {
      const now = clock();
      await step(`archives of ${seriesLabel(series)} watched`);
      changeRecord(warehouse, series, () => ({ archivesWatchedAt: now }));
    },
  };
}

/** Those that were never watched come first; those of one time in the order of their names. */
export const oldestFirst = <B extends { readonly record: SeriesRecord | undefined }>(
  books: readonly B[],
  watchedAt: (record: SeriesRecord) => number | undefined,
): B[] => {
  const at = ({ record }: B): number => (record && watchedAt(record)) ?? Number.NEGATIVE_INFINITY;
  return books.toSorted((a, b) => (at(a) === at(b) ? 0 : at(a) - at(b)));
};

/** As an update does: nothing happens where there is no such series. */
export function changeRecord(
  warehouse: MemoryWarehouse,
  series: Series,
  change: (record: SeriesRecord) => Partial<SeriesRecord>,
): void {
  const book = warehouse.book(series);
  if (book.record) book.record = { ...book.record, ...change(book.record) };
  warehouse.flush();
}
