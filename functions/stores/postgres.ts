import net from 'node:net';
import postgres from 'postgres';
import { GordonError } from '../core/errors.ts';

/** postgres.js with `int8` as number: counts of rows, far below 2^53. */
export type Sql = postgres.Sql<{ int8: number }>;
export type Transaction = postgres.TransactionSql<{ int8: number }>;
/** where a statement may run: on any connection of a pool or inside a transaction */
export type Runner = postgres.ISql<{ int8: number }>;

export interface ConnectOptions {
  /** the role that the session takes; absent: the one of the URL */
  readonly role?: 'gordon_writer' | 'gordon_reader';
  /** most connections of the pool; a Lambda needs one */
  readonly max?: number;
  /** shown by pg_stat_activity */
  readonly application?: string;
}

/** A pool; nothing is sent before the first query. The caller ends it. */
export function connect(url: string, options: ConnectOptions = {}): Sql {
  return postgres(url, {
    max: options.max ?? 4,
    connect_timeout: 10,
    idle_timeout: 60,
    // One round trip less for each new connection; no column of ours is an array.
    fetch_types: false,
    onnotice: () => {},
    socket: openSocket,
    connection: {
      application_name: options.application ?? 'gordon-data',
      TimeZone: 'UTC',
      // A worker that was frozen or cut off must not keep its locks: neither idle, nor in the middle of a COPY.
      idle_in_transaction_session_timeout: 60_000,
      tcp_keepalives_idle: 30,
      tcp_keepalives_interval: 10,
      tcp_keepalives_count: 3,
      ...(options.role && { role: options.role }),
    },
    types: { int8: { to: 20, from: [20], parse: Number, serialize: String } },
  });
}

/**
 * As postgres.js opens its own, but without Nagle's delay: the end of a COPY is a small packet after a large one, and would
 * wait 40 ms for the server's acknowledgement. What is written before the connection stands is sent when it does.
 */
function openSocket({ host, port, path }: { host: string[]; port: number[]; path?: string }): net.Socket {
  if (path) return net.connect({ path });
  const socket = net.connect({ host: host[0]!, port: port[0]!, noDelay: true });
  // postgres.js takes the name for the server's certificate from here.
  return Object.assign(socket, { host: host[0] });
}

/** `host:port/database` of a URL: what may be shown of it. */
export function placeOf(url: string): string {
  const { host, pathname } = new URL(url);
  return `${host}${pathname}`;
}

/** SQLSTATE classes and codes that pass by themselves: connection, resources, shutdown, serialization, locks. */
const PASSING = /^(08|53|57P0[1-5]|40001|40P01|55P03|25P03|25006$)/;
/** postgres.js and the operating system, when the way to the server breaks */
const BROKEN =
  /^(CONNECTION_|CONNECT_TIMEOUT|ECONN|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN)/;

/** The error of a query as one of the program's. @param subject what was being done, such as a series */
export function storeError(error: unknown, subject: string): GordonError {
  if (error instanceof GordonError) return error;
  const code = String((error as { code?: unknown } | null)?.code ?? '');
  const message = error instanceof Error ? error.message : String(error);
  if (BROKEN.test(code)) {
    return new GordonError({
      ...{ name: 'RetryableStoreError', code: 'database-unreachable', subject, cause: error },
      message: `the database does not answer (${message}).`,
      remedy: 'See whether it runs and GORDON_DATABASE_URL names it.',
    });
  }
  if (PASSING.test(code)) {
    return new GordonError({
      ...{ name: 'RetryableStoreError', code: 'database-busy', subject, cause: error },
      message: `the database could not do it now (${code}: ${message}).`,
      remedy: 'It is tried again.',
    });
  }
  return new GordonError({ name: 'PermanentError', subject, message, cause: error, ...explain(code) });
}

/** What to do about the failures that an operator can cause and cure. */
function explain(code: string): { code: string; remedy: string } {
  if (code === '42501')
    return {
      code: 'database-forbidden',
      remedy: 'Grant gordon_writer (or gordon_reader) to the user of the URL: `GRANT gordon_writer TO …`.',
    };
  if (code === '28P01' || code === '28000')
    return { code: 'database-login-refused', remedy: 'Check user and password in GORDON_DATABASE_URL.' };
  if (code === '3D000') return { code: 'no-database', remedy: 'Create it, or name another one in the URL.' };
  if (code === '42P01' || code === '3F000' || code === '22023' || code === '42704')
    return { code: 'not-migrated', remedy: 'Run `gordon-data migrate` against this database.' };
  return {
    code: 'database-refused',
    remedy: 'This is a fault of the program or of the data; see the cause.',
  };
}
