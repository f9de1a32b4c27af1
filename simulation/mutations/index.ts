import { LATER } from './later.ts';
import type { Mutation } from './mutation.ts';
import { PLANTED } from './planted.ts';
import { REVERTED } from './reverted.ts';

/** The faults that the simulation is measured by, chosen before it was first run on any of them. */
export const MUTATIONS: readonly Mutation[] = [...REVERTED, ...PLANTED, ...LATER];
