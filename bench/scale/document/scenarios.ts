import type { Source } from '../../../functions/core/series/source.ts';
import { addYears, DAY, floorTo } from '../../../functions/core/time/time.ts';
import { klines_spot } from '../../../functions/sources/klines/klines_spot.ts';
import type { Outcome } from '../model/outcome.ts';
import { type Setup, USUAL } from '../model/setup.ts';
import { simulate } from '../model/simulate.ts';
import { buildWorkload, type Workload } from '../model/workload.ts';

/** The moment of the runs: half a month after the last month that the archive has whole. */
export const NOW = Date.UTC(2026, 9, 15, 12);
export const SYMBOLS = 10_000;
/** As many as FinalizeJob can count before it is stopped: see `limits.ts`. */
export const SYMBOLS_PER_ORDER = 400;
export const RANGE = { start: addYears(floorTo(NOW, DAY), -10), end: NOW };

const build = (source: Source): Workload =>
  buildWorkload({
    source,
    timeframe: '1m',
    range: RANGE,
    now: NOW,
    symbols: SYMBOLS,
    symbolsPerOrder: SYMBOLS_PER_ORDER,
  });

/** Candles from the archive; from REST what it does not have yet. */
export const fromArchive = (): Workload => build(klines_spot);

/** The same without an archive. */
export const fromRest = (): Workload =>
  build({ ...klines_spot, tiers: klines_spot.tiers.filter(({ kind }) => kind === 'pages') });

const play = (workload: Workload, setups: readonly Partial<Setup>[]): Outcome[] =>
  setups.map((setup) => simulate(workload, { ...USUAL, ...setup }));

/** Lanes of each job, against databases. */
const ARCHIVE_LANES = [1, 4, 8, 20, 40, 100] as const;
export const ARCHIVE_SHARDS = [1, 4, 16] as const;

export const archiveRuns = (workload: Workload): Outcome[] =>
  play(
    workload,
    ARCHIVE_SHARDS.flatMap((shards) => ARCHIVE_LANES.map((lanes) => ({ lanes, shards }))),
  );

/** The setups above that lose jobs, with fetchers bounded by the stack's option `fetchers`, and few connections. */
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

export function findRun(runs: readonly Outcome[], lanes: number, shards: number): Outcome {
  const run = runs.find(({ setup }) => setup.lanes === lanes && setup.shards === shards);
  if (!run) throw new Error(`no run with ${lanes} lanes and ${shards} databases`);
  return run;
}
