import { type Period, type PeriodUnit, periodAt } from './period.ts';
import { clip, type Range, type RangeSet } from './range.ts';
import { type Series, seriesLabel } from './series.ts';

/** A piece of work for one fetcher: whatever is missing of one series within one calendar period. */
export interface Chunk extends Series, Range {
  /** `klines_spot BTCUSDT 1m 2025-03`: its id in the job, and what the execution view shows */
  readonly label: string;
}

/** A chunk with the missing ranges inside it; the fetcher computes them anew, so they do not travel. */
export interface PlannedChunk {
  readonly chunk: Chunk;
  readonly missing: RangeSet;
}

/**
 * Cuts what is missing of a series at calendar borders, so that a chunk is fed by one archive object where there is one.
 * The chunks' missing ranges tile the input exactly, in order of time.
 */
export function planChunks(series: Series, missing: RangeSet, unit: PeriodUnit): PlannedChunk[] {
  const byPeriod = new Map<string, { period: Period; ranges: Range[] }>();
  for (const range of missing) {
    for (let at = range.start; at < range.end; ) {
      const period = periodAt(unit, at);
      const entry = byPeriod.get(period.name) ?? { period, ranges: [] };
      entry.ranges.push(...clip([range], period));
      byPeriod.set(period.name, entry);
      at = period.end;
    }
  }
  return [...byPeriod.values()].map(({ period, ranges }) => ({
    chunk: {
      ...{ source: series.source, symbol: series.symbol, timeframe: series.timeframe },
      label: `${seriesLabel(series)} ${period.name}`,
      start: ranges[0]!.start,
      end: ranges.at(-1)!.end,
    },
    missing: ranges,
  }));
}
