import type { Command } from 'commander';
import { databasePlace } from '../../../functions/stores/postgres/postgres.ts';
import { CliError } from '../../failure.ts';
import { type Context, checkedUrl, print } from '../context.ts';
import type { Handle } from '../handle.ts';

export function addMigrate(program: Command, context: Context, handle: Handle): void {
  program
    .command('migrate')
    .description('bring the database to the newest schema; up does it by itself')
    .action(handle(() => migrate(context)));
}

/** Brings the database to the newest schema. Harmless to repeat. */
async function migrate(context: Context): Promise<number> {
  const { GORDON_DATABASE_URL: given } = context.terminal.env;
  const url = given ? checkedUrl(given) : context.runningHost()?.databaseUrl;
  if (!url) throw new CliError('no database: set GORDON_DATABASE_URL to the one that is to be migrated');
  // Loaded here, because no other command needs it.
  const { migrate: run } = await import('../../../functions/stores/postgres/migrate.ts');
  const { loginsIn } = await import('../../../functions/stores/postgres/roles/logins.ts');
  const { applied, version, flavour } = await run(url, { logins: loginsIn(context.terminal.env) });
  for (const file of applied) print(context, `applied ${file}`);
  print(context, `${databasePlace(url)} has the newest schema: ${version}, ${flavour}`);
  return 0;
}
