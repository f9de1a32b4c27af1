import { apiPorts } from '../../host/ports.ts';
import type { HostState } from '../../host/state-file.ts';
import { badInput } from '../failure.ts';
import { type Caller, callerOf } from './sign.ts';

export interface BaseUrl {
  /** without a slash at its end */
  readonly url: string;
  /** who calls an API that the user named; absent for the host of this machine, which requires no credentials */
  readonly caller?: Caller;
}

/** GORDON_API_URL, or else where the embedded host of this machine listens. @throws CliError */
export function baseUrl(
  env: Readonly<Record<string, string | undefined>>,
  host: HostState | undefined,
): BaseUrl {
  const { GORDON_API_URL: given } = env;
  const own = `http://127.0.0.1:${(host?.ports ?? apiPorts(env)).jobs}`;
  if (!given) return { url: own };
  const protocol = URL.parse(given)?.protocol;
  if (protocol !== 'http:' && protocol !== 'https:') {
    throw badInput(`GORDON_API_URL is "${given}", which is no URL: write it as ${own}`);
  }
  const url = given.replace(/\/+$/, '');
  return { url, caller: callerOf(url, env) };
}
