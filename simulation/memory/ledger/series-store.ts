import type { SeriesStore } from '../../../functions/core/ledger/ports.ts';
import { seriesLabel } from '../../../functions/core/series/series.ts';
import { type Listing, livesOf } from '../../../functions/core/series/source.ts';
import { intersect, normalize, subtract } from '../../../functions/core/time/range.ts';
import { type Clock, DAY } from '../../../functions/core/time/time.ts';
import { copyOf } from '../copy.ts';
import { atOnce, type Step } from '../step.ts';
import { commitPages } from './commit.ts';
import { isPurged, missingIn, noteFailed } from './ledger.ts';
import type { Book, MemoryWarehouse } from './warehouse.ts';

/** How long the end of a job is remembered. */
const REMEMBERED = 14 * DAY;

/** Rows and ledger in memory. Each call is one transaction; calls for one series run one after another. */
export function createMemorySeriesStore(
  warehouse: MemoryWarehouse,
  clock: Clock,
  step: Step = atOnce,
): SeriesStore {
  return {
    async missing(series, requested) {
      await step(`missing of ${seriesLabel(series)}`);
      return missingIn(warehouse, warehouse.book(series), requested, clock());
    },

    async missingOf(series, requested) {
      await step(`missing of ${series.map(seriesLabel).join(', ')}`);
      return series.map((one) => missingIn(warehouse, warehouse.book(one), requested, clock()));
    },

    async commit(pages, by) {
      const parts = [...Map.groupBy(pages, ({ series }) => seriesLabel(series))];
      if (parts.length === 0) return 0;
      await step(`commit ${parts.map(([label]) => label).join(', ')}`);
      const author = { jobId: by.jobId, chunk: by.chunk, at: clock() };
      return warehouse.withoutWaiting(author.at, () =>
        parts.reduce((sum, [, of]) => sum + commitPages(warehouse, of, author), 0),
      );
    },

    async rowsBy(jobId, chunk) {
      await step(`rows by ${chunk}`);
      return warehouse.rowsBy(jobId, chunk);
    },

    async secure(jobId) {
      await step(`secure ${jobId}`);
      warehouse.flush();
      return warehouse.rowsBy(jobId);
    },

    async close(jobId) {
      await step(`close ${jobId}`);
      const now = clock();
      warehouse.withoutWaiting(now, () => warehouse.closeJob(jobId, now, now - REMEMBERED));
    },

    async listing(series) {
      await step(`listing of ${seriesLabel(series)}`);
      const { listing, lookedAt = Number.NEGATIVE_INFINITY } = warehouse.book(series).record ?? {};
      return listing && { ...listing, lookedAt };
    },

    async saveListing(series, listing, lookedAt) {
      await step(`save listing of ${seriesLabel(series)}`);
      const book = warehouse.book(series);
      const before = book.record?.listing;
      const { lookedAt: _lookedAt, ...record } = book.record ?? { requested: [], followed: false };
      book.record = {
        ...record,
        listing: kept(listing),
        ...(lookedAt !== undefined && { lookedAt }),
      };
      if (before) dropContradicted(book, before, listing);
      warehouse.flush();
    },

    async markFailed({ label, start, end, ...series }, jobId, error) {
      await step(`mark failed ${label}`);
      const book = warehouse.book(series);
      if (isPurged(book)) return;
      noteFailed(warehouse, book, { start, end }, error, { jobId, chunk: label, at: clock() });
      warehouse.flush();
    },
  };
}

/** The listing in the form in which it is read back: a single life needs no list of lives. */
function kept({ listedAt: _listedAt, byObjects, evidence = [], ...listing }: Listing): Listing {
  const lives = normalize(livesOf({ listedAt: _listedAt, ...listing }));
  const { end } = lives.at(-1)!;
  return {
    listedAt: lives[0]!.start,
    ...(end !== Number.POSITIVE_INFINITY && { delistedAt: end }),
    ...(lives.length > 1 && { lives }),
    ...(byObjects && { byObjects }),
    evidence: copyOf(evidence),
  };
}

/** Drops the proofs where the two listings differ. All other proofs still hold. */
function dropContradicted(book: Book, before: Listing, after: Listing): void {
  const [was, is] = [normalize(livesOf(before)), normalize(livesOf(after))];
  const [born, gone] = [subtract(is, was), subtract(was, is)];
  const doubtful = (reason: string | null) => {
    if (reason === 'pre-listing' || reason === 'delisted') return born;
    return reason === 'zero-trade' ? [] : gone;
  };
  book.spans = book.spans.filter(
    (span) => span.state !== 'empty' || intersect([span], doubtful(span.reason)).length === 0,
  );
}
