import type { JobDetail } from '../../functions/core/api/jobs/schemas.ts';
import { isFinished } from '../../functions/core/jobs/job.ts';
import type { Api } from '../api/client.ts';
import { ApiProblem, Unreachable } from '../api/send.ts';
import { Interrupted } from '../failure.ts';
import { whatNext } from '../format/job.ts';
import { say, type Terminal } from '../terminal.ts';
import type { ProgressView } from './progress-view.ts';

/** A short job is reported at once, a long one does not keep the API busy. */
const FIRST_POLL_MS = 200;
const SLOWEST_POLL_MS = 1_000;
/** How long the API may be away, as when it is restarted, before waiting for it ends. */
const PATIENCE_MS = 30_000;

/**
 * Waits until a job is finished, or until `signal` is aborted with an Interrupted.
 * @throws Interrupted when the user stopped waiting (the job goes on, and that was printed), CliError when the API is lost
 */
export async function followJob(
  api: Api,
  job: JobDetail,
  terminal: Terminal,
  view: ProgressView,
  signal: AbortSignal,
): Promise<JobDetail> {
  try {
    return await poll(api, job, terminal, view, signal);
  } catch (error) {
    view.stop();
    if (error instanceof Interrupted) say(terminal.err, ...goesOn(job.id).map(terminal.hint));
    throw error;
  } finally {
    view.stop();
  }
}

async function poll(
  api: Api,
  first: JobDetail,
  terminal: Terminal,
  view: ProgressView,
  signal: AbortSignal,
): Promise<JobDetail> {
  let job = first;
  let pause = FIRST_POLL_MS;
  let heard = terminal.clock();
  while (!isFinished(job.status)) {
    view.update(job);
    await terminal.sleep(pause, signal);
    pause = Math.min(pause * 1.5, SLOWEST_POLL_MS);
    try {
      job = await api.call('getJob', { params: { id: job.id }, signal });
      heard = terminal.clock();
    } catch (error) {
      if (!mayPass(error) || terminal.clock() - heard > PATIENCE_MS) throw error;
      view.note(`${(error as Error).message}; waiting for it`);
    }
  }
  view.update(job);
  return job;
}

const mayPass = (error: unknown): boolean =>
  error instanceof Unreachable || (error instanceof ApiProblem && error.exitCode === 1);

const goesOn = (id: string): string[] => [`No longer waiting; job ${id} goes on.`, ...whatNext(id)];
