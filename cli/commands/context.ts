import { type HostState, isOurs, readState } from '../../localstack/embedded/state-file.ts';
import { baseUrl } from '../api/base-url.ts';
import { type Api, apiAt } from '../api/client.ts';
import { badInput } from '../failure.ts';
import { type Paint, paintFor, say, type Terminal } from '../terminal.ts';

/** What every command gets. */
export interface Context {
  readonly terminal: Terminal;
  readonly paint: Paint;
  /** The jobs API: looked up when a command asks for it, so that the others work without. @throws CliError */
  api(): Api;
  /** The embedded host of this machine, while it runs. */
  runningHost(): HostState | undefined;
}

export function contextFor(terminal: Terminal, findHost: () => HostState | undefined = liveHost): Context {
  return {
    terminal,
    paint: paintFor(terminal.out, terminal.env),
    api: () => apiAt(baseUrl(terminal.env, findHost())),
    runningHost: findHost,
  };
}

function liveHost(): HostState | undefined {
  const state = readState();
  return state && isOurs(state.pid) ? state : undefined;
}

/** Prints a result. */
export const print = (context: Context, ...lines: readonly string[]): void =>
  say(context.terminal.out, ...lines);

/** Prints a result for programs: one document. */
export const printJson = (context: Context, value: unknown): void =>
  print(context, JSON.stringify(value, null, 2));

/** GORDON_DATABASE_URL, or else the embedded host's; undefined when there is neither. @throws CliError */
export function databaseUrl({ terminal, runningHost }: Context): string | undefined {
  const url = terminal.env.GORDON_DATABASE_URL;
  if (!url) return runningHost()?.readerUrl;
  if (/^postgres(ql)?:$/.test(URL.parse(url)?.protocol ?? '')) return url;
  throw badInput('GORDON_DATABASE_URL is no URL: write it as postgres://user:password@host:5432/database');
}
