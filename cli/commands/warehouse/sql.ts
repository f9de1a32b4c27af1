import { type Command, Option } from 'commander';
import type { BodyOf } from '../../../functions/core/api/call.ts';
import { refreshView } from '../../api/repeated.ts';
import { CliError } from '../../failure.ts';
import { stopOn } from '../../follow/stop.ts';
import { SIMULATED } from '../../format/report.ts';
import { refreshOf } from '../../sql/call.ts';
import { csvOutput, jsonOutput, tableOutput } from '../../sql/outputs.ts';
import { readRows } from '../../sql/session.ts';
import { firstWord, isReading, notReading, withoutComments } from '../../sql/statement.ts';
import { say } from '../../terminal.ts';
import { type Context, databaseUrl, IGNORED, print, runningDemo } from '../context.ts';
import type { Handle } from '../handle.ts';

interface SqlOptions {
  readonly json?: boolean;
  readonly csv?: boolean;
}

export function addSql(program: Command, context: Context, handle: Handle): void {
  program
    .command('sql')
    .description('put a question to the warehouse; it can only read')
    .argument('<query>', 'one statement; tables of market_data need no prefix')
    .option('--json', 'print the rows as a JSON array')
    .addOption(new Option('--csv', 'print the rows as CSV').conflicts('json'))
    .addHelpText('after', SQL_EXAMPLES)
    .action(handle((query: string, given: SqlOptions) => sql(context, query, given)));
}

const SQL_EXAMPLES = `
Examples:
  gordon-data sql "SELECT symbol, timeframe, count(*), max(open_time) FROM spot_klines GROUP BY 1, 2"
  gordon-data sql --csv "SELECT * FROM spot_klines WHERE symbol = 'BTCUSDT' AND timeframe = '1m'" > btc.csv`;

/** Puts one question to the warehouse and prints the rows. */
async function sql(context: Context, query: string, given: SqlOptions): Promise<number> {
  const { out, err } = context.terminal;
  const word = firstWord(query);
  const refresh = refreshOf(withoutComments(query));
  if (refresh) return callRefresh(context, refresh, given);
  if (!isReading(word)) throw new CliError(notReading(word));
  const url = databaseUrl(context);
  if (!url) throw new CliError('no database: start one with `make dev-up`, or set GORDON_DATABASE_URL');
  if (context.terminal.env.GORDON_DATABASE_URL && runningDemo(context)) say(err, IGNORED);
  const output = given.json ? jsonOutput(out) : given.csv ? csvOutput(out) : tableOutput(out);
  using stop = stopOn(context.terminal);
  await readRows(url, query, {
    sink: output.sink,
    stop: stop.signal,
    onSimulated: () => say(err, SIMULATED),
  });
  await output.end();
  return 0;
}

/** By the API: it changes what is computed, and the database's reader may change nothing. */
async function callRefresh(
  context: Context,
  order: BodyOf<'refreshView'>,
  given: SqlOptions,
): Promise<number> {
  using stop = stopOn(context.terminal);
  await refreshView(context.api(), order, stop.signal);
  // As psql says it; for programs there are no rows.
  if (given.json) print(context, '[]');
  else if (!given.csv) print(context, 'CALL');
  return 0;
}
