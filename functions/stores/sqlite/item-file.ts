import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import { GordonError } from '../../core/errors/errors.ts';
import { type Clock, HOUR, SECOND } from '../../core/time/time.ts';
import type { Item } from '../dynamodb/items.ts';
import { BY_STATUS, TTL_ATTRIBUTE } from '../dynamodb/table.ts';

/** The key of an item, as the table in DynamoDB has it. */
export interface ItemKey {
  readonly pk: string;
  readonly sk: string;
}

/** Who ordered the job of an item, one of `JOB_ORIGINS`. An index has it, so each query writes it exactly so. */
const ORIGIN = `CASE WHEN item ->> 'audit' THEN 'audit' WHEN item ->> 'scheduled' THEN 'schedule' ELSE 'order' END`;

/**
 * Written pages go to the log beside the file; a killed process loses nothing. The log keeps its size when it is emptied, so that a
 * full disk still takes the end of a job.
 */
const SCHEMA = `
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = NORMAL;
  PRAGMA busy_timeout = 5000;
  CREATE TABLE IF NOT EXISTS items (
    pk TEXT NOT NULL, sk TEXT NOT NULL, status TEXT, id TEXT, source TEXT, expires_at INTEGER, item TEXT NOT NULL,
    PRIMARY KEY (pk, sk)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS by_status ON items (status, id) WHERE status IS NOT NULL;
  CREATE INDEX IF NOT EXISTS by_origin ON items (status, ${ORIGIN}, id) WHERE status IS NOT NULL;
  CREATE INDEX IF NOT EXISTS by_expiry ON items (expires_at) WHERE expires_at IS NOT NULL;
`;

/** How often items whose time is over are removed. */
const SWEEP_EVERY = HOUR;

/**
 * The items of a job table in a file of SQLite, for the processes of one machine. The calls are synchronous: each takes less time
 * than a request to a server would take to be sent.
 */
export class ItemFile {
  readonly #db: DatabaseSync;
  readonly #clock: Clock;
  readonly #statements = new Map<string, StatementSync>();
  #swept = Number.NEGATIVE_INFINITY;
  #depth = 0;

  /**
   * @param at the file's path, or a connection to it; `:memory:` keeps nothing
   * @throws GordonError `job-table-failed`, `disk-full`
   */
  constructor(at: string | DatabaseSync, clock: Clock) {
    this.#clock = clock;
    this.#db = guarded(typeof at === 'string' ? at : 'the job table', () => {
      const db = typeof at === 'string' ? new DatabaseSync(at) : at;
      db.exec(SCHEMA);
      return db;
    });
  }

  get(key: ItemKey): Item | undefined {
    const row = this.#run(key.pk, () =>
      this.#prepare('SELECT pk, sk, item FROM items WHERE pk = ? AND sk = ?').get(key.pk, key.sk),
    );
    return row && itemOf(row);
  }

  put(key: ItemKey, item: Item): void {
    const { pk: _pk, sk: _sk, ...rest } = item;
    const values = [
      key.pk,
      key.sk,
      text(rest[BY_STATUS.partition]),
      text(rest[BY_STATUS.sort]),
      text(rest.source),
      typeof rest[TTL_ATTRIBUTE] === 'number' ? rest[TTL_ATTRIBUTE] : null,
      JSON.stringify(rest),
    ];
    this.#run(key.pk, () =>
      this.#prepare(
        `INSERT INTO items (pk, sk, status, id, source, expires_at, item) VALUES (?, ?, ?, ?, ?, ?, ?)
         ON CONFLICT (pk, sk) DO UPDATE SET status = excluded.status, id = excluded.id, source = excluded.source,
           expires_at = excluded.expires_at, item = excluded.item`,
      ).run(...values),
    );
  }

  remove(key: ItemKey): void {
    this.#run(key.pk, () => this.#prepare('DELETE FROM items WHERE pk = ? AND sk = ?').run(key.pk, key.sk));
  }

  /** The items of a partition whose sort key begins so, in its order. */
  within(pk: string, prefix = ''): Item[] {
    return this.#all(
      pk,
      'SELECT pk, sk, item FROM items WHERE pk = ? AND substr(sk, 1, ?) = ? ORDER BY sk',
      pk,
      prefix.length,
      prefix,
    );
  }

  /** The items of a status, the greatest id first. @param after only ids below it */
  ofStatus(
    status: string,
    {
      after,
      source,
      origin,
      limit,
    }: {
      after?: string | undefined;
      source?: string | undefined;
      origin?: string | undefined;
      limit: number;
    },
  ): Item[] {
    return this.#all(
      'the list of jobs',
      `SELECT pk, sk, item FROM items WHERE status = ? ${origin === undefined ? '' : `AND ${ORIGIN} = ?`} AND id < ? AND (? IS NULL OR source = ?)
       ORDER BY id DESC LIMIT ?`,
      status,
      ...(origin === undefined ? [] : [origin]),
      after ?? '\u{10ffff}',
      source ?? null,
      source ?? null,
      limit,
    );
  }

  /** Runs reads and writes as one: no other writer comes between, and where `work` throws nothing is written. */
  atomically<T>(subject: string, work: () => T): T {
    if (this.#depth > 0) return work();
    this.#run(subject, () => this.#db.exec('BEGIN IMMEDIATE'));
    this.#depth += 1;
    try {
      this.#sweep();
      const result = work();
      this.#run(subject, () => this.#db.exec('COMMIT'));
      return result;
    } catch (error) {
      // A full disk may have ended the transaction already.
      if (this.#db.isTransaction) this.#db.exec('ROLLBACK');
      throw error;
    } finally {
      this.#depth -= 1;
    }
  }

  close(): void {
    this.#statements.clear();
    if (this.#db.isOpen) this.#db.close();
  }

  #sweep(): void {
    const now = this.#clock();
    if (Math.abs(now - this.#swept) < SWEEP_EVERY) return;
    this.#swept = now;
    this.#prepare('DELETE FROM items WHERE expires_at < ?').run(Math.floor(now / SECOND));
  }

  #all(subject: string, sql: string, ...values: SQLInputValue[]): Item[] {
    return this.#run(subject, () =>
      this.#prepare(sql)
        .all(...values)
        .map(itemOf),
    );
  }

  #prepare(sql: string): StatementSync {
    const known = this.#statements.get(sql);
    if (known) return known;
    const statement = this.#db.prepare(sql);
    this.#statements.set(sql, statement);
    return statement;
  }

  #run<T>(subject: string, call: () => T): T {
    return guarded(subject, call);
  }
}

const text = (value: unknown): string | null => (typeof value === 'string' ? value : null);

const itemOf = ({ pk, sk, item }: Record<string, unknown>): Item => ({
  pk,
  sk,
  ...(JSON.parse(item as string) as Item),
});

/** https://www.sqlite.org/rescode.html; extended codes have theirs in the lowest byte */
const SQLITE_FULL = 13;

function guarded<T>(subject: string, call: () => T): T {
  try {
    return call();
  } catch (error) {
    if (error instanceof GordonError) throw error;
    const errcode = (error as { errcode?: number }).errcode ?? 0;
    const full = (errcode & 0xff) === SQLITE_FULL;
    throw new GordonError({
      name: 'RetryableStoreError',
      code: full ? 'disk-full' : 'job-table-failed',
      subject,
      message: full
        ? 'the job table has no room on the disk.'
        : 'the file of the job table could not be used.',
      ...(!full && { remedy: 'See whether its folder can be written to, and start the host again.' }),
      cause: error,
      status: full ? 507 : 503,
    });
  }
}
