import net from 'node:net';
import postgres from 'postgres';
import { GordonError } from '../../core/errors/errors.ts';
import { LoginGate } from './login-gate.ts';
import { LOGIN_RENEWED } from './renewal.ts';
import { rememberSocket } from './session-sockets.ts';
import { chooseTransport } from './transport.ts';

export type Client = postgres.Sql<{ int8: number }>;
export interface SessionSettings {
  readonly role?: string;
  readonly max: number;
  readonly application: string;
  /** a statement takes as long as its reader does: the time-out of the login is for people */
  readonly unlimited?: boolean;
  /** `GORDON_DATABASE_INSECURE=1` by default: see `chooseTransport` */
  readonly insecure?: boolean | undefined;
}

/** Connections for single statements. */
export function openPool(url: string, settings: SessionSettings): Client {
  const server = reach(url, settings);
  const options = { ...optionsOf(settings, server.pooled), ...server.options, socket: server.open };
  return postgres(server.url, options);
}

/** One connection that is never replaced: once it is lost, every further statement fails. */
export class Session {
  readonly sql: Client;
  /** what follows `begin` in the same message: the settings that a pooler does not take at the start */
  readonly preamble: string;
  #socket: net.Socket | undefined;
  #lost = false;

  constructor(url: string, settings: SessionSettings) {
    const server = reach(url, settings);
    this.preamble = server.pooled ? preambleOf(settings) : '';
    const options = {
      ...optionsOf(settings, server.pooled),
      ...server.options,
      max: 1,
      onclose: () => {
        this.#lost = true;
      },
      socket: (target: Target) => {
        if (this.#socket) {
          // While the connection stands, another one can only be a request to cancel its query.
          return this.#socket.destroyed
            ? refused(closed('the connection of this transaction is lost'))
            : server.open(target);
        }
        this.#socket = server.open(target);
        // Over TLS another socket lies on top of this one, and only postgres.js has it.
        if (!this.sql.options.ssl) rememberSocket(this.sql, this.#socket);
        return this.#socket;
      },
    };
    this.sql = postgres(server.url, options);
  }

  get lost(): boolean {
    return this.#lost;
  }

  async close(): Promise<void> {
    this.#lost = true;
    await this.sql.end({ timeout: 0 });
  }
}

/** The error of a connection that is gone, with the code that postgres.js uses itself. */
export const closed = (why: string): Error => Object.assign(new Error(why), { code: 'CONNECTION_CLOSED' });

/**
 * The settings with which every session starts, besides its name, its role and its time-outs. Like these they travel in the startup
 * packet; with `pooler=` in the URL they are set in each transaction instead.
 */
export const SETTINGS = {
  // Compiling a statement pays off where it runs for seconds. With a hundred chunks each count of rows would be compiled for
  // 0.2 s to run for 0.01 s.
  jit: 'off',
  // A page that meets a compressed chunk may replace more rows than TimescaleDB lets a transaction decompress: a day of seconds
  // nearly does. Other servers take it for a custom setting and ignore it.
  'timescaledb.max_tuples_decompressed_per_dml_transaction': '0',
} as const;

/** As a text, for postgres.js leaves out the number 0. */
const UNLIMITED: Readonly<Record<string, string>> = { statement_timeout: '0' };

/** The settings of a transaction whose session belongs to a pooler. */
const preambleOf = ({ unlimited }: SessionSettings): string =>
  Object.entries({
    ...SETTINGS,
    idle_in_transaction_session_timeout: '60s',
    ...(unlimited && UNLIMITED),
  })
    .map(([name, value]) => `; set local ${name} = '${value}'`)
    .join('');

/** @param pooled only what PgBouncer takes at the start is sent, and no statement is prepared */
function optionsOf(settings: SessionSettings, pooled: boolean) {
  const { role, max, application, unlimited } = settings;
  return {
    prepare: !pooled,
    max,
    connect_timeout: 10,
    idle_timeout: 60,
    // One round trip less for each new connection; no column of ours is an array.
    fetch_types: false,
    onnotice: () => {},
    connection: {
      application_name: application,
      TimeZone: 'UTC',
      ...(!pooled && {
        // A worker that was frozen or cut off must not keep its locks, neither while idle nor in the middle of a COPY.
        idle_in_transaction_session_timeout: 60_000,
        tcp_keepalives_idle: 30,
        tcp_keepalives_interval: 10,
        tcp_keepalives_count: 3,
        ...SETTINGS,
        ...(role && { role }),
        ...(unlimited && UNLIMITED),
      }),
    },
    types: { int8: { to: 20, from: [20], parse: Number, serialize: String } },
  };
}

interface Target {
  readonly host: readonly string[];
  readonly port: readonly number[];
  readonly path?: string;
}

/** Gates by URL: every pool and session of a process that logs in to the same server as the same user. */
const gates = new Map<string, LoginGate>();

/** URLs whose connections nobody verifies and that were named in a warning. */
const warned = new Set<string>();

function reach(url: string, { insecure, role }: SessionSettings) {
  const transport = chooseTransport(url, insecure ?? process.env.GORDON_DATABASE_INSECURE === '1');
  if (transport.exposed) warn(transport.url);
  if (transport.pooled && role) throw needsLogin(url, role);
  const gate = gates.get(url) ?? new LoginGate();
  gates.set(url, gate);
  return {
    url: transport.url,
    pooled: transport.pooled,
    options: { ssl: transport.ssl, onparameter: () => gate.loggedIn() },
    open: (target: Target) => openSocket(target, gate, typeof transport.ssl === 'object'),
  };
}

/** A role is a setting of the session, and the session is the pooler's. */
const needsLogin = (url: string, role: string): GordonError =>
  new GordonError({
    code: 'pooler-needs-logins',
    subject: new URL(url).host,
    message: `a session behind a pooler cannot take the role ${role}.`,
  });

function warn(url: string): void {
  const { host } = new URL(url);
  if (warned.has(host)) return;
  warned.add(host);
  process.emitWarning(`The server ${host} is not verified: GORDON_DATABASE_INSECURE is set.`, {
    code: 'GORDON_DATABASE_INSECURE',
  });
}

/** A message of this length is no other: SSLRequest has 8 bytes, a start-up packet more. */
const CANCEL_REQUEST_BYTES = 16;

/**
 * Opens a socket as postgres.js does, but without Nagle's delay: the end of a COPY is a small packet after a large one, and would
 * wait 40 ms for the server's acknowledgement. The connection starts a moment later, when postgres.js listens for
 * errors; what it writes until then is sent once the connection is open.
 */
function openSocket({ host, port, path }: Target, gate: LoginGate, verified: boolean): net.Socket {
  if (gate.renewed) return refused(renewed());
  const wait = gate.take(performance.now());
  if (wait === undefined) return refused(closed(`no login now, after ${gate.failures} that failed`));
  const socket = new net.Socket().setNoDelay(true);
  const to = path ? { path } : { host: host[0]!, port: port[0]! };
  // What postgres.js writes before the connection begins is kept.
  socket.cork();
  const begin = () => {
    // A pool that was closed meanwhile has destroyed it.
    if (socket.destroyed) return;
    socket.connect(to);
    socket.uncork();
  };
  if (wait === 0) setImmediate(begin);
  else {
    const turn = setTimeout(begin, wait);
    const forget = gate.onRenewal(() => socket.destroy(renewed()));
    socket.once('connect', forget).once('close', () => {
      clearTimeout(turn);
      forget();
    });
  }
  socket.once('connect', () => gate.connected(socket));
  let starting = false;
  socket.once('data', (answer) => {
    starting = isStarting(answer);
  });
  // Over TLS such a request looks like a login that failed; the next login that succeeds makes up for it.
  const isCancel = () => socket.bytesWritten === CANCEL_REQUEST_BYTES;
  // What a pool of ours ends or no longer waits for says nothing about the login.
  let ended = false;
  for (const event of ['end', 'error']) {
    socket.once(event, () => {
      ended = true;
    });
  }
  socket.once('close', () => {
    if (isCancel() || !ended) gate.dismiss(socket);
    else gate.closed(socket, performance.now(), starting);
  });
  if (verified) socket.once('data', (answer) => refusePlain(socket, answer));
  // A proxy whose server is gone closes the connection without an answer. postgres.js does not treat that as an error and
  // reconnects at once, forever; the query that waits for the connection must fail instead.
  socket.once('end', () => {
    // The request to cancel a query is a connection of its own, and the server never answers it.
    if (socket.bytesRead === 0 && !isCancel())
      socket.destroy(closed('the server hung up before it said a word'));
  });
  // postgres.js reads the name for the server's certificate from here.
  return Object.assign(socket, { host: host[0] });
}

/**
 * Whether a server's first message is the error `cannot_connect_now` (it starts or stops) or `too_many_connections`: it did not
 * look at the password. Over TLS nothing can be read here.
 */
function isStarting(answer: Buffer): boolean {
  return answer[0] === 'E'.charCodeAt(0) && /\0C(57P03|53300)\0/.test(answer.toString('latin1'));
}

/** The code of a server that has no TLS; postgres.js would begin a handshake that the server takes for nonsense. */
const WITHOUT_TLS = 'SERVER_WITHOUT_TLS';

function refusePlain(socket: net.Socket, answer: Buffer): void {
  if (answer[0] !== 'N'.charCodeAt(0)) return;
  socket.destroy(Object.assign(new Error('the server offers no TLS'), { code: WITHOUT_TLS }));
}

function refused(error: Error): net.Socket {
  const socket = new net.Socket();
  setImmediate(() => socket.destroy(error));
  return socket;
}

/** The error of a login that another one has replaced: the work may be repeated with that one. */
const renewed = (): Error => Object.assign(new Error('the login was renewed'), { code: LOGIN_RENEWED });

/** Ends the wait of the logins of a URL that another URL has replaced. */
export function abandonLogins(url: string): void {
  gates.get(url)?.abandon();
  gates.delete(url);
}
