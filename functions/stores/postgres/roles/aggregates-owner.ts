import { GordonError } from '../../../core/errors/errors.ts';
import { databasePlace, type Runner } from '../postgres.ts';

/** Views of `market_data` that TimescaleDB keeps, each with its owner and the window of its policy. */
const AGGREGATES = `
  SELECT format('%I.%I', a.user_view_schema, a.user_view_name) AS view, c.relowner::regrole::text AS owner,
    j.config ->> 'start_offset' AS "from", j.config ->> 'end_offset' AS "to", j.schedule_interval::text AS every
  FROM _timescaledb_catalog.continuous_agg a
  JOIN pg_class c ON c.relname = a.user_view_name
    AND c.relnamespace = to_regnamespace(quote_ident(a.user_view_schema))
  LEFT JOIN timescaledb_information.jobs j ON j.proc_name = 'policy_refresh_continuous_aggregate'
    AND (j.config ->> 'mat_hypertable_id')::int = a.mat_hypertable_id
  WHERE a.user_view_schema = 'market_data'`;

interface Aggregate {
  readonly view: string;
  /** quoted where it has to be, as `login` is */
  readonly owner: string;
  readonly from: string | null;
  readonly to: string | null;
  /** null: no policy */
  readonly every: string | null;
}

/**
 * Makes the login of a URL the owner of the aggregates and their policies, where TimescaleDB keeps them. Only an owner may refresh
 * one by hand, the owner of a policy must be able to log in, and a function with its owner's rights cannot call the procedure. A holder
 * of that login's secret can refresh, and the others need not hold the migrator's. Harmless to repeat: what the login
 * already owns is left alone. The migrator stays a member of it, so that later migrations may alter the views.
 * @param session the migrator's, outside of a transaction
 * @param url of the login; a login that does not exist is created with the URL's password
 * @throws GordonError `aggregates-login`, whose remedy is the statements that an administrator has to run
 */
export async function giveAggregates(session: Runner, url: string): Promise<void> {
  const { username, password } = new URL(url);
  const [names] = await session<{ login: string; me: string }[]>`
    select quote_ident(${decodeURIComponent(username)}::text) as login, quote_ident(session_user) as me`;
  const { login, me } = names!;
  if (login === me) return;
  const theirs = (await session.unsafe<Aggregate[]>(AGGREGATES)).filter(({ owner }) => owner !== login);
  if (theirs.length === 0) return;
  await session.unsafe('begin');
  try {
    await makeLogin(session, login, decodeURIComponent(password), me);
    // The new owner of a view must, for that moment, be allowed to create one in the schema.
    await session.unsafe(`grant usage, create on schema market_data to ${login}`);
    for (const aggregate of theirs) await give(session, aggregate, login);
    await session.unsafe(`revoke create on schema market_data from ${login}`);
    await session.unsafe('commit');
  } catch (error) {
    await session.unsafe('rollback');
    throw (error as { code?: unknown }).code === '42501'
      ? refused(error, login, me, databasePlace(url))
      : error;
  }
}

async function makeLogin(session: Runner, login: string, password: string, me: string): Promise<void> {
  const [found] = await session<{ made: boolean; member: boolean }[]>`
    select to_regrole(${login}) is not null as made,
      coalesce(pg_has_role(session_user, to_regrole(${login}), 'USAGE'), false) as member`;
  if (!found!.made) {
    const [secret] = await session<{ text: string }[]>`select quote_literal(${password}::text) as text`;
    await session.unsafe(`create role ${login} login password ${secret!.text}`);
  }
  if (!found!.member) await session.unsafe(`grant ${login} to ${me}`);
  // What it reads to refresh, and what the functions otherwise need.
  await session.unsafe(`grant select on all tables in schema market_data to ${login}`);
}

/** A policy belongs to the login that owned the view when the policy was created. */
async function give(session: Runner, aggregate: Aggregate, login: string): Promise<void> {
  const { view, from, to, every } = aggregate;
  await session.unsafe(`alter materialized view ${view} owner to ${login}`);
  if (every === null) return;
  await session`select remove_continuous_aggregate_policy(${view}::regclass)`;
  await session`
    select add_continuous_aggregate_policy(${view}::regclass, start_offset => ${from}::interval,
      end_offset => ${to}::interval, schedule_interval => ${every}::interval)`;
}

const refused = (cause: unknown, login: string, me: string, place: string): GordonError =>
  new GordonError({
    code: 'aggregates-login',
    subject: place,
    cause,
    message: `the aggregates could not be given to ${login} (${(cause as Error).message}).`,
    remedy:
      `An administrator runs \`CREATE ROLE ${login} LOGIN PASSWORD '…';\` unless it exists, and ` +
      `\`GRANT ${login} TO ${me};\`; then migrate again as the login that migrated before.`,
  });
