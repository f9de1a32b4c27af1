import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createServices, type Services } from '../../functions/runtime/services.ts';
import type { Sql } from '../../functions/stores/postgres/postgres.ts';
import { UNFILLED, urlFor } from '../../functions/stores/postgres/roles/logins.ts';
import { createTestDatabase, type TestDatabase } from '../helpers/database.ts';
import { BTC, JOB, minutes, pageOf, SPOT } from '../stores/klines.ts';

let database: TestDatabase;
let admin: Sql;
const writer = `writer_${randomUUID().slice(0, 8)}`;
const reader = `reader_${randomUUID().slice(0, 8)}`;
const refresher = `refresher_${randomUUID().slice(0, 8)}`;
const LOGINS = [writer, reader, refresher];
const setPasswords = (password: string): string =>
  LOGINS.map((login) => `alter role ${login} password '${password}'`).join('; ');

beforeAll(async () => {
  database = await createTestDatabase();
  admin = database.connect({ max: 1 });
  await admin.unsafe(`
    create role ${writer} login password 'first' in role gordon_writer;
    create role ${reader} login password 'first' in role gordon_reader;
    create role ${refresher} login password 'first' in role gordon_writer;
    alter role ${refresher} set search_path = market_data`);
});
afterAll(async () => {
  await admin.unsafe(LOGINS.map((login) => `drop role ${login}`).join('; '));
  await database[Symbol.asyncDispose]();
});

/** Secrets that are rotated as AWS does it: the database knows the new password before the secret has it. */
class Rotation {
  readonly texts: Record<string, string> = {};
  /** how often each was read */
  readonly reads: string[] = [];

  readonly read = async (arn: string): Promise<string | undefined> => {
    this.reads.push(arn);
    return this.texts[arn];
  };

  set(password: string): void {
    this.texts['arn:writer'] = urlFor(database.url, writer, password);
    this.texts['arn:reader'] = urlFor(database.url, reader, password);
    this.texts['arn:refresher'] = urlFor(database.url, refresher, password);
  }

  /** Sessions that do nothing end, so that the next statement of each login has to log in. */
  async changePassword(password: string): Promise<void> {
    await admin.unsafe(setPasswords(password));
    await this.endIdle();
  }

  async endIdle(): Promise<void> {
    await admin`select pg_terminate_backend(pid, 5000) from pg_stat_activity
      where usename in ${admin(LOGINS)} and state = 'idle' and datname = current_database()`;
  }
}

const ENVIRONMENT = {
  GORDON_WRITER_URL_SECRET_ARN: 'arn:writer',
  GORDON_READER_URL_SECRET_ARN: 'arn:reader',
  GORDON_AGGREGATES_URL_SECRET_ARN: 'arn:refresher',
};

async function withServices(work: (services: Services, rotation: Rotation) => Promise<void>): Promise<void> {
  const rotation = new Rotation();
  await admin.unsafe(setPasswords('first'));
  rotation.set('first');
  const services = await createServices(ENVIRONMENT, { connections: 4, readSecret: rotation.read });
  try {
    await work(services, rotation);
  } finally {
    await services.close();
  }
}

/**
 * The work fails because its login has another password by now. On a busy machine a statement may still be sent to the session that the
 * server has just ended, which also fails in a manner that may pass; the one after it logs in.
 */
async function expectStale(work: () => Promise<unknown>, name = 'the work'): Promise<void> {
  const failures: unknown[] = [];
  const codeOf = async (): Promise<unknown> => {
    const error = await work().catch((reason: unknown) => reason);
    failures.push(error);
    return (error as { code?: unknown } | undefined)?.code;
  };
  await expect.poll(codeOf, { message: name }).toBe('database-login-stale');
  for (const error of failures)
    expect(error, name).toMatchObject({ name: 'RetryableStoreError', status: 503 });
}

const piecesOf = async (rows: AsyncIterable<unknown>): Promise<number> => {
  let pieces = 0;
  for await (const _ of rows) pieces += 1;
  return pieces;
};

const at = (n: number) => pageOf([minutes(n * 10, n * 10 + 10)]);

describe('a secret that is rotated', () => {
  it('twice under load loses no commit, and the readers go on', async () => {
    await withServices(async ({ store, queries }, rotation) => {
      let next = 0;
      let done = false;
      const errors: unknown[] = [];
      /** As the state machine does with what may pass. */
      const insisting = async <T>(work: () => Promise<T>): Promise<T> => {
        for (;;) {
          try {
            return await work();
          } catch (error) {
            if ((error as Error).name !== 'RetryableStoreError') throw error;
            await admin`select pg_sleep(0.1)`;
          }
        }
      };
      const load = async (): Promise<void> => {
        while (!done) {
          const n = next++;
          await insisting(() => store.commit([at(n)], JOB));
          await insisting(() => queries.accounts({ sources: ['klines_spot'] }));
        }
      };
      const workers = Promise.all(
        [1, 2, 3, 4].map(() => load().catch((error: unknown) => errors.push(error))),
      );
      const progress = async (): Promise<void> => {
        for (const from = next; next < from + 8 && errors.length === 0; ) await admin`select pg_sleep(0.02)`;
      };
      for (const password of ['second', 'third']) {
        await progress();
        await rotation.changePassword(password);
        rotation.set(password);
        await rotation.endIdle();
        await progress();
      }
      done = true;
      await workers;
      expect(errors).toEqual([]);
      const [row] =
        await admin`select count(*) as n, count(distinct open_time) as times from market_data.spot_klines`;
      expect(row).toEqual({ n: next * 10, times: next * 10 });
    });
  });

  it('is read again once for all logins that fail together', async () => {
    await withServices(async ({ queries }, rotation) => {
      await queries.accounts({ sources: ['klines_spot'] });
      await rotation.changePassword('another');
      rotation.set('another');
      rotation.reads.length = 0;
      await Promise.all([1, 2, 3, 4, 5, 6].map(() => queries.accounts({ sources: ['klines_spot'] })));
      expect(rotation.reads.filter((arn) => arn === 'arn:reader')).toHaveLength(1);
    });
  });

  it('fails in a manner that may pass while the secret has the former password', async () => {
    await withServices(async ({ queries }, rotation) => {
      await rotation.changePassword('early');
      const look = () => queries.accounts({ sources: ['klines_spot'] });
      await expectStale(look);
      rotation.set('early');
      expect(await look()).toBeDefined();
    });
  });

  it('serves the login that owns the aggregates too, whose CALL is a message of its own', async () => {
    // As on TimescaleDB, where that login sends it; the procedure here is ours, of the same name.
    await admin`update market_data.meta set value = '"timescale"' where key = 'flavour'`;
    await withServices(async ({ aggregates }, rotation) => {
      const day = { start: Date.UTC(2024, 0, 1), end: Date.UTC(2024, 0, 2) };
      const byHand = () => aggregates.refreshWindow('price_klines_1h', day);
      const afterJob = () => aggregates.refresh([day]);
      await byHand();
      for (const [n, refresh] of [byHand, afterJob].entries()) {
        await rotation.changePassword(`stale ${n}`);
        await expectStale(refresh);
        rotation.set(`stale ${n}`);
        await refresh();
        await rotation.changePassword(`known ${n}`);
        rotation.set(`known ${n}`);
        rotation.reads.length = 0;
        await refresh();
        expect(rotation.reads).toContain('arn:refresher');
      }
    });
    await admin`update market_data.meta set value = '"postgres"' where key = 'flavour'`;
  });

  it('reaches rows that come piece by piece, files, exports and findings with their first login', async () => {
    await withServices(async ({ store, stored, queries, months, findings }, rotation) => {
      await store.commit([at(0)], JOB);
      const day = minutes(0, 10);
      const request = { table: SPOT, where: { symbol: BTC.symbol, timeframe: BTC.timeframe }, limit: 0 };
      const readers = {
        files: () => piecesOf(queries.batches(request, new AbortController().signal)),
        stored: () => piecesOf(stored.read(BTC, day)),
        months: () => months.snapshot(BTC, (one) => piecesOf(one.rows(day))),
        findings: async () =>
          (await findings.times(BTC, { kinds: ['object-republished'], object: 'x' }, 1)).length,
      };
      for (const [name, read] of Object.entries(readers)) {
        const before = await read();
        await rotation.changePassword(`new ${name}`);
        await expectStale(read, name);
        rotation.set(`new ${name}`);
        expect(await read(), name).toBe(before);
      }
    });
  });

  it('leaves a wrong password that no secret has as it was: a permanent error', async () => {
    const services = await createServices({ GORDON_READER_URL: urlFor(database.url, reader, 'wrong') });
    await expect(services.queries.accounts({ sources: ['klines_spot'] })).rejects.toMatchObject({
      name: 'PermanentError',
      code: 'database-login-refused',
    });
    await services.close();
  });
});

it('a login that no migration has made yet says so', async () => {
  const readSecret = async () => UNFILLED;
  const services = await createServices({ GORDON_READER_URL_SECRET_ARN: 'arn:reader' }, { readSecret });
  expect(services.unfilled).toBe(true);
  expect(() => services.queries).toThrow(expect.objectContaining({ code: 'login-unmade' }));
  await services.close();
});
