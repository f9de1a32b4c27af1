import { candlesOf, isSelector, readSelector } from '../../../functions/core/series/universe.ts';
import type { Api } from '../../api/client.ts';
import { ApiProblem } from '../../api/send.ts';
import { CliError } from '../../failure.ts';
import { stopOn } from '../../follow/stop.ts';
import { say } from '../../terminal.ts';
import type { Context } from '../context.ts';
import { printOutcome, wait } from './wait.ts';

interface Given {
  readonly symbols?: readonly string[];
  readonly json?: boolean;
}

/**
 * Places an order. If it is refused because daily candles that its selectors rank symbols by are missing, they are loaded first, and it is
 * placed once more.
 * @throws CliError where the candles could not be loaded
 */
export async function withCandles<T>(
  context: Context,
  api: Api,
  { symbols = [], json = false }: Given,
  place: () => Promise<T>,
): Promise<T> {
  try {
    return await place();
  } catch (error) {
    if (!(error instanceof ApiProblem) || error.code !== 'candles-needed') throw error;
    for (const word of symbols.filter(isSelector)) {
      const { at, top, ...selector } = readSelector(word);
      if (at !== undefined && top !== undefined)
        await load(context, api, candlesOf({ ...selector, at }), json);
    }
    return await place();
  }
}

async function load(
  context: Context,
  api: Api,
  { symbols, ...order }: ReturnType<typeof candlesOf>,
  json: boolean,
): Promise<void> {
  using stop = stopOn(context.terminal);
  const job = await api.call('createJob', { body: { ...order, symbols: [...symbols] } });
  if (!json) say(context.terminal.out, `first the daily candles of ${order.from}: job ${job.id}`);
  const ended = await wait(context, api, job, stop, json);
  if (!json) printOutcome(context, ended);
  if (ended.status !== 'succeeded') {
    throw new CliError(
      `the daily candles of ${order.from} are not complete, so symbols cannot be ranked by them`,
    );
  }
}
