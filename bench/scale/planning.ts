import { ASSUMED } from '../../functions/core/costs/assumptions.ts';
import { KEPT_INSIDE, TAKEN } from './assumptions.ts';

/** A write of the job table there and back; guess. */
const WRITE_SECONDS = 0.01;

/** How long PlanWave works: a look at each series, one at each chunk that the job has planned before, a write for each it plans. */
export function planSeconds(series: number, seen: number, planned: number, first: boolean): number {
  const statements = first ? TAKEN.planStatements.first : TAKEN.planStatements.later;
  return (
    ASSUMED.stepSeconds +
    series * statements * ASSUMED.planSecondsPerSeries +
    seen * ASSUMED.planSecondsPerChunk +
    Math.ceil(planned / KEPT_INSIDE.planParallel) * WRITE_SECONDS
  );
}
