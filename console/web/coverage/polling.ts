import type { Answer } from '../../../functions/core/api/operations.ts';

export type Coverage = Answer<'coverage'>;

/** From one answer to the next, while jobs fill the map and while none does. */
export const BUSY_MS = 1_500;
export const IDLE_MS = 10_000;

export const isFlying = (coverage: Coverage | undefined): boolean =>
  coverage?.some(({ runs }) => runs.some((run) => run.in_flight > 0)) ?? false;
