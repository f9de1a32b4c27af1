import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { migrate } from '../../functions/stores/migrate.ts';
import { connect, type Sql } from '../../functions/stores/postgres.ts';
import { type Cluster, removeCluster, startCluster } from '../../localstack/embedded/cluster/index.ts';

// Roles belong to a cluster, so this needs one in which nobody has made them yet.
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

it('an owner who is no superuser makes the roles, and can work as both', async () => {
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
