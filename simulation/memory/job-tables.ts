import type { ChunkProgress, Job } from '../../functions/core/jobs/job.ts';
import type { Lease } from '../../functions/core/jobs/lease.ts';
import type { RangeSet } from '../../functions/core/time/range.ts';

/** When rows that may still change were last requested, for one chunk. */
export interface ProvisionalNote {
  readonly series: string;
  readonly at: number;
  readonly spans: RangeSet;
}

/** Nobody sends anything to a scope before `until`; epoch ms of our clock. */
interface Cooldown {
  readonly until: number;
  readonly why: string;
}

/** What the job table holds. It outlives the stores that use it, as a table outlives the processes. */
export interface JobTables {
  readonly jobs: Map<string, Job>;
  /** by job and label */
  readonly chunks: Map<string, Map<string, ChunkProgress>>;
  readonly idempotencyKeys: Map<string, { readonly jobId: string; readonly digest: string }>;
  /** the job at work on an order, by the order's identity */
  readonly orders: Map<string, Job>;
  readonly provisional: Map<string, ProvisionalNote>;
  readonly leases: Map<string, Lease>;
  /** spent of a limit family, by the family's id and the beginning of the window */
  readonly spent: Map<string, number>;
  /** the next free moment of a paced family */
  readonly moments: Map<string, number>;
  readonly cooldowns: Map<string, Cooldown>;
  /** ids given so far, so that each is another one and later than those before */
  ids: { readonly time: number; readonly count: number };
}

export const emptyJobTables = (): JobTables => ({
  jobs: new Map(),
  chunks: new Map(),
  idempotencyKeys: new Map(),
  orders: new Map(),
  provisional: new Map(),
  leases: new Map(),
  spent: new Map(),
  moments: new Map(),
  cooldowns: new Map(),
  ids: { time: 0, count: 0 },
});

const CROCKFORD = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** A ULID without chance: ten letters of time and sixteen of a count. It sorts by when it was made. */
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
