import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { addBackfill } from './commands/backfill/add-backfill.ts';
import { addSeed } from './commands/backfill/seed.ts';
import type { Context } from './commands/context.ts';
import type { Handle } from './commands/handle.ts';
import { addBackup } from './commands/machine/backup.ts';
import { addCompletion } from './commands/machine/completion.ts';
import { addConsole } from './commands/machine/console.ts';
import { addConvertLabels } from './commands/machine/convert-labels.ts';
import { addDoctor } from './commands/machine/doctor.ts';
import { addHost } from './commands/machine/host.ts';
import { addLogs } from './commands/machine/logs.ts';
import { addMcp } from './commands/machine/mcp.ts';
import { addMigrate } from './commands/machine/migrate.ts';
import { addOpen } from './commands/machine/open.ts';
import { addRoles } from './commands/machine/roles.ts';
import { addService } from './commands/machine/service.ts';
import { addData } from './commands/warehouse/data.ts';
import { addExport } from './commands/warehouse/export.ts';
import { addFleet } from './commands/warehouse/fleet.ts';
import { addKeys } from './commands/warehouse/keys.ts';
import { addProbe } from './commands/warehouse/probe.ts';
import { addRetention } from './commands/warehouse/retention.ts';
import { addSizes } from './commands/warehouse/sizes.ts';
import { addSql } from './commands/warehouse/sql.ts';
import { addUniverse } from './commands/warehouse/universe.ts';
import { addVerify } from './commands/warehouse/verify.ts';
import { oneLine } from './failure.ts';
import { say } from './terminal.ts';

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

/** The commands of `gordon-data`. @param exit gets the exit code of the command that ran */
export function buildProgram(context: Context, exit: (code: number) => void): Command {
  const { out, err, hint } = context.terminal;
  const handle: Handle =
    (work) =>
    async (...args) =>
      exit(await work(...args));
  const program = new Command('gordon-data')
    .description('Keeps a crypto market-data warehouse complete.')
    .version(version)
    // A command may have an option of the same name as the one that it is part of.
    .enablePositionalOptions()
    .exitOverride()
    .configureOutput({
      writeOut: (text) => out.write(hint(text)),
      writeErr: (text) => err.write(hint(text)),
      getOutHelpWidth: () => 110,
      getErrHelpWidth: () => 110,
      outputError: (text) => say(err, `gordon-data: ${hint(oneLine(text.replace(/^error: /, '')))}`),
    })
    .addHelpText('after', EXAMPLES);
  for (const [heading, group] of Object.entries(GROUPS)) {
    program.commandsGroup(heading);
    for (const add of group) add(program, context, handle);
  }
  // Its own group would follow.
  return program.helpCommand(true);
}

/** In the order of the help. */
const GROUPS = {
  'This machine:': [addHost, addLogs, addOpen, addDoctor],
  'Fill and read:': [addBackfill, addSeed, addSql, addData, addUniverse, addMcp],
  'Prove and publish:': [addVerify, addProbe, addExport, addKeys, addFleet],
  'Operate:': [
    addRetention,
    addSizes,
    addConvertLabels,
    addMigrate,
    addRoles,
    addBackup,
    addService,
    addConsole,
    addCompletion,
  ],
};

const EXAMPLES = `
Examples:
  gordon-data up --demo                                    start on this machine, with simulated venues
  gordon-data backfill klines trigger --symbols BTCUSDT --wait
  gordon-data backfill report                              what is there, and what is missing
  gordon-data sql "SELECT count(*) FROM spot_klines"
  gordon-data doctor                                       when something does not work

Environment:
  GORDON_API_URL        the jobs API; default: the host of this machine, http://127.0.0.1:8081
  GORDON_API_TOKEN      sent as a bearer token, for a deployed API
  GORDON_API_KEY        sent as a key of the usage plan, for an API deployed with it
  GORDON_API_AUTH       iam: requests are signed with your AWS credentials, as they are at an
                        address of API Gateway unless a token or key is set; none: they are not
  GORDON_DATABASE_URL   the database, as the login that owns it; default: that of the host of this machine
  GORDON_READER_URL     the same as a login that only reads, which "sql" needs: gordon-data roles
  GORDON_DATABASE_INSECURE=1   accept a database server that cannot be verified (docs/SECURITY.md)
  GORDON_DATABASE       docker or embedded: where "up" keeps its data; it chooses and says why
  GORDON_JOBS_PORT      where "up" serves the jobs API and the console; default: 8081
  GORDON_CANDLES_PORT   where it serves the candles API; default: 3000
  GORDON_PG_PORT        where its database listens; default: 54329, and 5432 in Docker
  GORDON_DIR            the folder of its data, log and state; default: .gordon in the clone
  NO_COLOR              no colours`;
