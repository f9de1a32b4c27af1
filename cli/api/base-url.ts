import { badInput } from '../failure.ts';
import { readHostState } from '../host-state.ts';
import type { Terminal } from '../terminal.ts';

export interface BaseUrl {
  /** without a slash at its end */
  readonly url: string;
  /** the user named it, so that starting the host of this machine would not help */
  readonly given: boolean;
}

/** GORDON_API_URL, or else where the embedded host of this machine listens. @throws CliError */
export function baseUrl(env: Terminal['env']): BaseUrl {
  const given = env.GORDON_API_URL;
  if (given) return { url: checked(given), given: true };
  return { url: `http://127.0.0.1:${readHostState(env)?.ports.jobs ?? 8081}`, given: false };
}

function checked(text: string): string {
  const url = URL.parse(text);
  if (url?.protocol === 'http:' || url?.protocol === 'https:') return text.replace(/\/+$/, '');
  throw badInput(`GORDON_API_URL is "${text}", which is no URL: write it as http://127.0.0.1:8081`);
}
