import { type Series, seriesLabel } from '../series/series.ts';
import type { Source, Sources } from '../series/source.ts';
import { type RangeSet, union } from '../time/range.ts';
import { DAY } from '../time/time.ts';
import { stepOf } from '../time/timeframe.ts';
import { type Chunk, leftOf, type PlannedChunk } from './plan.ts';

/** Series of one chunk: as many as one call requests in some seconds. */
export const MOST_SERIES = 500;

/** A series with more than this missing is a chunk by itself: less is one page of each series, and no monthly object. */
const MOST_STEPS = 1_000;
const MOST_TIME = 2 * DAY;

/** A chunk that several series of a job may share. */
interface Block {
  readonly first: string;
  readonly size: number;
}

/**
 * Puts series with little missing in the same period into one chunk: the newest minute of a thousand symbols is then a few
 * calls and commits, and not a thousand. Which series may share a chunk follows from the job alone, so a chunk has the same label in
 * each wave, however many of its series still lack something.
 * @param series all of the job, in its order
 * @param failed labels of chunks whose failure no retry mends: a shared one is taken apart, so that each series is tried by itself
 * @returns in order of time
 */
export function shareChunks(
  planned: readonly PlannedChunk[],
  series: readonly Series[],
  sources: Sources,
  failed: ReadonlySet<string>,
): PlannedChunk[] {
  const blocks = blocksOf(series, sources);
  const shared = new Map<string, PlannedChunk[]>();
  for (const one of planned) {
    const together = sharedLabel(one, blocks);
    const label = together === undefined || failed.has(together) ? one.chunk.label : together;
    shared.set(label, [...(shared.get(label) ?? []), one]);
  }
  return [...shared]
    .map(([label, of]) => (label === of[0]!.chunk.label ? of[0]! : joined(label, of)))
    .sort((a, b) => a.chunk.start - b.chunk.start);
}

function blocksOf(series: readonly Series[], sources: Sources): Map<string, Block> {
  const blocks = new Map<string, Block>();
  for (const of of Map.groupBy(series, ({ source }) => source).values()) {
    if (!mayShare(sources[of[0]!.source]!)) continue;
    for (let i = 0; i < of.length; i += MOST_SERIES) {
      const block = of.slice(i, i + MOST_SERIES);
      for (const one of block) blocks.set(seriesLabel(one), { first: block[0]!.symbol, size: block.length });
    }
  }
  return blocks;
}

/** Siblings share files already, events account for spans, and a snapshot is one request for all that it holds. */
const mayShare = ({ siblings, table, tiers }: Source): boolean =>
  siblings === undefined && table.cadence !== 'irregular' && tiers[0]?.kind !== 'snapshot';

const lacksLittle = ({ start, end, timeframe }: Chunk): boolean =>
  end - start <= Math.min(MOST_STEPS * stepOf(timeframe), MOST_TIME);

/** Whether a chunk would be shared in a job of many series. */
export const isShareable = (source: Source, { chunk }: PlannedChunk): boolean =>
  mayShare(source) && lacksLittle(chunk);

function sharedLabel({ chunk }: PlannedChunk, blocks: ReadonlyMap<string, Block>): string | undefined {
  const block = blocks.get(seriesLabel(chunk));
  if (!block || block.size < 2) return undefined;
  if (!lacksLittle(chunk)) return undefined;
  const period = chunk.label.slice(seriesLabel(chunk).length);
  return `${seriesLabel({ ...chunk, symbol: `${block.first}+${block.size - 1}` })}${period}`;
}

function joined(label: string, of: readonly PlannedChunk[]): PlannedChunk {
  const { source, timeframe } = of[0]!.chunk;
  const [symbol, ...others] = of.map(({ chunk }) => chunk.symbol);
  return {
    chunk: {
      source,
      symbol: symbol!,
      timeframe,
      label,
      start: Math.min(...of.map(({ chunk }) => chunk.start)),
      end: Math.max(...of.map(({ chunk }) => chunk.end)),
      ...(others.length > 0 && { others }),
    },
    missing: of.reduce((set: RangeSet, { missing }) => union(set, missing), []),
    leftMs: of.reduce((sum, one) => sum + leftOf(one), 0),
  };
}
