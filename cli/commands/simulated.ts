import type { Api } from '../api/client.ts';
import { CliError } from '../failure.ts';
import { SIMULATED } from '../format/report.ts';
import { type Screen, say } from '../terminal.ts';
import type { Context } from './context.ts';

/** Labels simulated data. An API that does not answer this is no reason to withhold the rest. */
export async function labelSimulated(context: Context, api: Api, screen: Screen): Promise<void> {
  try {
    if ((await api.call('health')).simulated) say(screen, context.paint('yellow', SIMULATED));
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    const message = context.terminal.hint(error.message);
    say(context.terminal.err, `gordon-data: whether the data are simulated is not known: ${message}`);
  }
}
