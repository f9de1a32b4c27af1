import type { LivesDue } from '../../../functions/core/ledger/ports.ts';
import { seriesLabel } from '../../../functions/core/series/series.ts';
import type { Book, MemoryWarehouse } from '../ledger/warehouse.ts';
import { atOnce, type Step } from '../step.ts';

export function createMemoryLivesDue(warehouse: MemoryWarehouse, step: Step = atOnce): LivesDue {
  const lookedAt = ({ record }: Book): number => record?.lookedAt ?? Number.NEGATIVE_INFINITY;
  /** Known once, and looked at before the instant or before a venue's list of the symbol changed. */
  const isDue = (book: Book, before: number): boolean => {
    if (!book.record?.listing) return false;
    const of = warehouse.instruments.filter(({ symbol }) => symbol === book.series.symbol);
    return lookedAt(book) < before || of.some(({ since }) => lookedAt(book) < since);
  };
  /** No list calls the symbol trading, and no end is known. */
  const isUnclear = ({ series, record }: Book): boolean => {
    if (!record?.listing || record.listing.delistedAt !== undefined) return false;
    const current = warehouse.instruments.filter(
      ({ symbol, until }) => symbol === series.symbol && until === undefined,
    );
    return current.length > 0 && current.every(({ status }) => status.toUpperCase() !== 'TRADING');
  };
  return {
    async due(before, most, unclear = before) {
      await step('lives that are due');
      return warehouse
        .books()
        .filter((book) => isDue(book, before) || (lookedAt(book) < unclear && isUnclear(book)))
        .toSorted((a, b) => (lookedAt(a) === lookedAt(b) ? 0 : lookedAt(a) - lookedAt(b)))
        .slice(0, most)
        .map(({ series }) => series);
    },

    async isDue(series, before) {
      await step(`whether the lives of ${seriesLabel(series)} are due`);
      return isDue(warehouse.book(series), before);
    },
  };
}
