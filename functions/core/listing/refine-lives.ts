import { GordonError } from '../errors/errors.ts';
import type { ArchiveReader } from '../fetch/ports.ts';
import type { Series } from '../series/series.ts';
import { type ArchiveTier, type Listing, livesOf, type Source } from '../series/source.ts';
import type { Batch } from '../series/table.ts';
import type { Period } from '../time/period.ts';
import type { Range } from '../time/range.ts';
import { ceilTo, HOUR } from '../time/time.ts';
import { stepOf } from '../time/timeframe.ts';

/** The period of an object that the archive lists, and where it lies. */
export interface Published extends Period {
  readonly tier: ArchiveTier;
}

/** No venue of the sources or of the archives is older; epoch ms. */
export const OLDEST_VENUE = Date.UTC(2015, 0);

type Refined = Pick<Source, 'traded'>;

/**
 * Moves borders of lives that are known by whole archive objects to the rows inside them. A life begins with the first row of
 * its first object and ends with the last candle that has a trade, because an archive may continue with frozen candles after a
 * contract's end. An object that cannot be read leaves its border where it is.
 */
export async function refineByRows(
  archive: ArchiveReader,
  source: Refined,
  series: Series,
  listing: Listing,
  published: readonly Published[],
): Promise<Listing> {
  const lives: Range[] = [];
  let byObjects = false;
  for (const { start, end } of livesOf(listing)) {
    const inside = published.filter((one) => start <= one.start && one.end <= end);
    const first = inside.find((one) => one.start === start);
    const last = inside.find((one) => one.end === end);
    const from = first ? await firstRow(archive, series, first) : start;
    const to = last ? await endOfTrade(archive, source, series, inside) : end;
    byObjects ||= from === undefined || to === undefined;
    lives.push({ start: from ?? start, end: to ?? end });
  }
  const { end } = lives.at(-1)!;
  return {
    listedAt: lives[0]!.start,
    ...(end !== Number.POSITIVE_INFINITY && { delistedAt: end }),
    lives,
    ...(byObjects && { byObjects }),
  };
}

async function firstRow(
  archive: ArchiveReader,
  series: Series,
  object: Published,
): Promise<number | undefined> {
  const batches = await batchesOf(archive, object.tier, series, object);
  return batches?.find(({ length }) => length > 0)?.times[0];
}

/** Searches backwards, object by object, for the close of the last candle with a trade; epoch ms, on the grid of the series. */
export async function endOfTrade(
  archive: ArchiveReader,
  { traded }: Refined,
  series: Series,
  objects: readonly Published[],
): Promise<number | undefined> {
  const fine = traded?.series(series) ?? series;
  for (const object of objects.toSorted((a, b) => b.end - a.end)) {
    const tier = traded ? traded.tiers.find(({ unit }) => unit === object.tier.unit) : object.tier;
    if (!tier) return undefined;
    // Daily candles show in which file trade ended, without reading years of minutes.
    const days = traded && stepOf(fine.timeframe) < HOUR ? ({ ...fine, timeframe: '1d' } as const) : fine;
    const rough = await lastTrade(archive, tier, days, object, traded?.count);
    if (rough === 'unread') return undefined;
    const last =
      rough === undefined || days === fine
        ? rough
        : await lastTrade(archive, tier, fine, object, traded?.count);
    if (last === 'unread') return undefined;
    if (last !== undefined) return ceilTo(last + stepOf(fine.timeframe), stepOf(series.timeframe));
  }
  return undefined;
}

/** @returns undefined where no candle of the object has a trade */
async function lastTrade(
  archive: ArchiveReader,
  tier: ArchiveTier,
  series: Series,
  period: Period,
  count: number | undefined,
): Promise<number | 'unread' | undefined> {
  const batches = await batchesOf(archive, tier, series, period);
  if (!batches) return 'unread';
  const ends = batches.flatMap(({ times, columns }) => {
    const trades = count === undefined ? undefined : columns[count];
    const last = trades instanceof Float64Array ? trades.findLastIndex((of) => of > 0) : times.length - 1;
    return last < 0 ? [] : [times[last]!];
  });
  return ends.length > 0 ? Math.max(...ends) : undefined;
}

/**
 * The rows of an object.
 * @param tolerated which failures count as an object that cannot be read; defaults to all
 * @returns undefined when the object cannot be read
 */
export async function batchesOf(
  archive: ArchiveReader,
  tier: ArchiveTier,
  series: Series,
  period: Period,
  tolerated: (error: GordonError) => boolean = () => true,
): Promise<readonly Batch[] | undefined> {
  try {
    const file = await archive.read(tier.object(series, period));
    if (!file) return undefined;
    const parser = tier.parser(series, (period.end - period.start) / stepOf(series.timeframe), { period });
    const out: Batch[] = [];
    for await (const bytes of file.content) out.push(...batchIn(parser.push(bytes)));
    return [...out, ...batchIn(parser.end())];
  } catch (error) {
    if (error instanceof GordonError && tolerated(error)) return undefined;
    throw error;
  }
}

const batchIn = (parsed: { readonly batch: Batch } | undefined): Batch[] => (parsed ? [parsed.batch] : []);
