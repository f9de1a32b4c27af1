import type { Source } from '../../functions/core/series/source.ts';
import { periodAt } from '../../functions/core/time/period.ts';
import { addYears, floorTo } from '../../functions/core/time/time.ts';
import { klines_spot } from '../../functions/sources/klines_spot.ts';
import { randomOf } from './random.ts';
import { type Outcome, type Setup, USUAL } from './setup.ts';
import { simulate } from './simulate.ts';
import { type Workload, workloadOf } from './workload.ts';

/** The moment of the runs: half a month after the last month that the archive has whole. */
export const NOW = Date.UTC(2026, 9, 15, 12);
export const SYMBOLS = 10_000;
export const YEARS = 10;
/** As many as FinalizeJob can count before it is stopped: see the walls. */
export const SYMBOLS_PER_ORDER = 400;

export const RANGE = { start: addYears(floorTo(NOW, 86_400_000), -YEARS), end: NOW };

const asked = { timeframe: '1m', range: RANGE, now: NOW } as const;
const sized = { symbols: SYMBOLS, symbolsPerOrder: SYMBOLS_PER_ORDER };

/** Candles from the archive, of what it does not have yet from REST. */
export const archive = (): Workload => workloadOf({ source: klines_spot, ...asked, ...sized });

/** The same when there is no archive. */
const pagesOnly: Source = { ...klines_spot, tiers: klines_spot.tiers.filter(({ kind }) => kind === 'pages') };
export const restOnly = (): Workload => workloadOf({ source: pagesOnly, ...asked, ...sized });

/** Listings spread evenly over the ten years, each at the beginning of a month. Guess. */
export function listedAt(seed = 1): (symbol: number) => number {
  const random = randomOf(seed);
  const dates = Array.from({ length: SYMBOLS }, () => {
    const at = RANGE.start + random() * (RANGE.end - RANGE.start);
    return Math.max(periodAt('month', at).start, RANGE.start);
  });
  return (symbol) => dates[symbol]!;
}
export const listedOverTime = (): Workload =>
  workloadOf({ source: klines_spot, ...asked, ...sized, listedAt: listedAt() });

const play = (workload: Workload, setups: readonly Partial<Setup>[]): Outcome[] =>
  setups.map((setup) => simulate(workload, { ...USUAL, ...setup }));

/** Lanes of each job, against databases. */
export const ARCHIVE_LANES = [1, 4, 8, 20, 40, 100] as const;
export const ARCHIVE_SHARDS = [1, 4, 16] as const;

export const archiveRuns = (workload: Workload): Outcome[] =>
  play(
    workload,
    ARCHIVE_SHARDS.flatMap((shards) => ARCHIVE_LANES.map((lanes) => ({ lanes, shards }))),
  );

/** What the runs above break, with fetchers kept apart and bounded by the stack's option `fetchers`. */
export const boundedRuns = (workload: Workload): Outcome[] =>
  play(workload, [
    { lanes: 40, shards: 1, reserved: 400 },
    { lanes: 100, shards: 16, reserved: 900 },
    { lanes: 8, shards: 1, maxConnections: 100 },
  ]);

export const shardRuns = (workload: Workload, shards: readonly number[]): Outcome[] =>
  play(
    workload,
    shards.map((n) => ({ shards: n })),
  );

export const restRuns = (workload: Workload): Outcome[] =>
  play(workload, [
    ...[1, 10].flatMap((addresses) => [8, 20].map((lanes) => ({ addresses, lanes }))),
    { addresses: 100, lanes: 20 },
    ...[10, 100].map((addresses) => ({ addresses, lanes: 36, shards: 16, reserved: 900 })),
  ]);
