import { ASSUMED } from '../../../functions/core/costs/assumptions.ts';
import type { Usage } from '../../../functions/core/costs/usage.ts';
import { functions } from '../../../functions/manifest.ts';
import type { JobRun } from './job-run.ts';
import type { LaneTime, Resources } from './resources.ts';
import type { Setup } from './setup.ts';
import { countChunks, type Workload } from './workload.ts';

/** Counts of the simulation itself. Seconds. */
export interface Tally {
  planSeconds: number;
  /** map items, and their seconds */
  children: number;
  childSeconds: number;
  objects: number;
  pages: number;
  throttled: number;
  timedOut: number;
  deferred: number;
}

export const emptyTally = (): Tally => ({
  planSeconds: 0,
  children: 0,
  childSeconds: 0,
  objects: 0,
  pages: 0,
  throttled: 0,
  timedOut: 0,
  deferred: 0,
});

export interface Outcome extends Readonly<Tally> {
  readonly setup: Setup;
  readonly orders: number;
  /** until the last job's rows are there; counting them (FinalizeJob) is not included */
  readonly seconds: number;
  readonly rows: number;
  readonly chunks: number;
  readonly waves: number;
  readonly calls: number;
  /** why jobs ended that did not get all rows, with the number of such jobs */
  readonly ends: ReadonlyMap<string, number>;
  readonly mostEvents: number;
  readonly lanes: Readonly<LaneTime & { idle: number }>;
  readonly peak: Resources['peak'];
  /** seconds of fetchers' calls */
  readonly fetchSeconds: number;
  /** through the NAT gateway, both ways */
  readonly bytes: number;
  /** of the job with the most, mean over its life */
  readonly jobWritesPerSecond: number;
  readonly usage: Usage;
}

/** An EXPRESS execution is billed by the memory of its state, in steps of 64 MB. */
const EXPRESS_GB = 64 / 1_024;

const gb = (handler: string): number => functions.find((spec) => spec.handler === handler)!.memoryMb / 1_024;

/** @param ended when each job ended, seconds of the run */
export function summarize(
  workload: Workload,
  resources: Resources,
  jobs: readonly JobRun[],
  ended: readonly number[],
  tally: Tally,
): Outcome {
  const { setup, lanes, calls, jobTables, peak, fetchSeconds, bytes } = resources;
  const seconds = Math.max(...ended);
  const busy = Object.values(lanes).reduce((sum, part) => sum + part, 0);
  const all = ended.reduce((sum, at) => sum + at, 0) * setup.lanes;
  const ends = new Map<string, number>();
  for (const { ended: why } of jobs) if (why) ends.set(why, (ends.get(why) ?? 0) + 1);
  return {
    setup,
    orders: jobs.length,
    seconds,
    chunks: countChunks(workload),
    calls,
    peak,
    fetchSeconds,
    bytes,
    ends,
    rows: Math.round(sumOf(jobs, 'rows')),
    waves: sumOf(jobs, 'wave'),
    ...tally,
    mostEvents: Math.max(...jobs.map(({ events }) => events)),
    lanes: { ...lanes, idle: Math.max(all - busy, 0) },
    jobWritesPerSecond: Math.max(...jobTables.map(({ taken }, job) => taken / (ended[job] || 1))),
    usage: usageOf(resources, jobs, tally),
  };
}

function usageOf(resources: Resources, jobs: readonly JobRun[], tally: Tally): Usage {
  const [waves, rows] = [sumOf(jobs, 'wave'), sumOf(jobs, 'rows')];
  const { calls, otherCalls, fetchSeconds } = resources;
  return {
    lambdaGbSeconds: fetchSeconds * gb('fetch-chunk') + tally.planSeconds * gb('plan-wave'),
    lambdaCalls: calls + otherCalls,
    // PlanWave, WhatNext and FetchChunks in each wave, and each item of its map.
    transitions: 3 * waves + tally.children,
    expressRequests: tally.children,
    expressGbSeconds: tally.childSeconds * EXPRESS_GB,
    writes: resources.jobTables.reduce((sum, { taken }) => sum + taken, 0),
    reads: calls * ASSUMED.readsPerChunk + waves * ASSUMED.readsPerJob,
    logBytes: calls * ASSUMED.logBytesPerChunk + waves * ASSUMED.logBytesPerStep,
    bytesIn: rows * ASSUMED.bytesPerRowIn,
    bytesOut: rows * ASSUMED.bytesPerRowOut,
  };
}

const sumOf = (jobs: readonly JobRun[], what: 'rows' | 'wave'): number =>
  jobs.reduce((sum, job) => sum + job[what], 0);
