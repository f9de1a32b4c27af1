import type { ChunkProgress, Job } from '../../../functions/core/jobs/job.ts';
import type { Lease } from '../../../functions/core/jobs/lease.ts';
import type { RangeSet } from '../../../functions/core/time/range.ts';
import { JobIndex } from './job-index.ts';

/** When the provisional rows of one chunk were last requested. */
export interface ProvisionalNote {
  readonly series: string;
  readonly at: number;
  readonly spans: RangeSet;
}

/** Nothing is sent to a scope (a limit family or a venue) before `until`; epoch ms of our clock. */
interface Cooldown {
  readonly until: number;
  readonly why: string;
}

/** The content of the job table. It outlives the stores that use it, as a table outlives processes. */
export interface JobTables {
  readonly jobs: JobIndex;
  /** how many of the newest writes the index by status has not heard of, whenever it is read */
  indexBehind: () => number;
  /** by job and label */
  readonly chunks: Map<string, Map<string, ChunkProgress>>;
  readonly idempotencyKeys: Map<
    string,
    { readonly jobId: string; readonly digest: string; readonly at: number }
  >;
  /** the job at work on an order, by the order's identity */
  readonly orders: Map<string, Job>;
  readonly provisional: Map<string, ProvisionalNote>;
  readonly leases: Map<string, Lease>;
  /** units spent, by the limit family's id and the start of the window */
  readonly spent: Map<string, number>;
  /** the next free moment of a paced family, by its id; epoch ms */
  readonly moments: Map<string, number>;
  readonly cooldowns: Map<string, Cooldown>;
  /** how each job ended, as the newest event about its end has it */
  readonly announced: Map<string, string>;
  /** what the last id was made of, so that ids are unique and ascending */
  ids: { readonly time: number; readonly count: number };
}

export const emptyJobTables = (): JobTables => ({
  jobs: new JobIndex(),
  indexBehind: () => 0,
  chunks: new Map(),
  idempotencyKeys: new Map(),
  orders: new Map(),
  provisional: new Map(),
  leases: new Map(),
  spent: new Map(),
  moments: new Map(),
  cooldowns: new Map(),
  announced: new Map(),
  ids: { time: 0, count: 0 },
});

const CROCKFORD = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** Makes a deterministic ULID: ten letters of time and sixteen of a counter. Ids sort by the time of their creation. */
export function nextId(tables: JobTables, now: number): string {
  const { time, count } = tables.ids;
  tables.ids = { time: Math.max(time, now), count: count + 1 };
  return lettersOf(tables.ids.time, 10) + lettersOf(tables.ids.count, 16);
}

function lettersOf(value: number, length: number): string {
  let text = '';
  let rest = value;
  for (let i = 0; i < length; i++) {
    text = CROCKFORD[rest % 32]! + text;
    rest = Math.floor(rest / 32);
  }
  return text;
}
