import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { copyRows } from '../../../functions/stores/copy/copy.ts';
import { createSeriesStore } from '../../../functions/stores/ledger/series-store.ts';
import { migrate } from '../../../functions/stores/postgres/migrate.ts';
import { connect, type Sql } from '../../../functions/stores/postgres/postgres.ts';
import { type Cluster, startCluster } from '../../../host/cluster/index.ts';
import { removeCluster } from '../../helpers/remove-cluster.ts';
import { candles, JOB, minutes, pageOf, SPOT, T0 } from '../klines.ts';

// Roles belong to a cluster, so this needs one in which they do not exist yet.
let home: string;
let cluster: Cluster;
let admin: Sql;
beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'gordon-roles-'));
  // Root's server runs as another user, who must get there.
  chmodSync(home, 0o711);
  cluster = await startCluster({ dataDir: join(home, 'data'), durable: false, settings: { fsync: 'off' } });
  admin = connect(cluster.url('postgres'), { max: 1 });
});
afterAll(async () => {
  await admin?.end();
  await removeCluster(join(home, 'data'));
  rmSync(home, { recursive: true, force: true });
});

const dropRoles = async (databases: readonly string[]): Promise<void> => {
  for (const name of databases) await admin`drop database ${admin(name)}`;
  await admin`drop role gordon_writer, gordon_reader`;
};

it('databases of one cluster can be migrated for the first time at once', async () => {
  const names = ['one', 'two', 'three', 'four', 'five', 'six'];
  for (const name of names) await admin`create database ${admin(name)}`;
  const runs = await Promise.all(names.map((name) => migrate(cluster.url(name))));
  expect(new Set(runs.map((run) => run.applied.length)).size).toBe(1);
  await dropRoles(names);
});

it('an owner who is not a superuser makes the roles, and can work as both', async () => {
  await admin`create role an_owner login createrole password 'x'`;
  await admin`create database owned owner an_owner`;
  const url = new URL(cluster.url('owned'));
  url.username = 'an_owner';
  url.password = 'x';
  await migrate(url.href);
  const writer = connect(url.href, { role: 'gordon_writer' });
  const reader = connect(url.href, { role: 'gordon_reader' });
  await writer`insert into market_data.meta (key, value) values ('simulated', 'false')`;
  expect(await reader`select value from market_data.meta where key = 'simulated'`).toEqual([
    { value: false },
  ]);
  await Promise.all([writer.end(), reader.end()]);
  await dropRoles(['owned']);
});

it('roles that exist already stay as they are', async () => {
  await admin`create role gordon_reader login password 'x' connection limit 3`;
  await admin`create role gordon_writer nologin`;
  await admin`create database later`;
  await migrate(cluster.url('later'));
  const [role] = await admin`
    select rolcanlogin, rolconnlimit from pg_roles where rolname = 'gordon_reader'`;
  expect(role).toEqual({ rolcanlogin: true, rolconnlimit: 3 });
  await dropRoles(['later']);
});

/** A login without superuser, and the URL of a database as that login. */
async function login(name: string, attributes: string, database: string): Promise<string> {
  await admin.unsafe(`create role ${name} login ${attributes} password 'x'`);
  const url = new URL(cluster.url(database));
  url.username = name;
  url.password = 'x';
  return url.href;
}

/** Rows that stand there without an account take the staging path, which needs a temporary table. */
async function mergeOver(url: string): Promise<number> {
  const sql = connect(url, { role: 'gordon_writer' });
  const store = createSeriesStore(sql, { tables: () => SPOT, clock: () => T0 });
  try {
    await sql.begin((tx) => copyRows(tx, 'market_data.spot_klines', SPOT, [candles([minutes(0, 5)])]));
    return await store.commit([pageOf([minutes(0, 10)])], JOB);
  } finally {
    await sql.end();
  }
}

const roleOf = async (name: string): Promise<object | undefined> =>
  (await admin`select rolcanlogin, rolconnlimit, rolinherit from pg_roles where rolname = ${name}`)[0];

describe('a login without CREATEROLE', () => {
  it('migrates and works with roles that another login created and granted to it', async () => {
    await admin`create database prepared`;
    const url = await login('plain_login', 'nocreaterole', 'prepared');
    await admin.unsafe(`
      create role gordon_writer nologin connection limit 7;
      create role gordon_reader login password 'x';
      grant gordon_writer, gordon_reader to plain_login;
      alter database prepared owner to plain_login`);
    const before = [await roleOf('gordon_writer'), await roleOf('gordon_reader')];
    await migrate(url);
    expect(await mergeOver(url)).toBe(10);
    expect([await roleOf('gordon_writer'), await roleOf('gordon_reader')]).toEqual(before);
    expect((await migrate(url)).applied).toEqual([]);
    await dropRoles(['prepared']);
    await admin`drop role plain_login`;
  });

  it('reports which statements another login has to run, and they are enough', async () => {
    await admin`create database bare`;
    // Neither owner nor administrator: it may only make a schema.
    const url = await login('stranger', 'nocreaterole', 'bare');
    await admin.unsafe(
      `revoke temporary on database bare from public; grant create on database bare to stranger`,
    );
    const refusal = await migrate(url).catch((error: unknown) => error);
    expect(refusal).toMatchObject({ code: 'roles-missing', name: 'PermanentError' });
    const statements = remedyOf(refusal);
    expect(statements).toBe(
      'CREATE ROLE gordon_writer NOLOGIN; CREATE ROLE gordon_reader NOLOGIN; ' +
        'GRANT gordon_writer, gordon_reader TO stranger; GRANT TEMPORARY ON DATABASE bare TO gordon_writer;',
    );
    const [made] = await admin`select to_regrole('gordon_writer') is not null as writer`;
    expect(made).toEqual({ writer: false });
    await admin.unsafe(statements);
    await migrate(url);
    expect(await mergeOver(url)).toBe(10);
    await dropRoles(['bare']);
    await admin`drop role stranger`;
  });
});

it('reports which grant a second login with CREATEROLE lacks, and works with it', async () => {
  await admin`create database first`;
  await admin`create database second`;
  const first = await login('first_login', 'createrole', 'first');
  const second = await login('second_login', 'createrole', 'second');
  await admin.unsafe(
    'alter database first owner to first_login; alter database second owner to second_login',
  );
  await migrate(first);
  const refusal = await migrate(second).catch((error: unknown) => error);
  expect(refusal).toMatchObject({ code: 'roles-missing' });
  const statements = remedyOf(refusal);
  expect(statements).toBe('GRANT gordon_writer, gordon_reader TO second_login;');
  // Who made the roles may grant them.
  const maker = connect(first, { max: 1 });
  await maker.unsafe(statements);
  await maker.end();
  await migrate(second);
  expect(await mergeOver(second)).toBe(10);
  for (const name of ['first', 'second']) await admin`drop database ${admin(name)}`;
  await admin`drop role gordon_writer, gordon_reader`;
  await admin`drop role first_login, second_login`;
});

describe('a database in which PUBLIC may make no temporary tables', () => {
  it('is migrated by its owner, staging included', async () => {
    await admin`create database tight`;
    const url = await login('tight_owner', 'createrole', 'tight');
    await admin.unsafe(
      'alter database tight owner to tight_owner; revoke temporary on database tight from public',
    );
    await migrate(url);
    expect(await mergeOver(url)).toBe(10);
    await dropRoles(['tight']);
    await admin`drop role tight_owner`;
  });

  it('also as a copy, which has the tables and none of the grants on the database', async () => {
    await admin`create database original`;
    await migrate(cluster.url('original'));
    await admin`create database restored template original`;
    await admin`revoke temporary on database restored from public`;
    await migrate(cluster.url('restored'));
    expect(await mergeOver(cluster.url('restored'))).toBe(10);
    await dropRoles(['original', 'restored']);
  });
});

const remedyOf = (error: unknown): string => /`(.*)`/.exec((error as { remedy: string }).remedy)![1]!;
