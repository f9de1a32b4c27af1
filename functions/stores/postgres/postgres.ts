import type postgres from 'postgres';
import type { ErrorCode } from '../../core/errors/error-codes.ts';
import { type ErrorFacts, GordonError } from '../../core/errors/errors.ts';
import { type Series, seriesLabel } from '../../core/series/series.ts';
import { abandonLogins, openPool, Session } from './connection.ts';
import { remedyOfForbidden } from './forbidden.ts';
import { changesSoFar, isRefusedByPooler, type Login, looksStale, register, renewLogins } from './renewal.ts';
import { Sessions } from './sessions.ts';

/** Where a statement may run: on any connection of a pool, or in a transaction. `int8` is a number: counts, below 2^53. */
export type Runner = postgres.ISql<{ int8: number }>;
export type Transaction = Runner;

export interface Sql extends Runner {
  /**
   * Runs a transaction on a connection of its own; rolls back when `work` throws.
   * @param mode follows `begin` in the same message, such as `isolation level repeatable read read only`
   */
  begin<T>(work: (tx: Transaction) => Promise<T>, mode?: string): Promise<T>;
  /** waits for running statements, at most this many seconds; then closes all connections */
  end(options?: { readonly timeout?: number }): Promise<void>;
}

export interface ConnectOptions {
  /** the role that the session takes; the one of the URL by default */
  readonly role?: 'gordon_writer' | 'gordon_reader';
  /** maximum of connections for single statements, and of those for transactions */
  readonly max?: number;
  /** shown by pg_stat_activity */
  readonly application?: string;
  /** whether a statement may last longer than the login's time-out */
  readonly unlimited?: boolean;
  /** does not verify a server; `GORDON_DATABASE_INSECURE=1` by default */
  readonly insecure?: boolean;
}

/**
 * A pool; it sends nothing before the first query. The caller ends it.
 * @throws GordonError `database-insecure`, `bad-database-url`
 */
export function connect(login: string | Login, options: ConnectOptions = {}): Sql {
  return typeof login === 'string' ? open(login, options) : openRenewable(login, options);
}

/** A pool that is replaced by another one when its login gets another URL. */
function openRenewable(login: Login, options: ConnectOptions): Sql {
  let at = login.url;
  let current = open(at, options);
  // What has begun there goes on; connections that are idle close by themselves.
  const retired: Sql[] = [];
  const forget = register(login, (url) => {
    retired.push(current);
    abandonLogins(at);
    at = url;
    current = open(at, options);
  });
  const end: Sql['end'] = async (how) => {
    forget();
    await Promise.all([current, ...retired].map((pool) => pool.end(how)));
  };
  return new Proxy((() => {}) as unknown as Sql, {
    apply: (_target, _this, args: Parameters<Sql>) => current(...args),
    get: (_target, name) => (name === 'end' ? end : Reflect.get(current, name)),
  });
}

function open(url: string, options: ConnectOptions): Sql {
  const settings = { max: 4, application: 'gordon-data', ...options };
  const pool = openPool(url, settings);
  const sessions = new Sessions(() => new Session(url, settings), settings.max);
  const endPool = pool.end.bind(pool);
  return Object.assign(pool as Runner, {
    begin: <T>(work: (tx: Transaction) => Promise<T>, mode = '') => sessions.begin(work, mode),
    end: async ({ timeout = 5 }: { readonly timeout?: number } = {}) => {
      await Promise.all([endPool({ timeout }), sessions.end(timeout)]);
    },
  });
}

/** `host:port/database` of a URL: the part that may be shown. */
export function databasePlace(url: string): string {
  const { host, pathname } = new URL(url);
  return `${host}${pathname}`;
}

/** SQLSTATE classes and codes of transient failures: connection, resources, shutdown, serialization, locks. */
const PASSING = /^(08|53|57P0[1-5]|40001|40P01|55P03|25P03|25006$)/;
/** Codes of postgres.js and the operating system when the connection breaks. */
const BROKEN =
  /^(CONNECTION_|CONNECT_TIMEOUT|LOGIN_RENEWED|ERR_SOCKET_|ERR_STREAM_|ECONN|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN)/;

/** Codes of OpenSSL and Node.js for a certificate that is not accepted, and ours for a server without TLS. */
const UNTRUSTED =
  /^(CERT_|CRL_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|INVALID_(CA|PURPOSE)|HOSTNAME_MISMATCH|ERR_TLS_|ERR_SSL_|ERR_OSSL_|SERVER_WITHOUT_TLS$)/;

/**
 * Runs work on the database and turns its failure into a GordonError.
 * @param subject of the error: a series, or what was being done
 * @throws GordonError as `storeError` maps it
 */
export async function guarded<T>(subject: Series | string, work: () => Promise<T>): Promise<T> {
  const since = changesSoFar();
  try {
    return await work();
  } catch (error) {
    const failure = await failureOf(error, subject, since);
    if (failure) throw failure;
    // No statement was sent by a login that failed, and what others sent before may be sent again, as by a retry.
    return await guarded(subject, work);
  }
}

/**
 * Reads rows that come piece by piece, as `guarded` does work: where a login failed before the first piece, it begins again.
 * @throws GordonError as `storeError` maps it
 */
export async function* guardedRows<T>(
  subject: Series | string,
  read: () => AsyncIterable<T>,
): AsyncGenerator<T> {
  const since = changesSoFar();
  let begun = false;
  try {
    for await (const piece of read()) {
      begun = true;
      yield piece;
    }
    return;
  } catch (error) {
    const failure = await failureOf(error, subject, since);
    if (failure || begun) throw failure ?? storeError(error, nameOf(subject));
  }
  yield* guardedRows(subject, read);
}

const nameOf = (subject: Series | string): string =>
  typeof subject === 'string' ? subject : seriesLabel(subject);

/** Reads the logins again where one of them may be out of date. @returns undefined: one has changed, so the work may begin again */
async function failureOf(
  error: unknown,
  subject: Series | string,
  since: number,
): Promise<GordonError | undefined> {
  const renewed = looksStale(error) ? await renewLogins(since) : undefined;
  if (renewed) return undefined;
  const mapped = storeError(error, nameOf(subject));
  return renewed === false && mapped.code === 'database-login-refused'
    ? stale(error, nameOf(subject))
    : mapped;
}

/** In the middle of a rotation the database may know the new password before the secret has it. */
const stale = (cause: unknown, subject: string): GordonError =>
  new GordonError({
    code: 'database-login-stale',
    subject,
    cause,
    status: 503,
    message: 'the database refused the login, and its secret is what it was.',
  });

/** How PgBouncer and RDS Proxy refuse a setting in the startup packet; the proxy's apostrophe is a typographic one. */
const REFUSED_SETTINGS = /unsupported startup parameter|RDS Proxy currently doesn.t support/;

/** A failure of a query as one of the program's errors. @param subject what was being done, such as a series */
export function storeError(error: unknown, subject: string): GordonError {
  if (error instanceof GordonError) return error;
  const code = String((error as { code?: unknown } | null)?.code ?? '');
  const message = error instanceof Error ? error.message : String(error);
  if (BROKEN.test(code)) {
    return new GordonError({
      code: 'database-unreachable',
      subject,
      cause: error,
      status: 503,
      message: `the database does not answer (${message}).`,
      remedy: 'See whether it runs and GORDON_DATABASE_URL names it.',
    });
  }
  if (REFUSED_SETTINGS.test(message)) {
    return new GordonError({
      code: 'pooler-refuses',
      subject,
      cause: error,
      message: `what answers is a pooler that takes no settings at the start (${message}).`,
    });
  }
  if (isRefusedByPooler(error)) {
    return new GordonError({
      code: 'database-login-refused',
      subject,
      cause: error,
      message: `the pooler refused (${code}: ${message}).`,
    });
  }
  if (UNTRUSTED.test(code)) {
    return new GordonError({
      code: 'database-untrusted',
      subject,
      cause: error,
      message: `the server that answers cannot be verified (${code}: ${message}).`,
    });
  }
  if (code === DISK_FULL) {
    return new GordonError({
      // Room may be made while the state machine waits for its next attempt.
      name: 'RetryableStoreError',
      code: 'disk-full',
      subject,
      cause: error,
      status: 507,
      message: `the database has no room on its disk (${message}).`,
    });
  }
  if (PASSING.test(code)) {
    return new GordonError({
      code: 'database-busy',
      subject,
      cause: error,
      status: 503,
      message: `the database could not do it now (${code}: ${message}).`,
    });
  }
  return new GordonError({ subject, cause: error, ...explain(code, message) });
}

const DISK_FULL = '53100';

/** What to do about failures that an operator can cause and fix. */
function explain(code: string, said: string): Pick<ErrorFacts, 'code' | 'message' | 'remedy'> {
  const message = `the database refused (${code || 'no code'}: ${said}).`;
  if (code === '42501') return { code: 'database-forbidden', message, remedy: remedyOfForbidden(said) };
  const known = CURED.find(([codes]) => codes.includes(code));
  return { code: known?.[1] ?? 'database-refused', message };
}

/** Failures that an operator can cause and fix, by SQLSTATE; the table of errors has the remedies. */
const CURED: readonly (readonly [states: readonly string[], code: ErrorCode])[] = [
  [['28P01', '28000'], 'database-login-refused'],
  [['42P06'], 'schema-exists'],
  [['3D000'], 'no-database'],
  [['42P01', '3F000', '22023', '42704'], 'not-migrated'],
];
