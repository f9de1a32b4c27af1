import { baseUrl } from '../api/base-url.ts';
import { regionOf, signWithAws, signWithToken, userCredentials } from '../console/sign.ts';
import { CliError } from '../failure.ts';
import { type Context, print } from './context.ts';

export interface ConsoleOptions {
  readonly port: number;
}

/** The console of a deployed API, on this machine. The embedded host serves its own. */
export async function console(context: Context, { port }: ConsoleOptions): Promise<number> {
  const { env } = context.terminal;
  const { GORDON_API_URL: given, GORDON_API_TOKEN: token } = env;
  const host = context.runningHost();
  if (!given) {
    if (!host)
      throw new CliError('no API is named: set GORDON_API_URL to that of the deployment, or `make demo`');
    print(context, `the console of this machine is at http://127.0.0.1:${host.ports.jobs}/`);
    return 0;
  }
  const { url: api } = baseUrl(given, host);
  const sign = token ? signWithToken(token) : signWithAws(regionOf(api, env), userCredentials());
  // Loaded when it is needed: the other commands need no bundler.
  const { startConsole } = await import('../console/server.ts');
  await using server = await startConsole({ api, sign, port });
  print(context, `the console of ${api} is at ${server.url}/; Ctrl-C ends it`);
  const stopped = Promise.withResolvers<void>();
  using _listening = context.terminal.onStop(() => stopped.resolve());
  await stopped.promise;
  return 0;
}
