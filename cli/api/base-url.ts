import type { HostState } from '../../localstack/embedded/state-file.ts';
import { badInput } from '../failure.ts';

export interface BaseUrl {
  /** without a slash at its end */
  readonly url: string;
  /** the user named it, so that starting the host of this machine may not help */
  readonly given: boolean;
  /** for an API that asks who calls */
  readonly token?: string;
}

const USUAL_PORT = 8081;

/** GORDON_API_URL, or else where the embedded host of this machine listens. @throws CliError */
export function baseUrl(given: string | undefined, host: HostState | undefined): BaseUrl {
  if (!given) return { url: `http://127.0.0.1:${host?.ports.jobs ?? USUAL_PORT}`, given: false };
  const protocol = URL.parse(given)?.protocol;
  if (protocol === 'http:' || protocol === 'https:') return { url: given.replace(/\/+$/, ''), given: true };
  throw badInput(`GORDON_API_URL is "${given}", which is no URL: write it as http://127.0.0.1:8081`);
}
