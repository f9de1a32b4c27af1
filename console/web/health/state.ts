import type { Answer } from '../../../functions/core/api/operations.ts';
import { outagesOf } from './history.ts';

type Status = Answer<'status'>;
type Health = Answer<'health'>;
type Jobs = Answer<'listJobs'>;
type Schedule = Status['schedules'][number];

export interface Verdict {
  readonly good: boolean;
  readonly sentence: string;
}

const MINUTE = 60_000;
/** Turns that a schedule may miss before it counts as off: a machine that wakes up needs some. */
const MISSED = 3;
/** At least this long, ms: schedules that run each minute wait for one another. */
const LEAST = 5 * MINUTE;

/** `none`: no run is known, as of one whose turn has not come yet */
export type ScheduleState = 'ran' | 'failed' | 'off' | 'none';

/** A schedule that nobody runs is off, and so is one without a run for several of its turns, whatever its last run said. */
export function stateOf({ every_minutes, on, last_run }: Schedule, now: number): ScheduleState {
  if (on === false) return 'off';
  if (!last_run) return 'none';
  const silent = now - Date.parse(last_run.at);
  if (silent > Math.max(LEAST, MISSED * every_minutes * MINUTE)) return 'off';
  return last_run.ok ? 'ran' : 'failed';
}

/** A schedule with its last run. That of the aggregates notes none: what it last refreshed says when it was. */
export function withRun(schedule: Schedule, aggregates: Status['aggregates']): Schedule {
  if (schedule.name !== 'refresh-aggregates' || schedule.last_run) return schedule;
  const at = aggregates
    .map(({ last_refresh }) => last_refresh)
    .filter((one) => one !== null)
    .toSorted()
    .at(-1);
  return at === undefined
    ? schedule
    : { ...schedule, last_run: { at, ok: true, seconds: 0, detail: 'of the aggregates' } };
}

/** How long a failed job is news, ms. */
const RECENT = 60 * MINUTE;

/** What is wrong, the worst first; one sentence that all is well where nothing is. */
export function verdictsOf(
  health: Health,
  status: Status | undefined,
  jobs: Jobs,
  history?: Answer<'history'>,
): Verdict[] {
  const wrong = [
    ...(history ? outagesOf(history) : []),
    ...Object.entries(health.checks).flatMap(([name, check]) =>
      !check || check.ok ? [] : brokenCheck(name, check),
    ),
    ...(status ? findProblems(status, jobs) : []),
  ];
  if (wrong.length > 0) return wrong.map((sentence) => ({ good: false, sentence }));
  return [
    { good: true, sentence: 'Everything works: stores answer, schedules run, and no venue is cooling down.' },
  ];
}

function brokenCheck(name: string, { detail }: { readonly detail?: string | undefined }): string {
  const what =
    name === 'clock' ? "This machine's clock is wrong" : `The ${name.replace('_', ' ')} does not answer`;
  return detail ? `${what}: ${detail}` : `${what}.`;
}

function findProblems(status: Status, jobs: Jobs): string[] {
  const now = Date.parse(status.now);
  const clock = (at: string): string => at.slice(0, 16).replace('T', ' ');
  const failed = jobs.filter(
    (job) =>
      job.status === 'failed' && job.finished_at !== null && now - Date.parse(job.finished_at) < RECENT,
  );
  const since = failed.map(({ created_at }) => created_at).toSorted()[0];
  const states = status.schedules.map((schedule) => stateOf(schedule, now));
  const off = status.schedules.filter((_, i) => states[i] === 'off').map(({ name }) => name);
  const broken = status.schedules.filter((schedule) => stateOf(schedule, now) === 'failed');
  return [
    ...status.parks.map(
      ({ scope, until, why }) => `${scope} is not called until ${clock(until)} UTC: ${why}`,
    ),
    ...(since
      ? [
          `${failed.length === 1 ? 'A job' : `${failed.length} jobs`} failed since ${clock(since)} UTC (${families(failed)}).`,
        ]
      : []),
    ...broken.map(
      ({ name, last_run }) =>
        `The schedule ${name} failed at ${clock(last_run!.at)} UTC: ${last_run!.detail}`,
    ),
    ...(states.every((state) => state === 'off' || state === 'none')
      ? ['Schedules are off: nothing keeps the warehouse current.']
      : off.length > 0
        ? [`Schedules have not run for long: ${off.join(', ')}.`]
        : []),
  ];
}

const families = (jobs: Jobs): string => [...new Set(jobs.map(({ source }) => source))].join(', ');

type Aggregate = Status['aggregates'][number];

/** An aggregate without a watermark has no rows: it is not fresh. */
export const aggregateState = ({ healthy, watermark }: Aggregate): 'fresh' | 'late' | 'empty' =>
  watermark === null ? 'empty' : healthy ? 'fresh' : 'late';
