import { type Command, Option } from 'commander';
import type { SeedFlags } from '../seed/settings.ts';
import { stages } from '../seed/stages.ts';
import { seed } from './backfill/seed.ts';
import type { Context } from './context.ts';
import type { Handle } from './handle.ts';
import { type ConsoleOptions, console } from './machine/console.ts';
import { addConvertLabels } from './machine/convert-labels.ts';
import { doctor } from './machine/doctor.ts';
import { down, type StatusOptions, status, type UpOptions, up } from './machine/host.ts';
import { migrate } from './machine/migrate.ts';
import * as options from './options.ts';
import { addProbe } from './warehouse/probe.ts';
import { addRetention } from './warehouse/retention.ts';
import { type SqlOptions, sql } from './warehouse/sql.ts';
import { addVerify } from './warehouse/verify.ts';

export function addOthers(program: Command, context: Context, handle: Handle): void {
  addSql(program, context, handle);
  addSeed(program, context, handle);
  addVerify(program, context, handle);
  program
    .command('up')
    .description('start gordon-data on this machine')
    .option('--demo', 'with simulated venues and a database of their own')
    .option('--frozen', 'with --demo: schedules add no rows, so that it shows what was loaded')
    .option('--foreground', 'stay on this terminal until Ctrl-C')
    .action(handle((given: UpOptions) => up(context, given)));
  program
    .command('down')
    .description('stop what "up" started; the data are kept')
    .action(handle(() => down(context)));
  program
    .command('status')
    .description('whether gordon-data runs on this machine, and where')
    .option('--owner', "also print the URL of the database's owner, with its password")
    .action(handle((given: StatusOptions) => status(context, given)));
  program
    .command('console')
    .description('the web console of a deployed API; requests are signed with your AWS credentials')
    .option('--port <number>', 'where to serve it', options.port, 8090)
    .addHelpText('after', CONSOLE_HELP)
    .action(handle((given: ConsoleOptions) => console(context, given)));
  program
    .command('migrate')
    .description('bring the database to the newest schema; up does it by itself')
    .action(handle(() => migrate(context)));
  addConvertLabels(program, context, handle);
  addRetention(program, context, handle);
  addProbe(program, context, handle);
  program
    .command('doctor')
    .description('check everything that has to work, and say what to do')
    .option('--offline', 'do not ask the venues')
    .action(handle((given: { offline?: boolean }) => doctor(context, given)));
}

const CONSOLE_HELP = `
The API is GORDON_API_URL. Requests are identified as those of every command: see gordon-data --help.

Example:
  GORDON_API_URL=https://abc123.execute-api.eu-central-1.amazonaws.com/v1 gordon-data console`;

function addSql(program: Command, context: Context, handle: Handle): void {
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

function addSeed(program: Command, context: Context, handle: Handle): void {
  const families = stages.map(({ family }) => family);
  program
    .command('seed')
    .description('fill the warehouse family by family, and report')
    .option('--from <time>', 'first instant (FROM_DATE); default: a year ago', options.instant)
    .option('--to <time>', 'end of the range, exclusive (TO_DATE); default: now', options.instant)
    .option('--symbols <list>', 'commas between them (SYMBOLS)', options.symbols)
    .addOption(
      new Option('--skip <list>', `leave families out: ${families.join(',')}`).argParser(
        options.oneOfEach(families),
      ),
    )
    .option(
      '--demo',
      'candles too, and the year until last midnight, so that every run of a day loads the same',
    )
    .addHelpText('after', seedHelp)
    .action(handle((given: SeedFlags) => seed(context, given)));
}

const seedHelp = `
Environment, where no option says otherwise:
  FROM_DATE, TO_DATE, SYMBOLS
  ${stages.map(({ skip }) => `${skip}=1`).join(', ')} (candles are of --demo alone)

Examples:
  gordon-data seed
  FROM_DATE=2025-01-01 SYMBOLS=BTCUSDT SKIP_FUNDING=1 gordon-data seed`;
