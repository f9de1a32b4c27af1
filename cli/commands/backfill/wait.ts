import type { JobDetail } from '../../../functions/core/api/jobs/schemas.ts';
import type { Api } from '../../api/client.ts';
import { followJob } from '../../follow/follow-job.ts';
import { progressView, silentView } from '../../follow/progress-view.ts';
import type { Stop } from '../../follow/stop.ts';
import { failureLines, quoteLines, verdict } from '../../format/job.ts';
import { say } from '../../terminal.ts';
import { type Context, print, printJson } from '../context.ts';

/** Failures that are printed beside the verdict; all of them are in `gordon-data backfill job`. */
const MOST_FAILURES = 5;

/**
 * Waits for a job with a progress display and prints how it ended.
 * @returns the exit code: 0 for a success
 */
export async function waitAndReport(
  context: Context,
  api: Api,
  job: JobDetail,
  stop: Stop,
  json = false,
): Promise<number> {
  const ended = await wait(context, api, job, stop, json);
  if (json) printJson(context, ended);
  else printOutcome(context, ended);
  return ended.status === 'succeeded' ? 0 : 1;
}

export function wait(
  context: Context,
  api: Api,
  job: JobDetail,
  stop: Stop,
  json = false,
): Promise<JobDetail> {
  const { terminal } = context;
  // Where a program reads the document, only a person at a terminal gets progress.
  const screen = json ? terminal.err : terminal.out;
  const view = json && !screen.isTTY ? silentView : progressView(screen, terminal);
  return followJob(api, job, terminal, view, stop.signal);
}

export function printOutcome(context: Context, job: JobDetail): void {
  say(context.terminal.err, ...failureLines(job, MOST_FAILURES).map(context.terminal.hint));
  print(context, verdict(job, context.terminal.clock(), context.paint), ...quoteLines(job));
}
