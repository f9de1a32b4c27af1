import { CliError } from '../failure.ts';
import { readHostState } from '../host-state.ts';
import { csvOutput, jsonOutput, tableOutput } from '../sql/outputs.ts';
import { readRows } from '../sql/session.ts';
import { firstWord, isReading, READ_ONLY } from '../sql/statement.ts';
import { SIMULATED } from '../format/report.ts';
import { say } from '../terminal.ts';
import type { Context } from './context.ts';

export interface SqlOptions {
  readonly json?: boolean;
  readonly csv?: boolean;
}

export async function sql(context: Context, query: string, given: SqlOptions): Promise<number> {
  const { terminal } = context;
  const word = firstWord(query);
  if (!isReading(word)) throw new CliError(`${READ_ONLY}, not ${word}; gordon-data itself is the sole writer`);
  const database = databaseOf(context);
  if (database.simulated) say(terminal.err, SIMULATED);
  const make = given.json ? jsonOutput : given.csv ? csvOutput : tableOutput;
  const output = make(terminal.out);
  await readRows(database.url, query, output.sink);
  await output.end();
  return 0;
}

/** GORDON_DATABASE_URL, or else the embedded host's. @throws CliError when there is neither */
export function databaseOf({ terminal }: Context): { readonly url: string; readonly simulated: boolean } {
  const given = terminal.env.GORDON_DATABASE_URL;
  if (given) return { url: checked(given), simulated: false };
  const host = readHostState(terminal.env);
  if (host) return { url: host.readerUrl, simulated: host.mode === 'demo' };
  throw new CliError('no database: start one with `make dev-up`, or set GORDON_DATABASE_URL');
}

function checked(url: string): string {
  if (/^postgres(ql)?:$/.test(URL.parse(url)?.protocol ?? '')) return url;
  throw new CliError('GORDON_DATABASE_URL is no URL: write it as postgres://user:password@host:5432/database', 2);
}
