import type { Answer } from '../../../functions/core/api/operations.ts';
import { isFinished, isQuiet, type JobOrigin, originOf } from '../../../functions/core/jobs/job.ts';

export type JobSummary = Answer<'listJobs'>[number];

/** A job that still changes. */
export const isActive = ({ status }: Pick<JobSummary, 'status'>): boolean => !isFinished(status);

/** `usual`: orders, and the runs of schedules that did not succeed. */
export const CHOICES = ['usual', 'you', 'schedules', 'audit', 'all'] as const;
export type Choice = (typeof CHOICES)[number];

/** What the API selects for a choice. */
const QUERIES: Readonly<Record<Choice, Readonly<Record<string, string>>>> = {
  usual: { quiet: 'false' },
  you: { origin: 'order' },
  schedules: { origin: 'schedule' },
  audit: { origin: 'audit' },
  all: {},
};
const CHOSEN: Readonly<Record<'you' | 'schedules' | 'audit', JobOrigin>> = {
  you: 'order',
  schedules: 'schedule',
  audit: 'audit',
};

/** Which jobs are listed, as the address has it. */
export interface JobsPlace {
  readonly origin: Choice;
  /** empty: all */
  readonly status: string;
  readonly source: string;
  /** part of a symbol's name */
  readonly symbol: string;
  /** pages of the API */
  readonly pages: number;
}

export function jobsPlaceFrom(query: URLSearchParams): JobsPlace {
  return {
    origin: CHOICES.find((one) => one === query.get('origin')) ?? 'usual',
    status: query.get('status') ?? '',
    source: query.get('family') ?? '',
    symbol: query.get('symbol') ?? '',
    pages: Math.max(1, Math.min(20, Number(query.get('pages')) || 1)),
  };
}

/** The query of an address; what is as usual is left out. */
export const jobsQueryOf = ({
  origin,
  status,
  source,
  symbol,
  pages,
}: JobsPlace): Record<string, string> => ({
  ...(origin !== 'usual' && { origin }),
  ...(status && { status }),
  ...(source && { family: source }),
  ...(symbol && { symbol }),
  ...(pages > 1 && { pages: String(pages) }),
});

/** What the API is queried for; it knows no parts of symbols. */
export const apiQueryOf = ({ origin, status, source }: Omit<JobsPlace, 'symbol' | 'pages'>) => ({
  status: status || 'all',
  ...(source && { source }),
  ...QUERIES[origin],
});

/** Which jobs of what the API and its events gave are shown. */
export const matchesJob = (job: JobSummary, { origin, symbol }: JobsPlace): boolean =>
  isChosen(job, origin) &&
  (symbol === '' || job.symbols.some((one) => one.toLowerCase().includes(symbol.toLowerCase())));

function isChosen(job: JobSummary, choice: Choice): boolean {
  if (choice === 'all') return true;
  // Each minute one would come and go.
  if (choice === 'usual') return !isQuiet(job) && !runsNow(job);
  return originOf(job) === CHOSEN[choice];
}

/** Whether a schedule ordered the job and it is at work. */
export const runsNow = (job: JobSummary): boolean => originOf(job) !== 'order' && isActive(job);

/** The list with what changed since it was made: jobs that are new stand where their time puts them. */
export function withChanges(
  jobs: readonly JobSummary[],
  changes: ReadonlyMap<string, JobSummary>,
  { status, source }: Pick<JobsPlace, 'status' | 'source'>,
  more: boolean,
): JobSummary[] {
  const listed = new Map(jobs.map((job) => [job.id, job]));
  const oldest = jobs.at(-1)?.id ?? '';
  for (const [id, job] of changes) {
    // Older jobs are on a page that is not shown.
    if (listed.has(id) || !more || id > oldest) listed.set(id, job);
  }
  return [...listed.values()]
    .filter((job) => (status === '' || job.status === status) && (source === '' || job.source === source))
    .sort((a, b) => (a.id < b.id ? 1 : -1));
}

/** A line of the list: a job, or what schedules ran within an hour. */
export type Entry =
  | { readonly kind: 'job'; readonly job: JobSummary }
  | {
      readonly kind: 'runs';
      readonly hour: string;
      readonly jobs: readonly JobSummary[];
      readonly rows: number;
    };

/** Runs of schedules that went well are one entry an hour; whatever needs a look stays by itself. */
export function entriesOf(jobs: readonly JobSummary[]): Entry[] {
  const entries: Entry[] = [];
  for (const job of jobs) {
    if (!job.scheduled || job.status !== 'succeeded') {
      entries.push({ kind: 'job', job });
      continue;
    }
    const hour = job.created_at.slice(0, 13);
    const at = entries.findIndex((one) => one.kind === 'runs' && one.hour === hour);
    const before = entries[at];
    if (before?.kind === 'runs') {
      entries[at] = { ...before, jobs: [...before.jobs, job], rows: before.rows + job.rows_fetched };
    } else entries.push({ kind: 'runs', hour, jobs: [job], rows: job.rows_fetched });
  }
  // An hour with one run needs no fold.
  return entries.map((one) =>
    one.kind === 'runs' && one.jobs.length === 1 ? { kind: 'job', job: one.jobs[0]! } : one,
  );
}

export const hasActive = (jobs: readonly JobSummary[] | undefined): boolean => jobs?.some(isActive) ?? false;
