import { setTimeout as sleep } from 'node:timers/promises';
import { type Client, closed, type Session } from './connection.ts';

/**
 * Transactions, each on a session of its own. Not postgres.js's `begin`: when the connection is lost inside one, 3.4.9
 * either throws where no caller can catch it (its ROLLBACK writes to a closed socket) or runs the rest of the transaction,
 * statement by statement, on the connection that replaced it (porsager/postgres #1133, #1208, #1216).
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
      // Its rejection is our own abort, sent after all work was done in time.
      sleep(seconds * 1000, undefined, { signal: patience.signal }).catch(() => {}),
    ]);
    patience.abort();
    for (const { reject } of this.#waiting.splice(0)) reject(closed('the pool is closed'));
    await Promise.all([...this.#all].map((session) => this.#drop(session)));
  }

  async #run<T>(work: (tx: Client) => Promise<T>, mode: string): Promise<T> {
    const session = await this.#take();
    try {
      await session.sql.unsafe(`begin ${mode}${session.preamble}`);
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

/** The server sends FATAL just before it closes the connection. */
function isLost(error: unknown): boolean {
  const { code, severity } = (error ?? {}) as { code?: unknown; severity?: unknown };
  return severity === 'FATAL' || /^(CONN|E[A-Z]+$)/.test(String(code ?? ''));
}
