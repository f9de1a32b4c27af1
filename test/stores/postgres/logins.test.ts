import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSeriesStore } from '../../../functions/stores/ledger/series-store.ts';
import { migrate } from '../../../functions/stores/postgres/migrate.ts';
import { type ConnectOptions, connect, type Sql } from '../../../functions/stores/postgres/postgres.ts';
import { type Logins, urlFor } from '../../../functions/stores/postgres/roles/logins.ts';
import { startCluster, stopCluster } from '../../../host/cluster/index.ts';
import { openDatabase } from '../../../host/database/database.ts';
import { gordon } from '../../cli/support/run.ts';
import { removeCluster } from '../../helpers/remove-cluster.ts';
import { JOB, minutes, pageOf, SPOT, T0 } from '../klines.ts';

// Roles belong to a cluster, so this needs one of its own.
let home: string;
let url: (database: string) => string;
let admin: Sql;
beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'gordon-logins-'));
  // Root's server runs as another user, who must get there.
  chmodSync(home, 0o711);
  const dataDir = join(home, 'data');
  const cluster = await startCluster({
    dataDir,
    durable: false,
    settings: { fsync: 'off', scram_iterations: 1 },
  });
  url = cluster.url;
  admin = connect(url('postgres'), { max: 1 });
});
afterAll(async () => {
  await admin?.end();
  await removeCluster(join(home, 'data'));
  rmSync(home, { recursive: true, force: true });
});

async function using_<T>(
  at: string,
  work: (sql: Sql) => Promise<T>,
  options: ConnectOptions = {},
): Promise<T> {
  const sql = connect(at, { max: 1, ...options });
  try {
    return await work(sql);
  } finally {
    await sql.end({ timeout: 5 });
  }
}

const refusalOf = (at: string, statement: string): Promise<string> =>
  using_(at, async (sql) => {
    const refused = await sql.unsafe(statement).then(
      () => 'done',
      (error: { code: string }) => error.code,
    );
    return refused;
  });

/** Ten rows through the store, as a fetcher commits them. */
const commitTen = (at: string): Promise<number> =>
  using_(at, (sql) =>
    createSeriesStore(sql, { tables: () => SPOT, clock: () => T0 }).commit([pageOf([minutes(0, 10)])], JOB),
  );

const loginsOf = (database: string): Required<Logins> => ({
  writer: urlFor(url(database), 'w', 'w-password'),
  reader: urlFor(url(database), 'r', 'r-password'),
  refresher: urlFor(url(database), 'f', 'f-password'),
});

async function dropAll(database: string, ...names: string[]): Promise<void> {
  await admin`drop database ${admin(database)} with (force)`;
  for (const name of [...names, 'gordon_writer', 'gordon_reader'])
    await admin.unsafe(`drop role if exists ${name}`);
}

describe('the logins that a migration makes', () => {
  describe('of the server itself', () => {
    const made = () => loginsOf('made');
    beforeAll(async () => {
      await admin`create database made`;
      await migrate(url('made'), { logins: made() });
    });
    afterAll(() => dropAll('made', 'w', 'r', 'f'));

    it('each do their work and nothing else', async () => {
      const logins = made();
      expect(await commitTen(logins.writer!)).toBe(10);
      const count = 'select count(*) from market_data.spot_klines';
      expect(await using_(logins.reader!, (sql) => sql.unsafe(count))).toEqual([{ count: 10 }]);
      const write = `insert into market_data.meta (key, value) values ('a', '1')`;
      // The session is read-only, and the login may not write where it is not.
      expect(await refusalOf(logins.reader!, write)).toBe('25006');
      expect(await refusalOf(logins.reader!, `begin read write; ${write}`)).toBe('42501');
      expect(await refusalOf(logins.reader!, "select pg_read_file('PG_VERSION')")).toBe('42501');
      expect(await refusalOf(logins.reader!, `set role gordon_writer`)).toBe('42501');
      expect(await refusalOf(logins.refresher!, write)).toBe('42501');
      expect(await refusalOf(logins.refresher!, count)).toBe('done');
      for (const login of [logins.writer!, logins.refresher!]) {
        expect(await refusalOf(login, 'drop table market_data.spot_klines')).toBe('42501');
        expect(await refusalOf(login, 'create role another')).toBe('42501');
      }
    });

    it('get their password and what a reader loosened back with the next migration', async () => {
      const logins = made();
      const own = logins.reader!;
      expect(
        await refusalOf(
          own,
          `begin read write; alter role r password 'mine'; alter role r set statement_timeout = 0; commit`,
        ),
      ).toBe('done');
      await expect(using_(own, (sql) => sql`select 1`)).rejects.toMatchObject({ code: '28P01' });
      await migrate(url('made'), { logins });
      expect(await using_(own, (sql) => sql`select current_setting('statement_timeout') as t`)).toEqual([
        { t: '15min' },
      ]);
    });

    it('leave connections of the server to others: fetchers that are too many wait, and lose nothing', async () => {
      const logins = made();
      const [{ most }] = (await admin`select current_setting('max_connections')::int as most`) as never as [
        { most: number },
      ];
      const limits = await admin`
        select rolname as name, rolconnlimit as most from pg_roles where rolname in ('w', 'r', 'f') order by 1`;
      expect(limits).toEqual([
        { name: 'f', most: -1 },
        { name: 'r', most: most / 2 },
        { name: 'w', most: (most * 4) / 5 },
      ]);
      await admin`alter role w connection limit 2`;
      const fetcher = (n: number): Promise<number> =>
        using_(logins.writer!, async (sql) => {
          const store = createSeriesStore(sql, { tables: () => SPOT, clock: () => T0 });
          for (;;) {
            try {
              return await store.commit([pageOf([minutes(n * 10 + 100, n * 10 + 110)])], JOB);
            } catch (error) {
              // The state machine calls again what may pass.
              if ((error as Error).name !== 'RetryableStoreError') throw error;
            }
          }
        });
      expect(await Promise.all([0, 1, 2, 3, 4, 5].map(fetcher))).toEqual([10, 10, 10, 10, 10, 10]);
    });
  });

  it('are those that somebody else made, where the migrating login may make none', async () => {
    await admin`create database given`;
    await admin.unsafe(`
      create role plain_owner login nocreaterole password 'x';
      create role gordon_writer; create role gordon_reader;
      grant gordon_writer, gordon_reader to plain_owner;
      alter database given owner to plain_owner`);
    const owner = urlFor(url('given'), 'plain_owner', 'x');
    const logins = { writer: loginsOf('given').writer!, reader: loginsOf('given').reader! };
    const refusal = await migrate(owner, { logins }).catch((error: unknown) => error as Error);
    expect(refusal).toMatchObject({ code: 'roles-missing' });
    expect(String(refusal)).toMatch(
      /create role w login password '…' connection limit \d+; grant gordon_writer to w;/,
    );
    expect(String(refusal)).not.toContain('w-password');
    await admin.unsafe(`
      create role w login password 'w-password' in role gordon_writer;
      create role r login password 'r-password' in role gordon_reader`);
    await migrate(owner, { logins });
    expect(await commitTen(logins.writer)).toBe(10);
    await dropAll('given', 'w', 'r', 'plain_owner');
  });
});

describe('gordon-data roles', () => {
  const run = (args: string[], env: Record<string, string>) => gordon(['roles', ...args], { env });

  it('prints statements with which the logins work, and URLs of theirs', async () => {
    await admin`create database printed`;
    await admin.unsafe(
      `create role an_owner login nocreaterole password 'x'; alter database printed owner to an_owner`,
    );
    const owner = urlFor(url('printed'), 'an_owner', 'x');
    const ran = await run([], { GORDON_DATABASE_URL: owner });
    expect([ran.code, ran.stderr]).toEqual([0, '']);
    await using_(url('printed'), (sql) => sql.unsafe(ran.stdout).simple());
    const given = Object.fromEntries(
      Array.from(ran.stdout.matchAll(/^-- (GORDON_\w+)=(.*)$/gm), ([, name, text]) => [name, text]),
    );
    await migrate(owner, { logins: { writer: given.GORDON_WRITER_URL, reader: given.GORDON_READER_URL } });
    expect(await commitTen(given.GORDON_WRITER_URL!)).toBe(10);
    const counted = await gordon(['sql', '--csv', 'SELECT count(*) FROM spot_klines'], {
      env: given as Record<string, string>,
    });
    expect(counted).toEqual({ code: 0, stderr: '', stdout: 'count\n10\n' });
    await dropAll('printed', 'an_owner', 'gordon_refresher');
  });

  it('--apply makes them, leaves the password of one that exists, and makes one more reader for a person', async () => {
    await admin`create database applied`;
    const env = { GORDON_DATABASE_URL: url('applied') };
    const first = await run(['--apply'], env);
    expect([first.code, first.stdout.match(/^GORDON_\w+_URL=/gm)]).toEqual([
      0,
      ['GORDON_WRITER_URL=', 'GORDON_READER_URL=', 'GORDON_AGGREGATES_URL='],
    ]);
    await migrate(url('applied'));
    const second = await run(['--apply'], env);
    expect(second.stdout).toBe(
      ['gordon_writer', 'gordon_reader', 'gordon_refresher']
        .map((name) => `${name} can log in already and keeps its password\n`)
        .join(''),
    );
    const ada = await run(['--apply', '--reader', 'ada'], env);
    const reader = /^GORDON_READER_URL=(.*)$/m.exec(ada.stdout)![1]!;
    expect((await gordon(['sql', 'SELECT 1'], { env: { GORDON_READER_URL: reader } })).code).toBe(0);
    expect((await run(['--reader', 'Ada; drop'], env)).code).toBe(2);
    await dropAll('applied', 'ada', 'gordon_refresher');
  });

  it('names what an administrator has to run where the login may not', async () => {
    await admin`create database humble`;
    await admin`create role humble_owner login nocreaterole password 'x'`;
    const ran = await run(['--apply'], { GORDON_DATABASE_URL: urlFor(url('humble'), 'humble_owner', 'x') });
    expect(ran.code).toBe(1);
    expect(ran.stderr).toContain('CREATE ROLE gordon_writer NOLOGIN; CREATE ROLE gordon_reader NOLOGIN;');
    await dropAll('humble', 'humble_owner');
  });
});

it('a server of the machine’s own gets the four logins by itself, and the writer’s password is not the reader’s to guess', async () => {
  const dataDir = join(home, 'own');
  const options = { dataDir, port: 0, simulated: true, durable: false };
  const opened = await openDatabase(options);
  const logins = opened.logins as Required<Logins>;
  expect(await commitTen(logins.writer!)).toBe(10);
  expect(await refusalOf(logins.reader!, 'select 1 from market_data.spot_klines')).toBe('done');
  expect(await refusalOf(logins.refresher!, 'select 1 from market_data.spot_klines')).toBe('done');
  const passwords = new Set([opened.url, ...Object.values(logins)].map((one) => new URL(one!).password));
  expect(passwords.size).toBe(4);
  await opened.close();
  // The next start finds the same ones.
  const again = await openDatabase({ ...options, port: Number(new URL(opened.url).port) });
  expect(again.logins).toEqual(logins);
  await again.close();
  await stopCluster(dataDir);
});
