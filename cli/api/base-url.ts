import { portHolder } from '../../host/os/port-holder.ts';
import { apiPorts } from '../../host/ports.ts';
import type { HostState } from '../../host/state-file.ts';
import { badInput, CliError } from '../failure.ts';
import { type Caller, callerOf } from './sign.ts';

export interface BaseUrl {
  /** without a slash at its end */
  readonly url: string;
  /** who calls an API that the user named; absent for the host of this machine, which requires no credentials */
  readonly caller?: Caller;
}

/**
 * What to do where no host of this folder runs. What listens at its port is a stranger: it may be the host of another clone, whose
 * warehouse would be changed.
 */
export function noHost(own: string, port: number): CliError {
  const holder = portHolder(port);
  if (!holder) return new CliError(`no gordon-data at ${own}: start it with \`make dev-up\``);
  return new CliError(
    `no gordon-data of this folder runs; at ${own} is ${holder.name}. Use that one with GORDON_API_URL=${own}, or start ` +
      `your own elsewhere: GORDON_JOBS_PORT=${port + 10} \`gordon-data up\``,
  );
}

/** GORDON_API_URL, or else where the host of this folder listens while it runs. @throws CliError */
export function baseUrl(
  env: Readonly<Record<string, string | undefined>>,
  host: HostState | undefined,
): BaseUrl {
  const { GORDON_API_URL: given } = env;
  const port = (host?.ports ?? apiPorts(env)).jobs;
  const own = `http://127.0.0.1:${port}`;
  if (!given && !host) throw noHost(own, port);
  if (!given) return { url: own };
  const protocol = URL.parse(given)?.protocol;
  if (protocol !== 'http:' && protocol !== 'https:') {
    throw badInput(`GORDON_API_URL is "${given}", which is not a URL: write it as ${own}`);
  }
  const url = given.replace(/\/+$/, '');
  return { url, caller: callerOf(url, env) };
}
