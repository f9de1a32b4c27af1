import type { Command } from 'commander';
import { z } from 'zod';
import { describeError } from '../../../functions/core/errors/errors.ts';
import { MINUTE } from '../../../functions/core/time/time.ts';
import { databasePlace } from '../../../functions/stores/postgres/postgres.ts';
import { CliError } from '../../failure.ts';
import { type Context, checkedUrl, print } from '../context.ts';
import type { Handle } from '../handle.ts';

export function addMigrate(program: Command, context: Context, handle: Handle): void {
  program
    .command('migrate')
    .description('bring the database to the newest schema; up does it by itself')
    .option(
      '--lambda <function>',
      'have the function of a deployment do it: the output MigrateFunction of its stack',
    )
    .action(
      handle((given: { readonly lambda?: string }) =>
        given.lambda ? migrateThere(context, given.lambda) : migrate(context),
      ),
    );
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

/** What the function answers. */
const Migrated = z.object({ applied: z.array(z.string()), version: z.number(), flavour: z.string() });
const Failed = z.object({ errorMessage: z.string() });

/** Lambda gives a function no longer than this. */
const LONGEST_MS = 15 * MINUTE;

/** Runs the migration within the network of a deployment, which may be the only one that its database lets in. */
async function migrateThere(context: Context, name: string): Promise<number> {
  const { InvokeCommand, LambdaClient } = await import('@aws-sdk/client-lambda');
  const { awsConfig } = await import('../../../functions/runtime/aws-config.ts');
  // A second call would only wait for the first one.
  const client = new LambdaClient({
    ...awsConfig(context.terminal.env, 'LAMBDA'),
    maxAttempts: 1,
    requestHandler: { requestTimeout: LONGEST_MS },
  });
  try {
    const { Payload: payload, FunctionError: failed } = await client.send(
      new InvokeCommand({ FunctionName: name, Payload: '{}' }),
    );
    const answer: unknown = JSON.parse(Buffer.from(payload ?? '{}').toString());
    if (failed) throw new CliError(Failed.safeParse(answer).data?.errorMessage ?? failed);
    const { applied, version, flavour } = Migrated.parse(answer);
    for (const file of applied) print(context, `applied ${file}`);
    print(context, `the database of ${name} has the newest schema: ${version}, ${flavour}`);
    return 0;
  } catch (error) {
    if (error instanceof CliError) throw error;
    throw new CliError(`the function ${name} could not be called: ${describeError(error)}`, 1, error);
  } finally {
    client.destroy();
  }
}
