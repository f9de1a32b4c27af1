import type { Usage } from '../../functions/core/costs/usage.ts';
import { TAKEN } from './assumptions.ts';
import { LANES_TODAY } from './definition.ts';
import { QUOTAS } from './quotas.ts';

/** What a run is given to work with. */
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
  /** of these kept for fetchers, who then get no more: the stack's option `fetchers` */
  readonly reserved: number | undefined;
  readonly maxConnections: number;
  /** how long a fetcher takes by itself varies by three tenths either way */
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

/** Where the time of a job's lanes goes; lane-seconds. What is left of all of it is idle lanes at the end of a wave. */
export interface LaneTime {
  /** the fetcher's own: it loads, parses, encodes */
  own: number;
  database: number;
  /** for the next window of the venue's limit */
  venue: number;
  /** for a free execution */
  lambda: number;
  network: number;
  /** for the job table */
  table: number;
  planning: number;
  idle: number;
}

export const RESOURCES = [
  'lanes',
  'lambda',
  'rows',
  'weight',
  'connections',
  'tableWrites',
  'children',
  'bytes',
] as const;
export type Resource = (typeof RESOURCES)[number];

export interface Outcome {
  readonly setup: Setup;
  readonly orders: number;
  /** until the last job's rows are there; counting them (FinalizeJob) is not in it */
  readonly seconds: number;
  readonly rows: number;
  readonly chunks: number;
  readonly waves: number;
  readonly calls: number;
  readonly pages: number;
  readonly objects: number;
  readonly throttled: number;
  readonly timedOut: number;
  readonly deferred: number;
  /** why jobs ended that did not get all, with how many did */
  readonly ends: ReadonlyMap<string, number>;
  readonly mostEvents: number;
  readonly lanes: Readonly<LaneTime>;
  /** of the hottest job's partition, mean over its life */
  readonly jobWritesPerSecond: number;
  readonly usage: Usage;
  readonly children: number;
  readonly timeline: readonly ({ readonly at: number } & Readonly<Record<Resource, number>>)[];
}
