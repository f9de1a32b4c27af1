import { CliError } from '../failure.ts';
import { stopOn } from '../follow/stop.ts';
import { SIMULATED } from '../format/report.ts';
import { csvOutput, jsonOutput, tableOutput } from '../sql/outputs.ts';
import { readRows } from '../sql/session.ts';
import { firstWord, isReading, notReading } from '../sql/statement.ts';
import { say } from '../terminal.ts';
import { type Context, databaseUrl, IGNORED, runningDemo } from './context.ts';

export interface SqlOptions {
  readonly json?: boolean;
  readonly csv?: boolean;
}

/** Puts one question to the warehouse and prints the rows. */
export async function sql(context: Context, query: string, given: SqlOptions): Promise<number> {
  const { out, err } = context.terminal;
  const word = firstWord(query);
  if (!isReading(word)) throw new CliError(notReading(word));
  const url = databaseUrl(context);
  if (!url) throw new CliError('no database: start one with `make dev-up`, or set GORDON_DATABASE_URL');
  if (context.terminal.env.GORDON_DATABASE_URL && runningDemo(context)) say(err, IGNORED);
  const output = given.json ? jsonOutput(out) : given.csv ? csvOutput(out) : tableOutput(out);
  using stop = stopOn(context.terminal);
  await readRows(url, query, {
    ...{ sink: output.sink, stop: stop.signal },
    onSimulated: () => say(err, SIMULATED),
  });
  await output.end();
  return 0;
}
