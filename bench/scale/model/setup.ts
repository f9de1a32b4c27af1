import { TAKEN } from './assumptions.ts';
import { LANES_TODAY } from './definition.ts';
import { QUOTAS } from './quotas.ts';

/** The resources of a run. */
export interface Setup {
  /** `MaxConcurrency` of each job's map */
  readonly lanes: number;
  readonly shards: number;
  /** rows that one database takes in a second, from all its sessions together */
  readonly storedPerSecond: number;
  /** egress addresses, each with a budget of its own; series are dealt to them in turn */
  readonly addresses: number;
  /** executions at once in the account */
  readonly concurrency: number;
  /** part of `concurrency` that is kept for fetchers and bounds them: the stack's option `fetchers` */
  readonly reserved: number | undefined;
  readonly maxConnections: number;
  /** a fetcher's own time varies by three tenths either way */
  readonly seed: number;
}

export const USUAL: Setup = {
  lanes: LANES_TODAY,
  shards: 1,
  storedPerSecond: TAKEN.storedPerSecond,
  addresses: 1,
  concurrency: QUOTAS.lambdaConcurrency.value,
  reserved: undefined,
  maxConnections: TAKEN.maxConnections,
  seed: 1,
};
