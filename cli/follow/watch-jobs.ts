import type { JobSummary } from '../../functions/core/api/jobs/schemas.ts';
import { isFinished } from '../../functions/core/jobs/job.ts';
import type { Api } from '../api/client.ts';
import { ApiProblem, Unreachable } from '../api/send.ts';
import type { Context } from '../commands/context.ts';
import { Interrupted } from '../failure.ts';
import { fitLine } from '../format/fit.ts';
import { jobTable, orderLine } from '../format/job.ts';
import { exactTime } from '../format/values.ts';
import { say } from '../terminal.ts';

const EVERY_MS = 2_000;
/** Jobs that ended while they were watched and stay on the screen. */
const MOST_ENDED = 10;

/**
 * Shows jobs and how they get on until the user stops it. On a terminal one picture replaces the other; a file gets a line for each
 * change of a job's status.
 * @param list the jobs to watch, the newest first
 * @returns the exit code
 */
export async function watchJobs(
  context: Context,
  api: Api,
  list: () => Promise<readonly JobSummary[]>,
  signal: AbortSignal,
): Promise<number> {
  const { out, clock, sleep } = context.terminal;
  const show = out.isTTY ? screenOf(context) : linesOf(context);
  let known = new Map<string, JobSummary>();
  try {
    for (;;) {
      try {
        known = await next(api, list, known);
        show([...known.values()], `${exactTime(new Date(clock()).toISOString())} UTC`);
      } catch (error) {
        if (!mayPass(error)) throw error;
        show([...known.values()], `${(error as Error).message}; waiting for it`);
      }
      await sleep(EVERY_MS, signal);
    }
  } catch (error) {
    // Ctrl-C is how it ends.
    if (error instanceof Interrupted) return 0;
    throw error;
  }
}

const mayPass = (error: unknown): boolean =>
  error instanceof Unreachable || (error instanceof ApiProblem && error.exitCode === 1);

/** What is listed now, and how those ended that were listed before. */
async function next(
  api: Api,
  list: () => Promise<readonly JobSummary[]>,
  before: ReadonlyMap<string, JobSummary>,
): Promise<Map<string, JobSummary>> {
  const listed = await list();
  const ids = new Set(listed.map(({ id }) => id));
  const gone = [...before.values()].filter(({ id }) => !ids.has(id)).slice(0, MOST_ENDED);
  const ended = await Promise.all(
    gone.map((job) => (isFinished(job.status) ? job : api.call('getJob', { params: { id: job.id } }))),
  );
  return new Map([...listed, ...ended].map((job) => [job.id, job]));
}

type Show = (jobs: readonly JobSummary[], note: string) => void;

function screenOf(context: Context): Show {
  const { out } = context.terminal;
  let drawn = 0;
  return (jobs, note) => {
    const width = out.columns ?? 80;
    // A picture that is taller than the terminal could not be replaced: its head has scrolled away.
    const most = Math.max(1, (out.rows ?? 24) - 5);
    const rest = jobs.length - most;
    const lines = [
      ...(jobs.length === 0
        ? ['No job is queued or running.']
        : jobTable(jobs.slice(0, most), { ...context, width })),
      ...(rest > 0 ? [`and ${rest} more`] : []),
      context.paint(
        'dim',
        fitLine([{ text: note }, { text: 'Ctrl-C ends this, not the jobs', rank: 0 }], width),
      ),
    ];
    const back = drawn > 0 ? `\u001b[${drawn}A` : '';
    out.write(`${back}\u001b[J${lines.join('\n')}\n`);
    drawn = lines.length;
  };
}

function linesOf(context: Context): Show {
  const seen = new Map<string, string>();
  let noted = '';
  return (jobs, note) => {
    for (const job of jobs) {
      if (seen.get(job.id) === job.status) continue;
      seen.set(job.id, job.status);
      say(context.terminal.out, `${job.id} ${job.status}: ${orderLine(job)}`);
    }
    const problem = note.endsWith('waiting for it') ? note : '';
    if (problem && problem !== noted)
      say(context.terminal.err, `gordon-data: ${context.terminal.hint(problem)}`);
    noted = problem;
  };
}
