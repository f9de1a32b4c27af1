import { randomBytes } from 'node:crypto';
import type { Command } from 'commander';
import { databasePlace, type Sql } from '../../../functions/stores/postgres/postgres.ts';
import type { Duty, Logins, Statement } from '../../../functions/stores/postgres/roles/logins.ts';
import { badInput, CliError } from '../../failure.ts';
import { type Context, checkedUrl, print } from '../context.ts';
import type { Handle } from '../handle.ts';

interface RolesOptions {
  readonly apply?: boolean;
  readonly reader?: string;
}

export function addRoles(program: Command, context: Context, handle: Handle): void {
  program
    .command('roles')
    .description('print the SQL that makes the logins of the warehouse, or run it')
    .option('--apply', 'run it, as the login of GORDON_DATABASE_URL')
    .option('--reader <name>', 'one more login that only reads, such as for a person')
    .addHelpText('after', HELP)
    .action(handle((given: RolesOptions) => roles(context, given)));
}

const HELP = `
Passwords are those of GORDON_WRITER_URL, GORDON_READER_URL and GORDON_AGGREGATES_URL; a login without a URL gets a new one, which is
printed. A login that exists keeps its password unless its URL is set.

Examples:
  gordon-data roles                      for an administrator of the server
  gordon-data roles --apply
  gordon-data roles --apply --reader ada`;

/** Prints or runs the statements that make the logins of the warehouse. */
async function roles(context: Context, given: RolesOptions): Promise<number> {
  const { env } = context.terminal;
  const url = env.GORDON_DATABASE_URL
    ? checkedUrl(env.GORDON_DATABASE_URL)
    : context.runningHost()?.databaseUrl;
  if (!url) throw new CliError('no database: set GORDON_DATABASE_URL to the one that the logins are for');
  if (given.reader !== undefined && !/^[a-z_][a-z0-9_]{0,62}$/.test(given.reader)) {
    throw badInput(`--reader ${given.reader}: write lower-case letters, digits and underscores`);
  }
  const { connect, guarded } = await import('../../../functions/stores/postgres/postgres.ts');
  const sql = connect(url, { max: 1, application: 'gordon-data roles' });
  try {
    // All of it on one connection: what is made is a transaction.
    return await guarded(databasePlace(url), () => run(context, sql, url, given));
  } finally {
    await sql.end({ timeout: 5 });
  }
}

async function run(
  context: Context,
  sql: Sql,
  url: string,
  { apply, reader }: RolesOptions,
): Promise<number> {
  const logins = await import('../../../functions/stores/postgres/roles/logins.ts');
  const { lackingRoles, prepareRoles } = await import('../../../functions/stores/postgres/roles/roles.ts');
  const wanted = reader === undefined ? await choose(context, sql, url) : oneReader(url, reader, logins);
  const place = databasePlace(url);
  if (apply) {
    if (reader === undefined) await prepareRoles(sql, place);
    await logins.prepareLogins(sql, wanted.logins, place);
    print(context, ...wanted.kept.map((name) => `${name} can log in already and keeps its password`));
    print(context, ...wanted.lines);
    return 0;
  }
  const lacking = reader === undefined ? await lackingRoles(sql) : null;
  const planned = await logins.planLogins(sql, wanted.logins);
  print(
    context,
    `-- For ${place}, as an administrator of the server`,
    ...(lacking ? [lacking] : []),
    ...planned.map(({ text }: Statement) => `${text};`),
    ...wanted.kept.map((name) => `-- ${name} can log in already and keeps its password`),
    ...wanted.lines.map((line) => `-- ${line}`),
  );
  return 0;
}

interface Wanted {
  readonly logins: Logins;
  /** names of logins that exist, and whose URLs are not known here */
  readonly kept: readonly string[];
  /** the variables with the URLs of the logins that are new */
  readonly lines: readonly string[];
}

async function choose({ terminal }: Context, sql: Sql, url: string): Promise<Wanted> {
  const { canLogIn, LOGIN_NAMES, loginsIn, urlFor, variablesOf } = await import(
    '../../../functions/stores/postgres/roles/logins.ts'
  );
  const given = loginsIn(terminal.env);
  const fresh: { [duty in Duty]?: string } = {};
  const kept: string[] = [];
  for (const [duty, name] of Object.entries(LOGIN_NAMES) as [Duty, string][]) {
    if (given[duty]) continue;
    if (await canLogIn(sql, name)) kept.push(name);
    else fresh[duty] = urlFor(url, name, newPassword());
  }
  const lines = Object.entries(variablesOf(fresh)).map(([name, value]) => `${name}=${value}`);
  return { logins: { ...fresh, ...given }, kept, lines };
}

function oneReader(
  url: string,
  name: string,
  { urlFor, variablesOf }: typeof import('../../../functions/stores/postgres/roles/logins.ts'),
): Wanted {
  const logins = { reader: urlFor(url, name, newPassword()) };
  const lines = Object.entries(variablesOf(logins)).map(([variable, value]) => `${variable}=${value}`);
  return { logins, kept: [], lines };
}

const newPassword = (): string => randomBytes(24).toString('base64url');
