import { baseUrl } from '../../api/base-url.ts';
import { CliError } from '../../failure.ts';
import { type Context, print } from '../context.ts';

export interface ConsoleOptions {
  readonly port: number;
}

/** The console of a deployed API, on this machine. The embedded host serves its own. */
export async function console(context: Context, { port }: ConsoleOptions): Promise<number> {
  const host = context.runningHost();
  const { url: api, caller } = baseUrl(context.terminal.env, host);
  if (!caller) {
    if (!host)
      throw new CliError('no API is named: set GORDON_API_URL to that of the deployment, or `make demo`');
    print(context, `the console of this machine is at http://127.0.0.1:${host.ports.jobs}/`);
    return 0;
  }
  // Loaded when it is needed: the other commands need no bundler.
  const { startConsole } = await import('../../console/server.ts');
  await using server = await startConsole({ api, sign: caller.sign, port });
  print(context, `the console of ${api} is at ${server.url}/; Ctrl-C ends it`);
  const stopped = Promise.withResolvers<void>();
  using _listening = context.terminal.onStop(() => stopped.resolve());
  await stopped.promise;
  return 0;
}
