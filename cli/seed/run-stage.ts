import type { JobDetail } from '../../functions/core/api/jobs/schemas.ts';
import type { OrderBody } from '../../functions/core/orders/create-job.ts';
import { DAY, iso } from '../../functions/core/time/time.ts';
import { sources } from '../../functions/sources/index.ts';
import type { Api } from '../api/client.ts';
import { ApiProblem } from '../api/send.ts';
import { announce } from '../commands/backfill/trigger.ts';
import { printOutcome, wait } from '../commands/backfill/wait.ts';
import { type Context, print } from '../commands/context.ts';
import { CliError, oneLine } from '../failure.ts';
import type { Stop } from '../follow/stop.ts';
import { say } from '../terminal.ts';
import type { SeedSettings } from './settings.ts';
import { type Stage, sourcesOfStage, wordOf } from './stages.ts';

export type StageResult =
  | { readonly family: string; readonly job: JobDetail }
  /** this version has no such source */
  | { readonly family: string; readonly unavailable: true }
  /** it needs what is not there, such as a key: nothing was requested, and nothing went wrong */
  | { readonly family: string; readonly skipped: string }
  | { readonly family: string; readonly error: string };

/** A stage that is over, and what is to be said of it. */
interface Over {
  readonly result: StageResult;
  readonly out?: string;
  readonly err?: string;
}

/** What a stage's order came to: a job to wait for, or already its result. */
export type Ordered = { readonly job: JobDetail } | Over;

/** Orders one stage. A job is announced at once; what is refused is for `showStage` to report. */
export async function orderStage(
  context: Context,
  api: Api,
  stage: Stage,
  settings: SeedSettings,
): Promise<Ordered> {
  const family = wordOf(stage);
  try {
    const job = await api.call('createJob', { body: orderOf(stage, settings) });
    announce(context, job);
    return { job };
  } catch (error) {
    if (error instanceof ApiProblem && error.code === 'unknown-source') {
      return { result: { family, unavailable: true }, out: `${family} is not available in this version` };
    }
    if (error instanceof ApiProblem && error.code === 'key-missing') {
      const skipped = `no ${keysOf(stage).join(', ') || 'key'}`;
      const err = `gordon-data: ${family} is skipped: ${oneLine(error.message)}`;
      return { result: { family, skipped }, err };
    }
    return failed(family, error);
  }
}

/** A stage that is left out because none of its venues' hosts can be reached. */
export const cutOff = (stage: Stage): Ordered => {
  const family = wordOf(stage);
  const error = "none of its venues' hosts can be reached";
  return { result: { family, error }, err: `gordon-data: ${family}: not ordered, ${error}` };
};

/** A stage that is left out because the user did not accept the terms of its data. */
export const declined = (stage: Stage, why: string): Ordered => ({
  result: { family: wordOf(stage), skipped: 'terms not accepted' },
  err: `gordon-data: ${wordOf(stage)} is skipped: ${why}`,
});

/** Waits for what was ordered and reports it. What fails is reported and returned: the other stages go on. */
export async function showStage(
  context: Context,
  api: Api,
  family: string,
  ordered: Ordered,
  stop: Stop,
): Promise<StageResult> {
  print(context, '', context.paint('bold', `== ${family}`));
  const over = 'job' in ordered ? await followed(context, api, family, ordered.job, stop) : ordered;
  if (over.out) print(context, over.out);
  if (over.err) say(context.terminal.err, context.terminal.hint(over.err));
  return over.result;
}

async function followed(
  context: Context,
  api: Api,
  family: string,
  job: JobDetail,
  stop: Stop,
): Promise<Over> {
  try {
    // It was ordered a while ago, and may have ended while others were shown. What is wrong the wait will find out.
    const now = await api.call('getJob', { params: { id: job.id }, signal: stop.signal }).catch(() => job);
    const ended = await wait(context, api, now, stop);
    printOutcome(context, ended);
    return { result: { family, job: ended } };
  } catch (error) {
    return failed(family, error);
  }
}

function failed(family: string, error: unknown): Over {
  if (!(error instanceof CliError)) throw error;
  const why = oneLine(error.message);
  return { result: { family, error: why }, err: `gordon-data: ${family}: ${why}` };
}

function orderOf(stage: Stage, { from, to, now, symbols }: SeedSettings): OrderBody {
  const newest = stage.days && iso((to === undefined ? now : Date.parse(to)) - stage.days * DAY);
  return {
    source: wordOf(stage),
    from: newest && newest > from ? newest : from,
    ...(to && { to }),
    ...(symbols && stage.takesSymbols && { symbols: [...symbols] }),
  };
}

/** The variables that hold the keys of a stage's sources. */
const keysOf = (stage: Stage): string[] =>
  sourcesOfStage(stage, sources).flatMap(({ key }) => (key ? [key.env] : []));

export const hasFailed = (result: StageResult): boolean =>
  'error' in result || ('job' in result && result.job.status !== 'succeeded');
