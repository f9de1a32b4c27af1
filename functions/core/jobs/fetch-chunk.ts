import { BudgetExhausted, describeError, GordonError } from '../errors/errors.ts';
import { batchPages } from '../fetch/batch-pages.ts';
import type { FetchContext, VenuePorts } from '../fetch/fetch-context.ts';
import { fetchMissing } from '../fetch/fetch-missing.ts';
import { qualityCheck } from '../fetch/quality.ts';
import { type CountedClients, withRequestCount } from '../fetch/with-request-count.ts';
import type { Page } from '../ledger/coverage.ts';
import { type Chunk, seriesOf } from '../ledger/plan.ts';
import type { SeriesCatalog, SeriesStore } from '../ledger/ports.ts';
import { currentListing } from '../listing/current-listing.ts';
import type { LabelRules } from '../series/labels.ts';
import { waitSecondsUntil } from '../series/schedule.ts';
import type { Series } from '../series/series.ts';
import type { Source, Sources } from '../series/source.ts';
import { hull, measure, normalize, type RangeSet, union } from '../time/range.ts';
import { MINUTE, SECOND } from '../time/time.ts';
import type { FetchChunkInput, FetchChunkOutput } from '../workflow/contracts.ts';
import { type Batches, fetchSeveral, type SeriesFailure, seriesFailed } from './fetch-several.ts';
import type { ChunkState } from './job.ts';
import type { Checkpoint, JobStore } from './ports.ts';

export interface FetchPorts extends VenuePorts {
  readonly jobs: Pick<JobStore, 'checkpoint' | 'isCancelled' | 'noteProvisional'>;
  readonly store: Pick<
    SeriesStore,
    'missing' | 'missingOf' | 'rowsBy' | 'commit' | 'markFailed' | 'listing' | 'saveListing'
  >;
  readonly catalog: Pick<SeriesCatalog, 'request'>;
  readonly labels: LabelRules;
  readonly sources: Sources;
}

/** One call works this long, then hands back: far below the function's timeout, for the page in hand must still fit. */
export const CALL_BUDGET = 45 * SECOND;

/** The same for a source whose file cannot be resumed: the next call would read it from its beginning again. */
export const STREAM_BUDGET = 90 * SECOND;

/**
 * No call of a chunk begins after this in one wave: an EXPRESS child execution lives for five minutes, and the last call may take all the time
 * of its function.
 */
export const WAVE_BUDGET = 2.5 * MINUTE;

/**
 * Fetches what is missing inside a chunk, page by page. After each page the rows are committed with their spans and the
 * job table says whether the job is still wanted: whatever stops the call, what it wrote stays and counts.
 */
export async function fetchChunk(given: FetchPorts, input: FetchChunkInput): Promise<FetchChunkOutput> {
  const counted = withRequestCount(given);
  try {
    return await fetchCounted(given, counted, input);
  } finally {
    counted.leave();
  }
}

async function fetchCounted(
  given: FetchPorts,
  { venue, archive, taken }: CountedClients,
  input: FetchChunkInput,
): Promise<FetchChunkOutput> {
  const { jobs, store, catalog, labels, sources, clock } = given;
  const ports: FetchPorts = { jobs, store, catalog, labels, sources, clock, venue, archive };
  const { chunk, jobId } = input;
  const source = ports.sources[chunk.source];
  if (!source) throw unregisteredSource(chunk.source);
  const began = ports.clock();
  const since = input.resume.since || began;
  const { withoutArchive } = input.resume;
  const by = { jobId, chunk: chunk.label };
  const { batches, leftMs, failures } = await batchesOf(ports, source, chunk, withoutArchive);
  let rows = await ports.store.rowsBy(jobId, chunk.label);
  let provisional: RangeSet = [];

  const budget = source.streamed ? STREAM_BUDGET : CALL_BUDGET;
  const check = qualityCheck(ports.sources, chunk.timeframe);
  const note = (state: ChunkState, wait: Pick<Checkpoint, 'resumeAt' | 'scope'> = {}) =>
    ports.jobs.checkpoint(jobId, chunk.label, { state, rows, leftMs: leftMs(), requests: taken(), ...wait });
  const result = (outcome: FetchChunkOutput['outcome'], waitSeconds = 0): FetchChunkOutput => ({
    outcome,
    since,
    withoutArchive,
    waitSeconds,
    rows,
    leftMs: leftMs(),
  });

  const end = async (state: ChunkState): Promise<void> => {
    // First what is known for sure: should the database be gone now, the job still learns of the last page.
    await note(state);
    // The same event may be at work twice, and neither call knows what the other one wrote; the ledger does.
    const written = await ports.store.rowsBy(jobId, chunk.label);
    if (written <= rows) return;
    rows = written;
    await note(state);
  };
  const cancelled = async (): Promise<boolean> => {
    // One after the other: of two requests at once the second could outlive a call that ends with the first's error.
    await note('running');
    if (!(await ports.jobs.isCancelled(jobId))) return false;
    await end('cancelled');
    return true;
  };

  if (await cancelled()) return result('cancelled');
  try {
    for await (const batch of batches) {
      const { own = [], ...siblings } = Object.groupBy(batch.map(check), (page) =>
        page.series.source === source.id ? 'own' : page.series.source,
      );
      // First: after rows of its own the fetcher may stop.
      for (const along of Object.values(siblings)) {
        await registerSiblings(ports, along!);
        rows += await ports.store.commit(along!, by);
      }
      if (own.length > 0) rows += await commitOwn(ports, own, by, chunk.others ? failures : undefined);
      provisional = union(provisional, normalize(own.flatMap((page) => page.provisional ?? [])));
      // Nothing is left to be stopped: the note at the end says the same, and a month's file is one page.
      if (leftMs() === 0) continue;
      if (await cancelled()) return result('cancelled');
      const now = ports.clock();
      if (now - began < budget) continue;
      if (now - since < WAVE_BUDGET) return result('again');
      await note('waiting', { resumeAt: now });
      return result('deferred');
    }
  } catch (error) {
    if (!(error instanceof BudgetExhausted)) throw error;
    const now = ports.clock();
    await note('waiting', { resumeAt: error.until, scope: error.scope });
    if (error.until - since > WAVE_BUDGET) return result('deferred');
    return result('wait', waitSecondsUntil(error.until, now));
  }
  if (failures.length > 0) {
    await noteFailures(ports, input, failures);
    await note('running');
    throw seriesFailed(failures, seriesOf(chunk).length);
  }
  if (provisional.length > 0) await ports.jobs.noteProvisional(chunk, provisional, began);
  await end('done');
  return result('done');
}

/** What is missing of the chunk, from one series page by page, or from several in turns. */
async function batchesOf(
  ports: FetchPorts,
  source: Source,
  chunk: Chunk,
  withoutArchive: boolean,
): Promise<Batches> {
  const contextOf = (series: Series): FetchContext => ({
    source,
    series,
    sources: ports.sources,
    archives: withoutArchive ? 'skipped' : 'preferred',
    listing: memo(() => currentListing(ports, source, series)),
    labels: (dataset) => ports.labels.labelRules(dataset, series.symbol),
  });
  const all = seriesOf(chunk);
  if (chunk.others) {
    const missing = await ports.store.missingOf(all, chunk);
    return fetchSeveral(
      ports,
      all.map((series, i) => [contextOf(series), missing[i]!]),
    );
  }
  const { pages, progress } = fetchMissing(
    ports,
    contextOf(all[0]!),
    await ports.store.missing(chunk, chunk),
  );
  return {
    batches: batchPages(pages, ports.clock),
    leftMs: () => measure(progress.missing),
    failures: [],
  };
}

/**
 * @param failures of a chunk of several series: one whose rows and account do not agree is noted here, and the others are
 *   committed without it
 */
async function commitOwn(
  { store }: FetchPorts,
  pages: readonly Page[],
  by: Parameters<SeriesStore['commit']>[1],
  failures: SeriesFailure[] | undefined,
): Promise<number> {
  const isPermanent = (error: unknown): error is GordonError =>
    error instanceof GordonError && error.name === 'PermanentError';
  try {
    return await store.commit(pages, by);
  } catch (error) {
    if (!failures || !isPermanent(error)) throw error;
  }
  let rows = 0;
  for (const of of Map.groupBy(pages, ({ series }) => series.symbol).values()) {
    try {
      rows += await store.commit(of, by);
    } catch (error) {
      if (!isPermanent(error)) throw error;
      failures.push({ series: of[0]!.series, error });
    }
  }
  return rows;
}

/** Here, because the catcher of the chunk's error sees only one of them. What is filled later is not a failure any more. */
async function noteFailures(
  { store }: FetchPorts,
  { jobId, chunk: { label, start, end } }: FetchChunkInput,
  failures: readonly SeriesFailure[],
): Promise<void> {
  for (const { series, error } of failures) {
    await store.markFailed({ ...series, label, start, end }, jobId, {
      code: error.code,
      message: describeError(error),
    });
  }
}

/** A sibling's rows came along although nobody requested them: from now on they are requested. */
async function registerSiblings({ catalog }: FetchPorts, pages: readonly Page[]): Promise<void> {
  const served = pages.flatMap(
    ({ have, empty }) => hull(normalize([...have, ...empty.map(({ span }) => span)])) ?? [],
  );
  for (const range of normalize(served)) await catalog.request(pages[0]!.series, range);
}

function memo<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

const unregisteredSource = (id: string): GordonError =>
  new GordonError({
    code: 'unknown-source',
    subject: id,
    message: 'no such source is registered.',
    remedy: 'It was planned by another version of the program: start the job again.',
  });
