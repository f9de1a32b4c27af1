import { functions } from '../../manifest.ts';
import { planSource } from '../ledger/plan.ts';
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
}

/** One order of so many symbols over a range of one source. */
export function estimateWork(source: Source, timeframe: Timeframe, range: Range, symbols: number): Work {
  // All symbols are cut into the same chunks, so one stands for all.
  const series = { source: source.id, symbol: 'BTCUSDT', timeframe };
  const planned = planSource(source, series, [range]);
  const rows = (range.end - range.start) / stepOf(timeframe);
  return { series: symbols, chunks: planned.length * symbols, rows: rows * symbols };
}

/** An item of a map is billed by the memory of its state, in steps of 64 MB. */
const EXPRESS_GB = 64 / 1_024;

const gbOf = (handler: string): number =>
  functions.find((spec) => spec.handler === handler)!.memoryMb / 1_024;

/** What one job uses from StartExecution to its end, when all goes well. */
export function usageOfJob({ series, chunks, rows }: Work): Usage {
  const waves = Math.ceil(chunks / MAX_CHUNKS_PER_WAVE);
  // Each wave, including the last one that finds nothing missing, reads what was planned before.
  const seen = (MAX_CHUNKS_PER_WAVE * waves * (waves + 1)) / 2;
  const plans = waves + 1;
  const fetching = chunks * ASSUMED.fetchSeconds + rows / ASSUMED.rowsPerSecond;
  const planning =
    plans * (ASSUMED.stepSeconds + series * ASSUMED.planSecondsPerSeries) +
    seen * ASSUMED.planSecondsPerChunk;
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
    writes: chunks * ASSUMED.writesPerChunk + ASSUMED.writesPerJob,
    reads: chunks * ASSUMED.readsPerChunk + ASSUMED.readsPerJob + seen / ASSUMED.chunksPerRead,
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
