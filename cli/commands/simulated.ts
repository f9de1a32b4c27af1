import type { Api } from '../api/client.ts';
import { CliError } from '../failure.ts';
import { SIMULATED } from '../format/report.ts';
import { type Screen, say } from '../terminal.ts';
import type { Context } from './context.ts';

/** Says so where the data are simulated. An API that cannot tell is no reason to keep the rest back. */
export async function labelSimulated(context: Context, api: Api, screen: Screen): Promise<void> {
  try {
    if ((await api.health()).simulated) say(screen, context.paint('yellow', SIMULATED));
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    const message = context.terminal.hint(error.message);
    say(context.terminal.err, `gordon-data: whether the data are simulated is not known: ${message}`);
  }
}
