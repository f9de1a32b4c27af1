import type { OrderBody } from '../../functions/core/run/create-job.ts';
import { sources } from '../../functions/sources/index.ts';
import type { JobDetail } from '../api/answers.ts';
import type { Api } from '../api/client.ts';
import { ApiProblem } from '../api/request.ts';
import { type Context, print } from '../commands/context.ts';
import { announce } from '../commands/trigger.ts';
import { tell, wait } from '../commands/wait.ts';
import { CliError, oneLine } from '../failure.ts';
import { stopOn } from '../follow/stop.ts';
import { say } from '../terminal.ts';
import type { SeedSettings } from './settings.ts';
import type { Stage } from './stages.ts';

export type StageResult =
  | { readonly family: string; readonly job: JobDetail }
  /** this version has no such source */
  | { readonly family: string; readonly unavailable: true }
  /** it needs what is not there, such as a key: nothing was asked, and nothing went wrong */
  | { readonly family: string; readonly skipped: string }
  | { readonly family: string; readonly error: string };

/** Fills one family and waits for it. What fails is told and returned: the other stages go on. */
export async function runStage(
  context: Context,
  api: Api,
  stage: Stage,
  settings: SeedSettings,
): Promise<StageResult> {
  const { family } = stage;
  print(context, '', context.paint('bold', `== ${family}`));
  using stop = stopOn(context.terminal);
  try {
    const job = await api.create(orderOf(stage, settings));
    announce(context, job);
    const ended = await wait(context, api, job, stop);
    tell(context, ended);
    return { family, job: ended };
  } catch (error) {
    if (error instanceof ApiProblem && error.code === 'unknown-source') {
      print(context, `${family} is not available in this version`);
      return { family, unavailable: true };
    }
    if (error instanceof ApiProblem && error.code === 'key-missing') {
      say(context.terminal.err, `gordon-data: ${family} is skipped: ${oneLine(error.message)}`);
      return { family, skipped: `no ${keysOf(family).join(', ') || 'key'}` };
    }
    if (!(error instanceof CliError)) throw error;
    say(context.terminal.err, `gordon-data: ${family}: ${oneLine(error.message)}`);
    return { family, error: oneLine(error.message) };
  }
}

const orderOf = ({ family, takesSymbols }: Stage, { from, to, symbols }: SeedSettings): OrderBody => ({
  source: family,
  from,
  ...(to && { to }),
  ...(symbols && takesSymbols && { symbols: [...symbols] }),
});

/** The variables that hold the keys of a family's sources. */
const keysOf = (family: string): string[] =>
  Object.values(sources).flatMap((source) =>
    source.family === family && source.key ? [source.key.env] : [],
  );

export const hasFailed = (result: StageResult): boolean =>
  'error' in result || ('job' in result && result.job.status !== 'succeeded');
