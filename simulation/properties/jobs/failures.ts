import type { ChunkProgress, Job } from '../../../functions/core/jobs/job.ts';
import { MINUTE } from '../../../functions/core/time/time.ts';

/** What a failure can come of: each of these kinds of faults by itself. */
interface Causes {
  /** of the error's code and name with its words */
  readonly reads: RegExp;
  /** what strikes at the moment of the failure */
  readonly passing?: readonly string[];
  /** what stays as it is once it has struck */
  readonly lasting?: readonly string[];
}

const ENDS = ['delisting', 'relist', 'reused-ticker'];
const MARKET = [...ENDS, 'new-listing'];
const ARCHIVE = ['damaged-file', 'late-file', 'publication-stop', 'archive-hole'];
const DEATHS = [
  'process dies before a call',
  'process dies after a call',
  'function dies before a call',
  'function dies after a call',
  'host restarted',
  'host is off',
];
const DATABASE = [
  'connection to the database cut',
  'answer of the database lost',
  'database restarts',
  'database is slow',
];
const TABLE = ['job table throttled', 'job table loses an answer', 'job table is away'];
/** What takes rows away that a job at work has counted already. */
const LOSSES = [
  'older backup restored',
  'rows deleted by hand',
  'operator purges a series and orders it again',
  'operator keeps less for a while',
];
const WAY = ['outage', 'lost-answers', 'connection to the venue cut'];
const LATE = ['timeouts', 'late-answers'];

const SILENT = /ended without a word/;

const CAUSES: readonly Causes[] = [
  { reads: /^malformed-rows/, passing: ['malformed-answers'], lasting: ['bad-cell', 'damaged-file'] },
  // A page of HTML where JSON was due.
  { reads: /^venue-broken .*a page instead of JSON/, passing: ['malformed-answers'] },
  { reads: /^(connection-failed|venue-broken|archive-unreachable)/, passing: WAY },
  { reads: /^(timed-out|archive-unreachable)/, passing: LATE },
  {
    reads: /^(empty-answer|empty-history)/,
    passing: ['empty-answers', 'clock jumps'],
    lasting: ['rest-lag', 'hole', 'rest-reach', ...MARKET],
  },
  { reads: /^(unknown-symbol|venue-refused)/, passing: ['clock jumps'], lasting: ['rest-reach', ...MARKET] },
  { reads: /^clock-wrong/, passing: ['clock jumps'], lasting: ['clock-skew'] },
  { reads: /^(checksum-mismatch|corrupt-archive)/, lasting: ['damaged-file', 'republished', 'restated'] },
  { reads: /^database-/, passing: DATABASE },
  { reads: /^job-table-failed/, passing: TABLE },
  { reads: /RetryableStoreError/, passing: [...DATABASE, ...TABLE] },
  { reads: /RetryableVenueError|ArchiveUnreachable/, passing: [...WAY, ...LATE, 'ban', 'throttle'] },
  { reads: /Lambda\.Unknown/, passing: [...DEATHS, 'invocation late'] },
  // The next wave notes what ended without a word: only a job that began again, or lacks what was there a moment ago, has no such wave.
  { reads: SILENT, passing: ['host restarted', 'host is off', ...LOSSES] },
  { reads: /TooManyRequests/, passing: ['invocation refused'] },
  { reads: /SdkClientException/, passing: ['answer of an invocation lost'] },
  {
    reads: /Timedout|States\.Timeout|out of time/,
    passing: [...DATABASE, ...TABLE, ...LATE, 'invocation late'],
  },
  { reads: /its execution failed/, passing: [...DEATHS, ...DATABASE, ...TABLE, 'invocation refused'] },
  {
    reads: /the venue did not return them/,
    passing: ['clock jumps', 'empty-answers', 'host restarted', 'host is off', ...DATABASE, ...LOSSES],
    lasting: ['clock-skew', 'rest-lag', 'rest-reach', 'hole', 'bad-cell', ...ARCHIVE, ...ENDS],
  },
  // The first settlement of a contract comes hours after its first trade.
  { reads: /the venue did not return them.* ours \(funding_/, lasting: ['new-listing'] },
  // Of one of the series of a chunk; the ledger has the error of each.
  {
    reads: /^series-failed/,
    passing: [...WAY, ...LATE, 'malformed-answers', 'empty-answers', 'ban', 'throttle', 'clock jumps'],
    lasting: ['bad-cell', 'rest-lag', 'hole', 'clock-skew', ...ARCHIVE, ...MARKET],
  },
  { reads: /contract-broken|unknown-source/, passing: ['other version deployed'] },
];

/** What the check needs of the world. */
export interface Witness {
  readonly tables: {
    readonly jobs: { values(): Iterable<Job> };
    readonly chunks: { get(jobId: string): ReadonlyMap<string, ChunkProgress> | undefined };
  };
  /** when each kind of fault took effect; epoch ms */
  readonly strokesAt: ReadonlyMap<string, readonly number[]>;
}

const UNHAPPY: ReadonlySet<string> = new Set(['failed', 'completed_with_gaps']);

/** After a fault strikes, what it broke is retried for this long. */
const AROUND = 15 * MINUTE;

/**
 * A job that failed, or ended with gaps, names a cause that was really injected.
 * @param since epoch ms: jobs that ended before are not looked at
 * @returns breaches in words
 */
export function checkFailures({ tables, strokesAt }: Witness, since: number): string[] {
  return [...tables.jobs.values()].flatMap((job) => {
    if (!UNHAPPY.has(job.status) || job.finishedAt === undefined || job.finishedAt < since) return [];
    const chunks = [...(tables.chunks.get(job.id)?.values() ?? [])];
    return wordsOf(job, chunks)
      .filter((words) => !isExplained(words, job, strokesAt))
      .map((words) => `job ${job.id} ${job.status}, of nothing that was injected: ${words}`);
  });
}

/** The errors of its chunks; its own reason without any, or where one of them ended and said nothing. */
function wordsOf({ reason = '' }: Job, chunks: readonly ChunkProgress[]): string[] {
  const errors = chunks.flatMap(({ error, label }) =>
    error ? [`${error.code} ${error.name}: ${label}: ${error.message}`] : [],
  );
  return errors.length === 0 || SILENT.test(reason) ? [...errors, reason] : errors;
}

function isExplained(words: string, job: Job, strokesAt: Witness['strokesAt']): boolean {
  // A clock that jumped says nothing about when something was.
  const anytime = (strokesAt.get('clock jumps') ?? []).length > 0;
  const [from, to] = [job.createdAt - AROUND, (job.finishedAt ?? job.createdAt) + AROUND];
  const struck = (kind: string, after: number): boolean =>
    (strokesAt.get(kind) ?? []).some((at) => anytime || (after <= at && at <= to));
  return CAUSES.some(
    ({ reads, passing = [], lasting = [] }) =>
      reads.test(words) &&
      (passing.some((kind) => struck(kind, from)) ||
        lasting.some((kind) => struck(kind, Number.NEGATIVE_INFINITY))),
  );
}
