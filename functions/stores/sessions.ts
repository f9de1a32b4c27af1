import net from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import postgres from 'postgres';

type Client = postgres.Sql<{ int8: number }>;
export interface SessionSettings {
  readonly role?: string;
  readonly max: number;
  readonly application: string;
}

/** Connections for single statements. */
export function openPool(url: string, settings: SessionSettings): Client {
  const options = { ...optionsOf(settings), socket: openSocket };
  return postgres(url, options);
}

/** One connection that is never replaced: when it is lost, every further statement fails. */
export class Session {
  readonly sql: Client;
  #opened = false;
  #lost = false;

  constructor(url: string, settings: SessionSettings) {
    const options = {
      ...{ ...optionsOf(settings), max: 1 },
      onclose: () => {
        this.#lost = true;
      },
      socket: (target: Target) => {
        const socket = this.#opened ? refused() : openSocket(target);
        this.#opened = true;
        return socket;
      },
    };
    this.sql = postgres(url, options);
  }

  get lost(): boolean {
    return this.#lost;
  }

  async close(): Promise<void> {
    this.#lost = true;
    await this.sql.end({ timeout: 0 });
  }
}

/**
 * Transactions, each on a session of its own. Not postgres.js's `begin`: when the connection is lost inside one, 3.4.9
 * either throws where nobody can catch it (its ROLLBACK writes to a closed socket) or runs the rest of the transaction, statement
 * by statement, on the connection that replaced it (porsager/postgres #1133, #1208, #1216).
 */
export class Sessions {
  readonly #open: () => Session;
  readonly #max: number;
  readonly #all = new Set<Session>();
  readonly #idle: Session[] = [];
  readonly #waiting: PromiseWithResolvers<Session>[] = [];
  readonly #running = new Set<Promise<unknown>>();
  #ended = false;

  constructor(open: () => Session, max: number) {
    this.#open = open;
    this.#max = max;
  }

  begin<T>(work: (tx: Client) => Promise<T>, mode: string): Promise<T> {
    const running = this.#run(work, mode);
    this.#running.add(running);
    const done = (): unknown => this.#running.delete(running);
    running.then(done, done);
    return running;
  }

  async end(seconds: number): Promise<void> {
    this.#ended = true;
    const patience = new AbortController();
    await Promise.race([
      Promise.allSettled(this.#running),
      // Its rejection is our own abort, when all was done in time.
      sleep(seconds * 1000, undefined, { signal: patience.signal }).catch(() => {}),
    ]);
    patience.abort();
    for (const { reject } of this.#waiting.splice(0)) reject(closed('the pool is closed'));
    await Promise.all([...this.#all].map((session) => this.#drop(session)));
  }

  async #run<T>(work: (tx: Client) => Promise<T>, mode: string): Promise<T> {
    const session = await this.#take();
    try {
      await session.sql.unsafe(`begin ${mode}`);
      const result = await work(session.sql);
      await session.sql.unsafe('commit');
      return result;
    } catch (error) {
      if (session.lost || isLost(error)) await this.#drop(session);
      else await session.sql.unsafe('rollback').catch(() => this.#drop(session));
      throw error;
    } finally {
      this.#giveBack(session);
    }
  }

  async #take(): Promise<Session> {
    if (this.#ended) throw closed('the pool is closed');
    for (let idle = this.#idle.pop(); idle; idle = this.#idle.pop()) {
      if (!idle.lost) return idle;
      await this.#drop(idle);
    }
    if (this.#all.size < this.#max) return this.#add();
    const turn = Promise.withResolvers<Session>();
    this.#waiting.push(turn);
    return turn.promise;
  }

  #add(): Session {
    const session = this.#open();
    this.#all.add(session);
    return session;
  }

  #giveBack(session: Session): void {
    const next = this.#waiting.shift();
    if (next) next.resolve(session.lost ? this.#add() : session);
    else if (!session.lost) this.#idle.push(session);
  }

  async #drop(session: Session): Promise<void> {
    this.#all.delete(session);
    await session.close();
  }
}

const closed = (why: string): Error => Object.assign(new Error(why), { code: 'CONNECTION_CLOSED' });

/** The server says FATAL just before it hangs up. */
function isLost(error: unknown): boolean {
  const { code, severity } = (error ?? {}) as { code?: unknown; severity?: unknown };
  return severity === 'FATAL' || /^(CONN|E[A-Z]+$)/.test(String(code ?? ''));
}

function optionsOf({ role, max, application }: SessionSettings) {
  return {
    max,
    connect_timeout: 10,
    idle_timeout: 60,
    // One round trip less for each new connection; no column of ours is an array.
    fetch_types: false,
    onnotice: () => {},
    connection: {
      application_name: application,
      TimeZone: 'UTC',
      // A worker that was frozen or cut off must not keep its locks: neither idle, nor in the middle of a COPY.
      idle_in_transaction_session_timeout: 60_000,
      tcp_keepalives_idle: 30,
      tcp_keepalives_interval: 10,
      tcp_keepalives_count: 3,
      ...(role && { role }),
    },
    types: { int8: { to: 20, from: [20], parse: Number, serialize: String } },
  };
}

interface Target {
  readonly host: readonly string[];
  readonly port: readonly number[];
  readonly path?: string;
}

/**
 * As postgres.js opens its own, but without Nagle's delay: the end of a COPY is a small packet after a large one, and would
 * wait 40 ms for the server's acknowledgement. The connection is begun a moment later, when postgres.js listens for
 * errors; what it writes until then is sent when the connection stands.
 */
function openSocket({ host, port, path }: Target): net.Socket {
  const socket = new net.Socket().setNoDelay(true);
  const to = path ? { path } : { host: host[0]!, port: port[0]! };
  setImmediate(() => socket.connect(to));
  // postgres.js takes the name for the server's certificate from here.
  return Object.assign(socket, { host: host[0] });
}

function refused(): net.Socket {
  const socket = new net.Socket();
  setImmediate(() => socket.destroy(closed('the connection of this transaction is lost')));
  return socket;
}
