import { type AddressInfo, createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MINUTE } from '../../../functions/core/time/time.ts';
import { copyRows } from '../../../functions/stores/copy/copy.ts';
import { createSeriesStore } from '../../../functions/stores/ledger/series-store.ts';
import { migrate } from '../../../functions/stores/postgres/migrate.ts';
import { connect, type Runner, storeError } from '../../../functions/stores/postgres/postgres.ts';
import { freePort } from '../../../host/os/ports.ts';
import { createTestDatabase, type TestDatabase } from '../../helpers/database.ts';
import { BTC, candles, JOB, minutes, pageOf, SPOT, T0 } from '../klines.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database[Symbol.asyncDispose]());

describe('roles', () => {
  it('let the writer write, and not change the schema', async () => {
    const writer = database.connect({ role: 'gordon_writer' });
    const [row] = await writer`select current_user as name`;
    expect(row).toEqual({ name: 'gordon_writer' });
    await writer`insert into market_data.meta (key, value) values ('simulated', 'true')`;
    await expect(writer`create table market_data.mine (id int)`).rejects.toMatchObject({ code: '42501' });
    await expect(writer`drop table market_data.spot_klines`).rejects.toMatchObject({ code: '42501' });
    await expect(writer`delete from market_data.schema_version`).rejects.toMatchObject({ code: '42501' });
  });

  it('let the reader read every table and write none', async () => {
    const reader = database.connect({ role: 'gordon_reader' });
    const tables = await reader<{ name: string }[]>`
      select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname = 'market_data'`;
    expect(tables.length).toBeGreaterThanOrEqual(7);
    for (const { name } of tables) {
      await reader.unsafe(`select * from ${name} limit 1`);
      await expect(reader.unsafe(`delete from ${name}`)).rejects.toMatchObject({ code: '42501' });
      await expect(reader.unsafe(`insert into ${name} default values`)).rejects.toMatchObject({
        code: '42501',
      });
    }
  });

  it('reach the tables of later migrations', async () => {
    const admin = database.connect();
    await admin`create table market_data.later (id int)`;
    await database.connect({ role: 'gordon_reader' })`select * from market_data.later`;
    await database.connect({ role: 'gordon_writer' })`insert into market_data.later values (1)`;
    await admin`drop table market_data.later`;
  });

  it('are kept from everybody else', async () => {
    const admin = database.connect({ max: 1 });
    await admin`create role somebody`;
    await admin`set role somebody`;
    await expect(admin`select * from market_data.spot_klines`).rejects.toMatchObject({ code: '42501' });
    await admin`reset role`;
    await admin`drop role somebody`;
  });
});

it('every session has its settings, in a transaction and outside', async () => {
  const sql = database.connect({ role: 'gordon_writer' });
  const settings = (on: Runner) => on`
    select current_setting('jit') as jit, current_setting('TimeZone') as zone,
      current_setting('timescaledb.max_tuples_decompressed_per_dml_transaction') as decompressed`;
  const expected = [{ jit: 'off', zone: 'UTC', decompressed: '0' }];
  expect(await settings(sql)).toEqual(expected);
  expect(await sql.begin(settings)).toEqual(expected);
});

describe('a broken connection', () => {
  it('in the middle of a COPY is a failure that may pass, and the next commit works', async () => {
    const sql = database.connect({ role: 'gordon_writer', application: 'victim' });
    const store = createSeriesStore(sql, { tables: () => SPOT, clock: () => T0 + 600 * MINUTE });
    const admin = database.connect({ max: 2 });
    const page = pageOf([minutes(0, 20_000)]);
    const undo = new Error('undo');
    let outcome: unknown;
    const holding = admin.begin(async (tx) => {
      // The COPY meets this row near its end and waits to see whether it stays.
      await copyRows(tx, 'market_data.spot_klines', SPOT, [candles([minutes(19_000, 19_001)])]);
      const failed = store.commit([page], JOB).catch((error: unknown) => error);
      await expect
        .poll(
          () => admin`select pg_terminate_backend(pid) from pg_stat_activity
            where application_name = 'victim' and wait_event_type = 'Lock'`,
        )
        .toHaveLength(1);
      outcome = await failed;
      throw undo;
    });
    await expect(holding).rejects.toBe(undo);
    expect(outcome).toMatchObject({ name: 'RetryableStoreError' });
    expect(await store.commit([page], JOB)).toBe(20_000);
  });

  it('to a proxy that closes the connection at once is not retried for ever', async () => {
    let calls = 0;
    const proxy = createServer((socket) => {
      calls += 1;
      socket.on('error', () => {}).once('data', () => socket.end());
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    const { port } = proxy.address() as AddressInfo;
    const sql = connect(`postgres://nobody@127.0.0.1:${port}/gordon`, { max: 1 });
    const store = createSeriesStore(sql, { tables: () => SPOT, clock: () => T0 });
    const unreachable = { name: 'RetryableStoreError', code: 'database-unreachable' };
    await expect(store.missing(BTC, minutes(0, 1))).rejects.toMatchObject(unreachable);
    await expect(store.commit([pageOf([minutes(0, 1)])], JOB)).rejects.toMatchObject(unreachable);
    expect(calls).toBe(2);
    await sql.end({ timeout: 0 });
    proxy.close();
  });

  it('to a server that is not there says so', async () => {
    const url = `postgres://nobody@127.0.0.1:${await freePort()}/gordon`;
    const sql = connect(url);
    const store = createSeriesStore(sql, { tables: () => SPOT, clock: () => T0 });
    for (let i = 0; i < 2; i++) {
      await expect(store.missing(BTC, minutes(0, 1))).rejects.toMatchObject({
        name: 'RetryableStoreError',
        code: 'database-unreachable',
        message: expect.stringContaining('GORDON_DATABASE_URL'),
      });
    }
    await sql.end();
  });
});

describe('storeError', () => {
  const code = (sqlstate: string) =>
    storeError(Object.assign(new Error('x'), { code: sqlstate }), 'klines_spot BTCUSDT 1m');

  it.each([
    ['40001', 'serialization failure'],
    ['40P01', 'deadlock'],
    ['57P01', 'shutdown'],
    ['53300', 'too many connections'],
    ['55P03', 'lock not available'],
    ['08006', 'connection failure'],
    ['ECONNRESET', 'reset'],
    ['ERR_SOCKET_CLOSED', 'Socket is closed'],
    ['LOGIN_RENEWED', 'the login was renewed'],
  ])('%s (%s) may pass', (sqlstate) => {
    expect(code(sqlstate).name).toBe('RetryableStoreError');
  });

  it.each([
    ['42P01', 'not-migrated'],
    ['28P01', 'database-login-refused'],
    ['3D000', 'no-database'],
    ['42501', 'database-forbidden'],
    ['23514', 'database-refused'],
  ])('%s is final: %s', (sqlstate, named) => {
    expect(code(sqlstate)).toMatchObject({ name: 'PermanentError', code: named });
    expect(code(sqlstate).remedy).toBeTruthy();
  });

  it.each([
    ['permission denied to create extension "timescaledb"', /superuser runs `CREATE EXTENSION timescaledb`/],
    ['must be owner of view price_klines_1d', /GORDON_AGGREGATES_URL/],
    ['must be owner of table price_klines', /migrate as the login that migrated before/],
    [
      'permission denied to create temporary tables in database "gordon"',
      /`GRANT TEMPORARY ON DATABASE "gordon" TO gordon_writer`/,
    ],
    ['permission denied for database gordon', /`GRANT CREATE ON DATABASE "gordon" TO …`/],
    ['permission denied to set role "gordon_reader"', /`GRANT gordon_reader TO …`/],
    ['permission denied for table spot_klines', /`GRANT gordon_writer, gordon_reader TO …`/],
    ['keine Berechtigung für Schema market_data', /`GRANT gordon_writer, gordon_reader TO …`/],
  ])('42501 %s has a remedy of its own', (message, remedy) => {
    const error = storeError(Object.assign(new Error(message), { code: '42501' }), 'x');
    expect(error).toMatchObject({ code: 'database-forbidden', remedy: expect.stringMatching(remedy) });
  });

  it.each([
    ['08P01', 'unsupported startup parameter: jit', 'pooler-refuses'],
    ['0A000', 'Feature not supported: RDS Proxy currently doesn’t support the option jit.', 'pooler-refuses'],
    [
      '0A000',
      'Feature not supported: RDS Proxy currently doesn’t support command-line options.',
      'pooler-refuses',
    ],
    ['08P01', 'password authentication failed', 'database-login-refused'],
    ['08P01', 'SASL authentication failed', 'database-login-refused'],
    ['08P01', 'no such user: ada', 'database-login-refused'],
    ['08P01', 'server login failed: FATAL password authentication failed for user "ada"', 'database-busy'],
    ['08P01', 'query_wait_timeout', 'database-busy'],
  ])('%s, %s, of a pooler is %s', (sqlstate, message, named) => {
    expect(storeError(Object.assign(new Error(message), { code: sqlstate }), 'x').code).toBe(named);
  });

  it('of a login that may make no schema says what would let it', async () => {
    await using empty = await createTestDatabase('empty');
    const admin = empty.connect({ max: 1 });
    await admin.unsafe(
      `create role no_schema login password 'x'; grant gordon_writer, gordon_reader to no_schema`,
    );
    const url = new URL(empty.url);
    url.username = 'no_schema';
    url.password = 'x';
    await expect(migrate(url.href)).rejects.toMatchObject({
      remedy: expect.stringContaining(`GRANT CREATE ON DATABASE "${url.pathname.slice(1)}"`),
    });
    await admin`drop role no_schema`;
  });

  it('suggests to migrate a database that knows no roles or tables yet', async () => {
    await using empty = await createTestDatabase('empty');
    const store = createSeriesStore(empty.connect(), { tables: () => SPOT, clock: () => T0 });
    await expect(store.missing(BTC, minutes(0, 1))).rejects.toMatchObject({ code: 'not-migrated' });
  });
});
