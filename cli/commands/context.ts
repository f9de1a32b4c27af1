import type { StateFile } from '../../host/os/state-file.ts';
import { type HostState, isOurs, readState } from '../../host/state-file.ts';
import { type BaseUrl, baseUrl } from '../api/base-url.ts';
import { type Api, apiAt } from '../api/client.ts';
import { badInput } from '../failure.ts';
import { type Paint, paintFor, say, type Terminal } from '../terminal.ts';
import { type Accepted, termsFile } from '../terms/terms-file.ts';

/** What every command gets. */
export interface Context {
  readonly terminal: Terminal;
  readonly paint: Paint;
  /** columns of the terminal that results go to; undefined: a file or another program reads them */
  readonly width: number | undefined;
  /** The jobs API: resolved when a command needs it, so that the others work without. @throws CliError */
  api(): Api;
  /** Where it is, for what is not JSON. @throws CliError */
  base(): BaseUrl;
  /** The embedded host of this machine, while it runs. */
  runningHost(): HostState | undefined;
  /** the terms that the user accepted */
  readonly terms: StateFile<Accepted>;
}

export function contextFor(
  terminal: Terminal,
  findHost: () => HostState | undefined = liveHost,
  terms: StateFile<Accepted> = termsFile(),
): Context {
  return {
    terminal,
    paint: paintFor(terminal.out, terminal.env),
    width: terminal.out.isTTY ? terminal.out.columns : undefined,
    api: () => apiAt(baseUrl(terminal.env, findHost())),
    base: () => baseUrl(terminal.env, findHost()),
    runningHost: findHost,
    terms,
  };
}

function liveHost(): HostState | undefined {
  const state = readState();
  return state && isOurs(state.pid) ? state : undefined;
}

/** Prints a result for people. */
export const print = (context: Context, ...lines: readonly string[]): void =>
  say(context.terminal.out, ...lines.map(context.terminal.hint));

/** Prints a result for programs: one document. */
export const printJson = (context: Context, value: unknown): void =>
  say(context.terminal.out, JSON.stringify(value, null, 2));

/** What is printed where GORDON_DATABASE_URL is set and the demo runs. */
export const IGNORED = 'GORDON_DATABASE_URL is ignored: the demo has a database of its own';

/**
 * The demo, while it runs here and no other API is named: then all commands address its database. Else one database would
 * be filled and another one queried.
 */
export function runningDemo({ terminal, runningHost }: Context): HostState | undefined {
  if (terminal.env.GORDON_API_URL) return undefined;
  const host = runningHost();
  return host?.mode === 'demo' ? host : undefined;
}

/**
 * What commands read: the running demo's, or the database that GORDON_READER_URL or GORDON_DATABASE_URL names, or else the running host's;
 * undefined when there is none. @throws CliError
 */
export function databaseUrl(context: Context): string | undefined {
  const { GORDON_READER_URL: reader, GORDON_DATABASE_URL: owner } = context.terminal.env;
  const url = reader || owner;
  const host = runningDemo(context) ?? (url ? undefined : context.runningHost());
  if (host) return host.readerUrl ?? host.databaseUrl;
  return url && checkedUrl(url, reader ? 'GORDON_READER_URL' : 'GORDON_DATABASE_URL');
}

/** @throws CliError */
export function checkedUrl(url: string, variable = 'GORDON_DATABASE_URL'): string {
  if (/^postgres(ql)?:$/.test(URL.parse(url)?.protocol ?? '')) return url;
  throw badInput(`${variable} is not a URL: write it as postgres://user:password@host:5432/database`);
}

/** As `databaseUrl`, but as the login that owns the database, for commands that change it. @throws CliError */
export function ownerUrl(context: Context): string | undefined {
  const { GORDON_DATABASE_URL: url } = context.terminal.env;
  const host = runningDemo(context) ?? (url ? undefined : context.runningHost());
  return host ? host.databaseUrl : url && checkedUrl(url);
}
