import { CliError, Interrupted } from '../failure.ts';
import { SIMULATED } from '../format/report.ts';
import { csvOutput, jsonOutput, tableOutput } from '../sql/outputs.ts';
import { readRows } from '../sql/session.ts';
import { firstWord, isReading, notReading } from '../sql/statement.ts';
import { exitCodeOf, say } from '../terminal.ts';
import { type Context, databaseUrl } from './context.ts';

export interface SqlOptions {
  readonly json?: boolean;
  readonly csv?: boolean;
}

/** Puts one question to the warehouse and prints the rows. */
export async function sql(context: Context, query: string, given: SqlOptions): Promise<number> {
  const { out, err, onStop } = context.terminal;
  const word = firstWord(query);
  if (!isReading(word)) throw new CliError(notReading(word));
  const database = databaseUrl(context);
  if (!database) throw new CliError('no database: start one with `make dev-up`, or set GORDON_DATABASE_URL');
  if (database.simulated) say(err, SIMULATED);
  const output = given.json ? jsonOutput(out) : given.csv ? csvOutput(out) : tableOutput(out);
  const stop = new AbortController();
  using _listening = onStop((signal) => stop.abort(new Interrupted(exitCodeOf(signal))));
  await readRows(database.url, query, output.sink, stop.signal);
  await output.end();
  return 0;
}
