import { functions } from '../../manifest.ts';
import { planSource } from '../ledger/plan.ts';
import { isShareable, MOST_SERIES } from '../ledger/share-chunks.ts';
import type { Source } from '../series/source.ts';
import type { Range } from '../time/range.ts';
import { stepOf, type Timeframe } from '../time/timeframe.ts';
import { MAX_CHUNKS_PER_WAVE } from '../workflow/contracts.ts';
import { ASSUMED } from './assumptions.ts';

/** What is billed, in the units it is billed by. */
export interface Usage {
  readonly lambdaGbSeconds: number;
  readonly lambdaCalls: number;
  readonly transitions: number;
  readonly expressRequests: number;
  readonly expressGbSeconds: number;
  readonly writes: number;
  readonly reads: number;
  readonly logBytes: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
}

/** What a job has to do, as the planner cuts it. */
export interface Work {
  readonly series: number;
  readonly chunks: number;
  readonly rows: number;
  /** times that a series shares a chunk with others */
  readonly sharing?: number;
  /** a schedule orders it */
  readonly scheduled?: boolean;
}

/** One order of this many symbols over a range of one source. */
export function estimateWork(source: Source, timeframe: Timeframe, range: Range, symbols: number): Work {
  // All symbols are cut into the same chunks, so one stands for all.
  const series = { source: source.id, symbol: 'BTCUSDT', timeframe };
  const planned = planSource(source, series, [range]);
  const shared = symbols < 2 ? 0 : planned.filter((chunk) => isShareable(source, chunk)).length;
  const rows = (range.end - range.start) / stepOf(timeframe);
  return {
    series: symbols,
    chunks: (planned.length - shared) * symbols + shared * Math.ceil(symbols / MOST_SERIES),
    rows: rows * symbols,
    ...(shared > 0 && { sharing: shared * symbols }),
  };
}

/** An item of a map is billed by the memory of its state, in steps of 64 MB. */
const EXPRESS_GB = 64 / 1_024;

/** Bytes of an item that one unit of DynamoDB writes, or reads consistently. */
const WRITE_UNIT = 1_024;
const READ_UNIT = 4_096;

const gbOf = (handler: string): number =>
  functions.find((spec) => spec.handler === handler)!.memoryMb / 1_024;

/** What one job uses from StartExecution to its end, when all goes well. */
export function usageOfJob({ series, chunks, rows, sharing = 0, scheduled = false }: Work): Usage {
  const waves = Math.ceil(chunks / MAX_CHUNKS_PER_WAVE);
  // Each wave, including the last one that finds nothing missing, reads what was planned before.
  const seen = (MAX_CHUNKS_PER_WAVE * waves * (waves + 1)) / 2;
  const plans = waves + 1;
  const fetching =
    chunks * ASSUMED.fetchSeconds + sharing * ASSUMED.sharedSeriesSeconds + rows / ASSUMED.rowsPerSecond;
  const perSeries = scheduled ? ASSUMED.planSecondsPerScheduledSeries : ASSUMED.planSecondsPerSeries;
  const planning = plans * (ASSUMED.stepSeconds + series * perSeries) + seen * ASSUMED.planSecondsPerChunk;
  const itemBytes = WRITE_UNIT / 2 + series * ASSUMED.itemBytesPerSeries;
  const [writeUnits, readUnits] = [Math.ceil(itemBytes / WRITE_UNIT), Math.ceil(itemBytes / READ_UNIT)];
  return {
    lambdaGbSeconds:
      fetching * gbOf('fetch-chunk') +
      planning * gbOf('plan-wave') +
      ASSUMED.stepSeconds * gbOf('finalize-job'),
    lambdaCalls: chunks + plans + 1,
    // PlanWave and WhatNext each time, FetchChunks and its items in each wave, FinalizeJob.
    transitions: 2 * plans + waves + chunks + 1,
    expressRequests: chunks,
    expressGbSeconds: fetching * EXPRESS_GB,
    writes: chunks * ASSUMED.writesPerChunk + ASSUMED.writesPerJob * writeUnits,
    reads: (chunks * ASSUMED.readsPerChunk + ASSUMED.readsPerJob) * readUnits + seen / ASSUMED.chunksPerRead,
    logBytes: chunks * ASSUMED.logBytesPerChunk + (plans + 1) * ASSUMED.logBytesPerStep,
    bytesIn: rows * ASSUMED.bytesPerRowIn,
    bytesOut: rows * ASSUMED.bytesPerRowOut,
  };
}

/** What one run of the schedule `refresh` uses beside the jobs that it starts. */
export const usageOfRefresh = (): Usage => ({
  ...NOTHING,
  lambdaGbSeconds: ASSUMED.stepSeconds * gbOf('refresh'),
  lambdaCalls: 1,
  reads: 2,
  logBytes: ASSUMED.logBytesPerStep,
});

const NOTHING: Usage = {
  lambdaGbSeconds: 0,
  lambdaCalls: 0,
  transitions: 0,
  expressRequests: 0,
  expressGbSeconds: 0,
  writes: 0,
  reads: 0,
  logBytes: 0,
  bytesIn: 0,
  bytesOut: 0,
};

/** The usage of the same work done `n` times. */
export const times = (n: number, usage: Usage): Usage =>
  Object.fromEntries(Object.entries(usage).map(([unit, amount]) => [unit, n * amount])) as unknown as Usage;

/** The usage of several pieces of work together. */
export const sum = (...all: readonly Usage[]): Usage =>
  all.reduce(
    (a, b) =>
      Object.fromEntries(
        Object.keys(NOTHING).map((unit) => [unit, a[unit as keyof Usage] + b[unit as keyof Usage]]),
      ) as unknown as Usage,
    NOTHING,
  );
