import pMap from 'p-map';
import type { SeriesCatalog } from '../ledger/ports.ts';
import { finalEnd, settledEnd } from '../series/borders.ts';
import type { Series } from '../series/series.ts';
import type { Source, Sources } from '../series/source.ts';
import { periodsIn } from '../time/period.ts';
import { clip, measure, normalize, type Range, type RangeSet, union } from '../time/range.ts';
import { ceilTo, floorTo } from '../time/time.ts';
import { stepOf } from '../time/timeframe.ts';
import type { Job } from './job.ts';

export interface JobSeries extends Series {
  readonly spec: Source;
}

/**
 * The series that a job is about: every source with those symbols that can be its own, without what its venue does not
 * list. The sources of one family may cover different things: currencies, an index.
 */
export function jobSeries(
  job: Pick<Job, 'sources' | 'symbols' | 'skipped' | 'timeframe'>,
  sources: Sources,
): JobSeries[] {
  const skipped = new Set(job.skipped);
  return job.sources.flatMap((source) =>
    job.symbols
      .filter((symbol) => sources[source]!.symbolPattern.test(symbol) && !skipped.has(`${source} ${symbol}`))
      .map((symbol) => ({ source, symbol, timeframe: job.timeframe, spec: sources[source]! })),
  );
}

/** Series that are queried at the same time: the database counts with more than one core. */
export const AT_ONCE = 4;

/** As `pMap` does. The job of a schedule comes each minute and mostly has one piece of work, for which no queue is set up. */
export const mapSome = <T, R>(
  list: readonly T[],
  work: (one: T) => Promise<R>,
  concurrency: number,
): Promise<R[]> =>
  list.length < 2 ? Promise.all(list.map((one) => work(one))) : pMap(list, work, { concurrency });

/** Does something for each series of a job; the answers are in the order of the series. */
export const eachSeries = <T>(
  { sources }: { readonly sources: Sources },
  job: Job,
  work: (series: JobSeries) => Promise<T>,
): Promise<T[]> => mapSome(jobSeries(job, sources), work, AT_ONCE);

/**
 * The job's range on the series' grid, without steps that are not final yet. A start within a step includes that step; an
 * end within one does not, unless rows are about instants and one may lie between the step's beginning and that end.
 */
export function orderedRange(job: Pick<Job, 'from' | 'to'>, series: JobSeries, now: number): Range {
  const step = stepOf(series.timeframe);
  if (series.spec.tiers[0]?.kind === 'snapshot') {
    // A snapshot covers the present moment only, whatever range was ordered.
    return { start: floorTo(now, step), end: floorTo(now, step) + step };
  }
  // A row about an instant is ordered by it; one about a step only with the whole of it.
  const { instants, finalAfterMs } = series.spec;
  const to = instants || finalAfterMs < 0 ? ceilTo(job.to, step) : floorTo(job.to, step);
  return { start: floorTo(job.from, step), end: Math.min(to, finalEnd(series.spec, step, now)) };
}

/** All ranges of one series that the job has to fill. */
export async function readWanted(
  job: Pick<Job, 'from' | 'to' | 'alsoRequested'>,
  series: JobSeries,
  catalog: Pick<SeriesCatalog, 'requested'>,
  now: number,
): Promise<RangeSet> {
  const ordered = normalize([orderedRange(job, series, now)]);
  return job.alsoRequested ? union(await catalog.requested(series), ordered) : ordered;
}

/** Series of one source whose ledger one statement reads. */
const TOGETHER = 500;

/** The series of a job in blocks of one source, which are ordered over the same range. */
export function seriesBlocks(series: readonly JobSeries[]): JobSeries[][] {
  return [...Map.groupBy(series, ({ source }) => source).values()].flatMap((of) =>
    Array.from({ length: Math.ceil(of.length / TOGETHER) }, (_, i) =>
      of.slice(i * TOGETHER, (i + 1) * TOGETHER),
    ),
  );
}

/** What a job is about of one series, and what of it is not in the ledger. */
export interface Remainder {
  readonly series: JobSeries;
  readonly wanted: RangeSet;
  readonly missing: RangeSet;
}

/**
 * What of each series of a job is neither there nor proven empty; in the order of the series.
 * @param provenAt epoch ms: a proof that held then counts
 */
export async function readRemainders(
  catalog: Pick<SeriesCatalog, 'requested' | 'missing' | 'missingOf'>,
  job: Job,
  sources: Sources,
  now: number,
  provenAt = now,
): Promise<Remainder[]> {
  const all = jobSeries(job, sources);
  if (job.alsoRequested) {
    return mapSome(
      all,
      async (series) => {
        const wanted = await readWanted(job, series, catalog, now);
        return { series, wanted, missing: await readMissing(catalog, series, wanted, provenAt) };
      },
      AT_ONCE,
    );
  }
  const parts = await mapSome(
    seriesBlocks(all),
    async (block) => {
      const wanted = normalize([orderedRange(job, block[0]!, now)]);
      const [range] = wanted;
      const missing = range ? await catalog.missingOf(block, range, provenAt) : [];
      return block.map((series, i): Remainder => ({ series, wanted, missing: missing[i] ?? [] }));
    },
    AT_ONCE,
  );
  return parts.flat();
}

/** What of it is neither there nor proven empty. */
export async function readMissing(
  catalog: Pick<SeriesCatalog, 'missing'>,
  series: Series,
  wanted: RangeSet,
  provenAt?: number,
): Promise<RangeSet> {
  let missing: RangeSet = [];
  for (const range of wanted) missing = union(missing, await catalog.missing(series, range, provenAt));
  return missing;
}

/** The missing ranges that the venue has had time to publish: the rest is not a gap yet. */
export const overdue = (missing: RangeSet, series: JobSeries, now: number): RangeSet =>
  clip(missing, {
    start: Number.NEGATIVE_INFINITY,
    end: settledEnd(series.spec, stepOf(series.timeframe), now),
  });

/** Steps of a part: some 0.03 s of counting. For fewer no transaction and no search for contradictions of their own are worth it. */
const WORTH_A_PART = 100_000;

export interface CountingPorts {
  readonly catalog: Pick<SeriesCatalog, 'reconcile' | 'requested'>;
  readonly sources: Sources;
}

/**
 * Counts the rows of a job's series against the ledger. A job of few series waits for nothing else at its end, when the database's other
 * processors idle: it is counted in several sessions.
 */
export async function countJobRows(ports: CountingPorts, job: Job, now: number): Promise<void> {
  const { catalog, sources } = ports;
  const wanted = await eachSeries(ports, job, (series) => readWanted(job, series, catalog, now));
  const ranges = jobSeries(job, sources).flatMap((series, i) =>
    wanted[i]!.map((range) => ({ series, range })),
  );
  const most = Math.floor(AT_ONCE / ranges.length);
  const parts = ranges.flatMap(({ series, range }) =>
    countingParts(range, stepOf(series.timeframe), most).map((part) => ({ series, part })),
  );
  await mapSome(parts, ({ series, part }) => catalog.reconcile(series, part), AT_ONCE);
}

/**
 * A range in parts of about the same length that meet at the beginnings of months: the ledger is locked by the month, and two parts never
 * wait for each other.
 * @param most how many parts, where the range is long enough for them
 */
export function countingParts(range: Range, step: number, most: number): RangeSet {
  const count = Math.min(most, Math.floor(measure([range]) / step / WORTH_A_PART));
  if (count < 2) return [range];
  const months = periodsIn('month', range);
  const borders = Array.from(
    { length: count - 1 },
    (_, i) => months[Math.round(((i + 1) * months.length) / count)]?.start ?? range.end,
  ).filter((at) => at > range.start && at < range.end);
  const starts = [...new Set([range.start, ...borders])];
  return starts.map((start, i) => ({ start, end: starts[i + 1] ?? range.end }));
}
