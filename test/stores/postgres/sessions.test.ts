import { type AddressInfo, createServer } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { connect, type Runner, type Sql } from '../../../functions/stores/postgres/postgres.ts';
import { createTestDatabase, type TestDatabase } from '../../helpers/database.ts';

let database: TestDatabase;
let sql: Sql;
let admin: Sql;
beforeAll(async () => {
  database = await createTestDatabase('empty');
  admin = database.connect();
  sql = database.connect({ max: 2 });
  await admin`create table t (n int)`;
});
afterAll(() => database[Symbol.asyncDispose]());
beforeEach(() => admin`truncate t`);

const numbers = async () => (await admin<{ n: number }[]>`select n from t order by n`).map((row) => row.n);

/** Ends the server's side of a connection and waits until it is gone. */
async function kill(on: Runner): Promise<void> {
  const [row] = await on<{ pid: number }[]>`select pg_backend_pid() as pid`;
  await admin`select pg_terminate_backend(${row!.pid}, 5000)`;
}

describe('begin', () => {
  it('commits what the work did, or nothing of it', async () => {
    expect(await sql.begin(async (tx) => (await tx`insert into t values (1) returning n`)[0])).toEqual({
      n: 1,
    });
    const failing = sql.begin(async (tx) => {
      await tx`insert into t values (2)`;
      throw new Error('changed my mind');
    });
    await expect(failing).rejects.toThrow('changed my mind');
    await expect(sql.begin((tx) => tx`insert into t values ('x')`)).rejects.toMatchObject({ code: '22P02' });
    expect(await numbers()).toEqual([1]);
  });

  it('lets transactions wait for each other when there are more than connections', async () => {
    let most = 0;
    let running = 0;
    const both = Promise.withResolvers<void>();
    await Promise.all(
      [1, 2, 3, 4, 5, 6].map((n) =>
        sql.begin(async (tx) => {
          most = Math.max(most, ++running);
          if (running === 2) both.resolve();
          await both.promise;
          await tx`insert into t values (${n})`;
          running--;
        }),
      ),
    );
    expect(most).toBe(2);
    expect(await numbers()).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it('keeps the mode that it was given', async () => {
    const writing = sql.begin((tx) => tx`insert into t values (1)`, 'read only');
    await expect(writing).rejects.toMatchObject({ code: '25006' });
  });

  it('never goes on with half a transaction on another connection', async () => {
    const broken = sql.begin(async (tx) => {
      await tx`insert into t values (1)`;
      await kill(tx);
      // Others want connections at the same time: postgres.js would hand out a new one here.
      await Promise.all([sql`select 1`, sql.begin((other) => other`insert into t values (10)`)]);
      await tx`insert into t values (2)`;
      await tx`insert into t values (3)`;
    });
    await expect(broken).rejects.toMatchObject({ code: expect.stringMatching(/CONN|57P01/) });
    expect(await numbers()).toEqual([10]);
  });

  it('survives a server that hangs up again and again, and then works', async () => {
    for (let i = 0; i < 6; i++) {
      const broken = sql.begin(async (tx) => {
        await tx`insert into t values (1)`;
        const [row] = await tx<{ pid: number }[]>`select pg_backend_pid() as pid`;
        await Promise.all([tx`select pg_sleep(10)`, admin`select pg_terminate_backend(${row!.pid})`]);
      });
      await expect(broken).rejects.toThrow();
    }
    await sql.begin((tx) => tx`insert into t values (7)`);
    expect(await numbers()).toEqual([7]);
  });
});

describe('the requests to cancel statements', () => {
  it('do not count as logins that failed', async () => {
    const pool = database.connect({ max: 8 });
    const pending = Array.from({ length: 8 }, () => pool`select pg_sleep(60)`.execute());
    await expect
      .poll(
        () => admin`select from pg_stat_activity where query = 'select pg_sleep(60)' and state = 'active'`,
      )
      .toHaveLength(8);
    for (const query of pending) query.cancel();
    const outcomes = await Promise.allSettled(pending);
    expect(outcomes.map((outcome) => outcome.status)).toEqual(Array(8).fill('rejected'));
    await pool.end();
    const again = database.connect({ max: 1 });
    expect(await again`select 1 as n`).toEqual([{ n: 1 }]);
    await again.end();
  });
});

it('a server that starts is tried again within seconds, however often it was tried before', async () => {
  const starting = createServer((socket) => {
    socket
      .on('error', () => {})
      .once('data', () => {
        const fields = Buffer.from('SFATAL\0VFATAL\0C57P03\0Mthe database system is starting up\0\0');
        const head = Buffer.from('E\0\0\0\0');
        head.writeUInt32BE(fields.length + 4, 1);
        socket.end(Buffer.concat([head, fields]));
      });
  });
  await new Promise<void>((resolve) => starting.listen(0, '127.0.0.1', resolve));
  const url = `postgres://gordon@127.0.0.1:${(starting.address() as AddressInfo).port}/gordon`;
  const crowd = connect(url, { max: 12 });
  const tries = await Promise.allSettled(Array.from({ length: 12 }, () => crowd`select 1`));
  const codes = tries.map((one) => one.status === 'rejected' && one.reason.code);
  expect(codes).toEqual(Array(12).fill('57P03'));
  // Three who come at once all get their turn; were each refusal counted, the second would have to give up.
  const callers = await Promise.allSettled(
    Array.from({ length: 3 }, () => crowd.begin((tx) => tx`select 1`)),
  );
  expect(callers.map((one) => one.status === 'rejected' && one.reason.code)).toEqual(Array(3).fill('57P03'));
  await crowd.end();
  await new Promise((resolve) => starting.close(resolve));
});

describe('end', () => {
  it('lets a running transaction finish, and takes no new one', async () => {
    const pool = database.connect({ max: 1 });
    const gate = Promise.withResolvers<void>();
    const begun = Promise.withResolvers<void>();
    const running = pool.begin(async (tx) => {
      begun.resolve();
      await gate.promise;
      await tx`insert into t values (1)`;
    });
    await begun.promise;
    const ended = pool.end();
    gate.resolve();
    await ended;
    await running;
    await expect(pool.begin((tx) => tx`select 1`)).rejects.toMatchObject({ code: 'CONNECTION_CLOSED' });
    expect(await numbers()).toEqual([1]);
  });

  it('cuts off what takes too long', async () => {
    const pool = database.connect({ max: 1 });
    const gate = Promise.withResolvers<void>();
    const running = pool.begin(async (tx) => {
      await gate.promise;
      await tx`insert into t values (2)`;
    });
    const waiting = pool.begin((tx) => tx`insert into t values (1)`);
    const outcome = Promise.allSettled([running, waiting]);
    await pool.end({ timeout: 0.1 });
    gate.resolve();
    expect((await outcome).map((o) => o.status)).toEqual(['rejected', 'rejected']);
    expect(await numbers()).toEqual([]);
  });
});
