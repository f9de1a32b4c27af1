import pMap from 'p-map';
import type { ErrorName } from '../errors/error-kinds.ts';
import { BudgetExhausted, GordonError } from '../errors/errors.ts';
import type { FetchContext, VenuePorts } from '../fetch/fetch-context.ts';
import { fetchMissing } from '../fetch/fetch-missing.ts';
import type { Page } from '../ledger/coverage.ts';
import type { Series } from '../series/series.ts';
import { measure, type RangeSet } from '../time/range.ts';

/** Series of a chunk that are requested at the same time. */
const AT_ONCE = 32;

/** Series that are committed together, and whose rows are held until then. */
const TOGETHER = 125;

/** What is fetched, in batches that can be committed by themselves, so the consumer may stop after any of them. */
export interface Batches {
  readonly batches: AsyncGenerator<readonly Page[]>;
  /** series time that is missing when all that was read is committed, ms */
  leftMs(): number;
  /** series that failed so far; the others are not held up by them */
  readonly failures: SeriesFailure[];
}

export interface SeriesFailure {
  readonly series: Series;
  readonly error: GordonError;
}

/**
 * Fetches what is missing of several series. What fails is noted and the others go on; only what concerns all of them, a
 * budget that is spent or a fault of the program, ends the batches.
 * @param contexts of the series, each with what is missing from it
 */
export function fetchSeveral(
  ports: VenuePorts,
  contexts: readonly (readonly [FetchContext, RangeSet])[],
): Batches {
  const failures: SeriesFailure[] = [];
  const fetches = contexts.map(([context, missing]) => ({
    series: context.series,
    ...fetchMissing(ports, context, missing),
  }));
  async function* batches(): AsyncGenerator<readonly Page[]> {
    const open = fetches.filter(({ progress }) => progress.missing.length > 0);
    for (let i = 0; i < open.length; i += TOGETHER) {
      let spent: BudgetExhausted | undefined;
      const pages = await pMap(
        open.slice(i, i + TOGETHER),
        async (fetch) => {
          const read: Page[] = [];
          if (spent) return read;
          try {
            for await (const page of fetch.pages) read.push(page);
          } catch (error) {
            if (error instanceof BudgetExhausted) spent ??= error;
            else if (error instanceof GordonError) failures.push({ series: fetch.series, error });
            else throw error;
          }
          return read;
        },
        { concurrency: AT_ONCE },
      );
      yield pages.flat();
      if (spent) throw spent;
    }
  }
  return {
    batches: batches(),
    leftMs: () => fetches.reduce((sum, { progress }) => sum + measure(progress.missing), 0),
    failures,
  };
}

/** Errors that another call of the chunk may mend come first. */
const NAMES: readonly ErrorName[] = [
  'ArchiveUnreachable',
  'RetryableStoreError',
  'RetryableVenueError',
  'PermanentError',
  'BadRequest',
];

/** What ends a chunk of which some series failed: each of them has its own error in the ledger. */
export function seriesFailed(failures: readonly SeriesFailure[], of: number): GordonError {
  const name = NAMES.find((one) => failures.some(({ error }) => error.name === one))!;
  const { error } = failures.find((failure) => failure.error.name === name)!;
  return new GordonError({
    name,
    code: 'series-failed',
    subject: error.subject,
    cause: error,
    message: `${failures.length} of ${of} series of the chunk failed, this one because: ${error.message}`,
  });
}
