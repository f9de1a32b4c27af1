import type { Command } from 'commander';
import { baseUrl } from '../../api/base-url.ts';
import { CliError } from '../../failure.ts';
import { type Context, print } from '../context.ts';
import type { Handle } from '../handle.ts';
import * as options from '../options.ts';

interface ConsoleOptions {
  readonly port: number;
}

export function addConsole(program: Command, context: Context, handle: Handle): void {
  program
    .command('console')
    .description('the web console of a deployed API; requests are signed with your AWS credentials')
    .option('--port <number>', 'where to serve it', options.port, 8090)
    .addHelpText('after', CONSOLE_HELP)
    .action(handle((given: ConsoleOptions) => console(context, given)));
}

const CONSOLE_HELP = `
The API is GORDON_API_URL. Requests are identified as those of every command: see gordon-data --help.

Example:
  GORDON_API_URL=https://abc123.execute-api.eu-central-1.amazonaws.com/v1 gordon-data console`;

/** The console of a deployed API, on this machine. The embedded host serves its own. */
async function console(context: Context, { port }: ConsoleOptions): Promise<number> {
  const host = context.runningHost();
  if (!host && !context.terminal.env.GORDON_API_URL)
    throw new CliError('no API is named: set GORDON_API_URL to that of the deployment, or `make demo`');
  const { url: api, caller } = baseUrl(context.terminal.env, host);
  if (!caller) {
    print(context, `the console of this machine is at ${api}/`);
    return 0;
  }
  // Loaded when it is needed: the other commands need no bundler.
  const { startConsole } = await import('../../console/server.ts');
  await using server = await startConsole({ api, sign: caller.sign, port });
  print(context, `the console of ${api} is at ${server.url}/?token=${server.token} ; Ctrl-C ends it`);
  const stopped = Promise.withResolvers<void>();
  using _listening = context.terminal.onStop(() => stopped.resolve());
  await stopped.promise;
  return 0;
}
