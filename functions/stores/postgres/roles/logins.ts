import { GordonError } from '../../../core/errors/errors.ts';
import type { Runner } from '../postgres.ts';

/** What a login is for: each holds what it needs for that and nothing else. */
export type Duty = 'writer' | 'reader' | 'refresher';

/** URLs of the logins that work in a warehouse beside the one that migrates it. */
export type Logins = { readonly [duty in Duty]?: string | undefined };

/** A statement that an administrator of the server may run. */
export interface Statement {
  readonly text: string;
  /** the same without a password */
  readonly shown: string;
}

/** The role whose rights a login inherits. The refresher owns the aggregates and has rights of its own. */
const ROLE_OF = { writer: 'gordon_writer', reader: 'gordon_reader', refresher: undefined } as const;

/** Names of the logins that nobody has named. */
export const LOGIN_NAMES = {
  writer: 'gordon_writer',
  reader: 'gordon_reader',
  refresher: 'gordon_refresher',
} as const satisfies Record<Duty, string>;

/**
 * The text of a secret that the stack has made and no migration has filled. A migration puts the URL of a login there; until then nobody can log
 * in with it.
 */
export const UNFILLED = 'The migration puts a URL here: gordon-data migrate --lambda';

const DUTIES = Object.keys(ROLE_OF) as Duty[];

/** Where a login's URL leads and as whom. @throws TypeError where it is not a URL */
export function credentialsOf(url: string): { readonly name: string; readonly password: string } {
  const { username, password } = new URL(url);
  return { name: decodeURIComponent(username), password: decodeURIComponent(password) };
}

/** The URL of another login in the same database. */
export function urlFor(url: string, name: string, password: string): string {
  const other = new URL(url);
  other.username = encodeURIComponent(name);
  other.password = encodeURIComponent(password);
  return other.href;
}

interface State {
  /** quoted where it has to be */
  readonly login: string;
  /** quoted where it has to be; null: no role */
  readonly role: string | null;
  readonly secret: string;
  readonly missing: boolean;
  readonly member: boolean;
  readonly ready: boolean;
  /** the login that runs this */
  readonly own: boolean;
  readonly database: string;
  readonly connectable: boolean;
  readonly schema: boolean;
  /** most of the server's connections that it may have at once; null: any number */
  readonly connections: number | null;
}

/**
 * The statements that make the logins of some URLs as they have to be, in order. A login that exists gets the password of its URL. What a
 * reader could loosen for itself with `ALTER ROLE`, such as its time-out, is set again.
 * @param session any login of the database
 */
export async function planLogins(session: Runner, logins: Logins): Promise<Statement[]> {
  const plans = await Promise.all(
    named(logins).map(async ([duty, url]) => {
      const state = await stateOf(session, duty, url);
      // The two roles themselves are made before, by `prepareRoles` or its statements.
      return statementsFor(duty, { ...state, missing: state.missing && state.login !== state.role });
    }),
  );
  return plans.flat();
}

/**
 * Makes the logins of some URLs as they have to be, as far as the session may. A login that somebody else made, and that is ready, is left
 * alone where the session may not change it.
 * @throws GordonError `roles-missing`, whose remedy is the statements that an administrator has to run
 */
export async function prepareLogins(session: Runner, logins: Logins, place: string): Promise<void> {
  for (const [duty, url] of named(logins)) {
    const state = await stateOf(session, duty, url);
    const statements = statementsFor(duty, state);
    try {
      await session.unsafe('begin');
      for (const { text } of statements) await session.unsafe(text);
      await session.unsafe('commit');
    } catch (error) {
      await session.unsafe('rollback');
      if ((error as { code?: unknown }).code !== '42501') throw error;
      if (!state.ready) throw refused(error, duty, state, statements, place);
    }
    if (duty === 'refresher' && state.schema && !state.own) await session.unsafe(readsFor(state));
  }
}

const named = (logins: Logins): (readonly [Duty, string])[] =>
  DUTIES.flatMap((duty) => (logins[duty] ? [[duty, logins[duty]] as const] : []));

async function stateOf(session: Runner, duty: Duty, url: string): Promise<State> {
  const { name, password } = credentialsOf(url);
  const role = ROLE_OF[duty] ?? null;
  const [state] = await session<State[]>`
    with known as (
      select ${name}::text as name, (select oid from pg_roles where rolname = ${name}) as id,
        (select oid from pg_roles where rolname = ${role}::text) as role)
    select quote_ident(name) as login, quote_ident(${role}::text) as role, quote_literal(${password}::text) as secret,
      id is null as missing,
      ${role}::text is null or coalesce(pg_has_role(id, role, 'USAGE'), false) as member,
      coalesce((select rolcanlogin from pg_roles where oid = id), false)
        and (${role}::text is null or coalesce(pg_has_role(id, role, 'USAGE'), false)) as ready,
      name = session_user as own,
      quote_ident(current_database()) as database,
      coalesce(has_database_privilege(id, current_database(), 'CONNECT'), true) as connectable,
      to_regnamespace('market_data') is not null as schema,
      case ${duty}::text
        when 'reader' then greatest(current_setting('max_connections')::int / 2, 10)
        when 'writer' then greatest(current_setting('max_connections')::int * 4 / 5, 10) end as connections
    from known`;
  return state!;
}

/** A reader's statements and transactions end after these; sessions of the program set their own. */
const READER_SETTINGS = {
  default_transaction_read_only: 'on',
  statement_timeout: '15min',
  idle_in_transaction_session_timeout: '5min',
} as const;

function statementsFor(duty: Duty, state: State): Statement[] {
  const { login, role, secret, missing, member, own, database, connectable, connections } = state;
  // The migrating login itself may be a writer too; its password is its owner's.
  if (own) return [];
  const say = (text: string, shown = text): Statement => ({ text, shown });
  const verb = missing ? 'create' : 'alter';
  const made = (password: string) => `${verb} role ${login} login password ${password}`;
  const limited = connections === null ? '' : ` connection limit ${connections}`;
  return [
    say(made(secret) + limited, made("'…'") + limited),
    ...(role !== null && login !== role && !member ? [say(`grant ${role} to ${login}`)] : []),
    ...(connectable ? [] : [say(`grant connect on database ${database} to ${login}`)]),
    ...(duty === 'reader' ? limits(login, missing).map((text) => say(text)) : []),
  ];
}

function limits(login: string, missing: boolean): string[] {
  const set = Object.entries(READER_SETTINGS).map(
    ([name, value]) => `alter role ${login} set ${name} = '${value}'`,
  );
  return [...(missing ? [] : [`alter role ${login} reset all`]), ...set];
}

/** What a refresher reads. The tables are the migrator's, which may grant it. */
const readsFor = ({ login }: State): string =>
  `grant usage on schema market_data to ${login}; grant select on all tables in schema market_data to ${login}`;

function refused(
  cause: unknown,
  duty: Duty,
  { login, missing }: State,
  statements: readonly Statement[],
  place: string,
): GordonError {
  const why = missing ? 'does not exist' : 'is not a login with the rights that it needs';
  return new GordonError({
    code: 'roles-missing',
    subject: place,
    cause,
    message: `the ${duty} ${login} ${why}, and this login may not make it so.`,
    remedy: `An administrator of the server runs \`${statements.map(({ shown }) => `${shown};`).join(' ')}\` in this database; then migrate again.`,
  });
}

/** The variable that has the URL of each login. */
const VARIABLE_OF = {
  writer: 'GORDON_WRITER_URL',
  reader: 'GORDON_READER_URL',
  refresher: 'GORDON_AGGREGATES_URL',
} as const satisfies Record<Duty, string>;

/** The logins that some variables name. */
export const loginsIn = (variables: Readonly<Record<string, string | undefined>>): Logins =>
  Object.fromEntries(
    DUTIES.flatMap((duty) => (variables[VARIABLE_OF[duty]] ? [[duty, variables[VARIABLE_OF[duty]]]] : [])),
  );

/** The variables that name some logins. */
export const variablesOf = (logins: Logins): Readonly<Record<string, string>> =>
  Object.fromEntries(named(logins).map(([duty, url]) => [VARIABLE_OF[duty], url]));

/** Whether a role of this name can log in. */
export async function canLogIn(session: Runner, name: string): Promise<boolean> {
  const [found] = await session`select from pg_roles where rolname = ${name} and rolcanlogin`;
  return found !== undefined;
}
