import { ASSUMED } from '../../functions/core/costs/assumptions.ts';
import type { Usage } from '../../functions/core/costs/usage.ts';
import { functions } from '../../functions/manifest.ts';
import type { JobRun } from './job-run.ts';
import type { Resources } from './plant.ts';
import type { Outcome } from './setup.ts';
import type { Tally } from './tally.ts';
import { chunksOf, type Workload } from './workload.ts';

/** An EXPRESS execution is billed by the memory of its state, in steps of 64 MB. */
const EXPRESS_GB = 64 / 1_024;

const gb = (handler: string): number => functions.find((spec) => spec.handler === handler)!.memoryMb / 1_024;

/** @param ended when each job ended, seconds of the run */
export function outcomeOf(
  workload: Workload,
  plant: Resources,
  jobs: readonly JobRun[],
  ended: readonly number[],
  tally: Tally,
): Outcome {
  const { setup, lanes, calls, jobTables } = plant;
  const seconds = Math.max(...ended);
  const busy = Object.values(lanes).reduce((sum, part) => sum + part, 0);
  const all = ended.reduce((sum, at) => sum + at, 0) * setup.lanes;
  const ends = new Map<string, number>();
  for (const { ended: why } of jobs) if (why) ends.set(why, (ends.get(why) ?? 0) + 1);
  return {
    setup,
    orders: jobs.length,
    seconds,
    chunks: chunksOf(workload),
    calls,
    ends,
    rows: Math.round(sumOf(jobs, 'rows')),
    waves: sumOf(jobs, 'wave'),
    ...tally,
    mostEvents: Math.max(...jobs.map(({ events }) => events)),
    lanes: { ...lanes, idle: Math.max(all - busy, 0) },
    jobWritesPerSecond: Math.max(...jobTables.map(({ taken }, job) => taken / (ended[job] || 1))),
    usage: usageOf(plant, jobs, tally),
    timeline: plant.timeline.read(seconds),
  };
}

function usageOf(plant: Resources, jobs: readonly JobRun[], tally: Tally): Usage {
  const [waves, rows] = [sumOf(jobs, 'wave'), sumOf(jobs, 'rows')];
  const { calls, otherCalls, fetchSeconds } = plant;
  return {
    lambdaGbSeconds: fetchSeconds * gb('fetch-chunk') + tally.planSeconds * gb('plan-wave'),
    lambdaCalls: calls + otherCalls,
    // PlanWave, WhatNext and FetchChunks in each wave, and each item of its map.
    transitions: 3 * waves + tally.children,
    expressRequests: tally.children,
    expressGbSeconds: tally.childSeconds * EXPRESS_GB,
    writes: plant.jobTables.reduce((sum, { taken }) => sum + taken, 0),
    reads: calls * ASSUMED.readsPerChunk + waves * ASSUMED.readsPerJob,
    logBytes: calls * ASSUMED.logBytesPerChunk + waves * ASSUMED.logBytesPerStep,
    bytesIn: rows * ASSUMED.bytesPerRowIn,
    bytesOut: rows * ASSUMED.bytesPerRowOut,
  };
}

const sumOf = (jobs: readonly JobRun[], what: 'rows' | 'wave'): number =>
  jobs.reduce((sum, job) => sum + job[what], 0);
