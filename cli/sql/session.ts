import postgres from 'postgres';
import { describeError } from '../../functions/core/errors/errors.ts';
import { cancelQuery } from '../../functions/stores/postgres/cancel-query.ts';
import { badInput, CliError } from '../failure.ts';
import { renamedColumn } from './renamed.ts';
import { READ_ONLY, TABLES } from './statement.ts';

export interface ResultColumn {
  readonly name: string;
  /** the type's OID */
  readonly type: number;
}

/** Values as the server writes them. */
export type ResultRow = readonly (string | null)[];

/** Takes rows as they come; `false` ends the query early. */
export type Sink = (columns: readonly ResultColumn[], rows: ResultRow[]) => Promise<boolean>;

interface ReadOptions {
  readonly sink: Sink;
  /** cancels the query; its reason is thrown */
  readonly stop?: AbortSignal;
  /** called before the first row when the database says that its data are simulated */
  readonly onSimulated?: () => void;
  /** the query is the program's own, so the login may be one that may do more */
  readonly ours?: boolean;
}

/** Rows that are on their way at a time. */
const BATCH = 1_000;

/**
 * Puts one question to the database, in a read-only transaction of a login that only reads. A login that may do more is refused: a role that it
 * took it could put off again within the query. The extended protocol takes a single
 * statement, so nothing can be smuggled in behind a `COMMIT` or a `RESET ROLE`.
 * @throws CliError
 */
export async function readRows(
  url: string,
  query: string,
  { sink, stop, onSimulated, ours }: ReadOptions,
): Promise<void> {
  const sql = openReader(url);
  try {
    await sql.begin('read only', async (transaction) => {
      if (isPooled(url)) await transaction.unsafe(LOCALLY);
      if (!ours && (await mayDoMore(transaction))) throw notReader(url);
      if (onSimulated && (await isSimulated(transaction))) onSimulated();
      let columns: readonly ResultColumn[] | undefined;
      let open = true;
      const take = async (batch: Batch): Promise<unknown> => {
        columns ??= batch.columns ?? [];
        open &&= await sink(columns, batch.map(texts));
        return open ? undefined : sql.CLOSE;
      };
      // `prepare` and not `simple`: the extended protocol.
      const pending = transaction.unsafe(query, [], { prepare: true }).raw();
      // Otherwise the server goes on computing a result that is no longer awaited.
      stop?.addEventListener('abort', () => void cancelQuery(pending));
      const last = (await pending.cursor(BATCH, take as never)) as unknown as Batch;
      // SHOW and EXPLAIN bring rows without a count, which postgres.js keeps from the cursor.
      if (columns === undefined) await take(last);
    });
  } catch (error) {
    if (stop?.aborted) throw stop.reason;
    if (error instanceof CliError) throw error;
    throw error instanceof postgres.PostgresError ? refused(error, query) : lost(error, url);
  } finally {
    await sql.end({ timeout: 5 });
  }
}

/** Predefined roles with which a query reads or changes what is not in the tables; the last three are those of managed services. */
const POWERS = [
  'pg_read_server_files',
  'pg_write_server_files',
  'pg_execute_server_program',
  'pg_write_all_data',
  'pg_signal_backend',
  'pg_maintain',
  'rds_superuser',
  'cloudsqlsuperuser',
  'azure_pg_admin',
];

/** Whether the login, or a role that it may take, may do more than read. */
async function mayDoMore(transaction: postgres.TransactionSql): Promise<boolean> {
  const [found] = await transaction`
    SELECT FROM pg_roles r
    WHERE pg_has_role(session_user, r.oid, 'MEMBER') AND (
      r.rolsuper OR r.rolcreaterole OR r.rolreplication OR r.rolbypassrls OR r.rolname IN ${transaction(POWERS)}
      OR EXISTS (SELECT FROM pg_namespace WHERE nspname = 'market_data' AND nspowner = r.oid)
      OR EXISTS (
        SELECT FROM pg_class c
        WHERE c.relnamespace = to_regnamespace('market_data') AND c.relkind IN ('r', 'p', 'v', 'm')
          AND has_table_privilege(r.oid, c.oid, 'INSERT, UPDATE, DELETE, TRUNCATE')))
    LIMIT 1`;
  return found !== undefined;
}

function notReader(url: string): CliError {
  const { username, host, pathname } = new URL(url);
  return badInput(
    `sql needs a login that only reads, and ${decodeURIComponent(username)} may do more in ${host}${pathname}: ` +
      'set GORDON_READER_URL (`gordon-data roles` prints the SQL that makes such a login)',
  );
}

/** A database holds either simulated or real data, always, and knows which; one that is not migrated does not know. */
async function isSimulated(transaction: postgres.TransactionSql): Promise<boolean> {
  const [has] = await transaction`SELECT to_regclass('market_data.meta') IS NOT NULL AS meta`;
  if (!has?.meta) return false;
  const [found] = await transaction`
    SELECT FROM market_data.meta WHERE key = 'simulated' AND value = 'true'`;
  return found !== undefined;
}

type Batch = (Buffer | null)[][] & { readonly columns?: readonly ResultColumn[] };

const texts = (row: (Buffer | null)[]): ResultRow => row.map((value) => value?.toString('utf8') ?? null);

/** Settings of the session, so that RESET falls back to these and not to the login's own; a pooler takes the first one alone. */
const SETTINGS = {
  application_name: 'gordon-data sql',
  default_transaction_read_only: true,
  search_path: 'market_data, public',
  TimeZone: 'UTC',
  DateStyle: 'ISO',
  IntervalStyle: 'iso_8601',
} as const;

/** The same for one transaction, behind a pooler. */
const LOCALLY =
  "set local search_path = market_data, public; set local timezone = 'UTC'; set local datestyle = 'ISO'; " +
  "set local intervalstyle = 'iso_8601'";

const isPooled = (url: string): boolean => new URL(url).searchParams.has('pooler');

function openReader(given: string): postgres.Sql {
  const url = new URL(given);
  url.searchParams.delete('pooler');
  return postgres(url.href, {
    prepare: !isPooled(given),
    max: 1,
    connect_timeout: 10,
    fetch_types: false,
    onnotice: () => {},
    connection: isPooled(given) ? { application_name: SETTINGS.application_name } : SETTINGS,
  });
}

function refused(error: postgres.PostgresError, query: string): CliError {
  const { code, message } = error;
  const say = (text: string): CliError => new CliError(text, 1, error);
  if (code === '25006') return say(`${READ_ONLY} (${message})`);
  if (code === '42501') return say(`${message}; the query runs as a login that only reads`);
  if (code === '42601' && /multiple commands/.test(message)) return say('one statement at a time, please');
  if (code === '22023' && /gordon_reader/.test(message)) {
    return say(`${message}: the database is not migrated; run \`gordon-data migrate\``);
  }
  if (code === '42P01') {
    return say(`${message}; tables are listed by: ${TABLES}`);
  }
  if (code === '42703' && error.position) {
    const renamed = renamedColumn(query, Number(error.position));
    if (renamed) return say(`${message}; ${renamed}`);
  }
  const where = error.position ? ` (at character ${error.position})` : '';
  const hint = error.hint ? ` ${error.hint}` : '';
  return say(`${message}${where}${hint}`);
}

function lost(error: unknown, url: string): unknown {
  const code = (error as { code?: unknown } | null)?.code;
  if (typeof code !== 'string') return error;
  const { host, pathname } = new URL(url);
  return new CliError(`no database at ${host}${pathname}: ${describeError(error)}`, 1, error);
}
