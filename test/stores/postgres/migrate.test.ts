import fs, { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { detectFlavour, refuseOld } from '../../../functions/stores/postgres/flavour.ts';
import { migrate } from '../../../functions/stores/postgres/migrate.ts';
import type { Runner } from '../../../functions/stores/postgres/postgres.ts';
import { createTestDatabase } from '../../helpers/database.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gordon-sql-'));
  cpSync('sql', folder, { recursive: true });
});
afterEach(() => rmSync(folder, { recursive: true }));

const add = (name: string, text: string): void => writeFileSync(join(folder, name), text);

describe('migrate', () => {
  it('brings an empty database to the newest version, and does nothing the second time', async () => {
    await using database = await createTestDatabase('empty');
    using read = vi.spyOn(fs, 'readFileSync');
    const first = await migrate(database.url);
    // However many files there are, each is read a few times.
    const reads = read.mock.calls.filter(([path]) => String(path).endsWith('0002.do.ledger.sql'));
    expect([first.applied.length > 50, reads.length]).toEqual([true, 3]);
    read.mockRestore();
    expect(first.flavour).toBe('postgres');
    expect(first.applied).toContain('0002.do.ledger.sql');
    expect(await migrate(database.url)).toEqual({ flavour: 'postgres', applied: [], version: first.version });
  });

  it('applies what is new to a database that is in use', async () => {
    await using database = await createTestDatabase();
    const sql = database.connect();
    await sql`insert into market_data.meta (key, value) values ('kept', 'true')`;
    add(
      '9001.do.more.sql',
      'create table market_data.more (id int); insert into market_data.more values (1);',
    );
    add('9002.do.most.sql', 'insert into market_data.more values (2);');
    const { applied, version } = await migrate(database.url, { folder });
    expect({ applied, version }).toEqual({
      applied: ['9001.do.more.sql', '9002.do.most.sql'],
      version: 9002,
    });
    expect(await sql`select id from market_data.more order by id`).toEqual([{ id: 1 }, { id: 2 }]);
    expect(await sql`select value from market_data.meta where key = 'kept'`).toEqual([{ value: true }]);
  });

  it('applies one that was merged later than one with a higher number', async () => {
    await using database = await createTestDatabase();
    add('9002.do.second.sql', 'create table market_data.second (id int);');
    await migrate(database.url, { folder });
    add('9001.do.first.sql', 'create table market_data.first (id int);');
    expect(await migrate(database.url, { folder })).toMatchObject({
      applied: ['9001.do.first.sql'],
      version: 9002,
    });
    const sql = database.connect();
    expect(
      await sql`
      select version::int from market_data.schema_version where version > 9000 order by version`,
    ).toEqual([{ version: 9001 }, { version: 9002 }]);
    expect((await sql`select to_regclass('market_data.first') as it`)[0]!.it).not.toBeNull();
    expect((await migrate(database.url, { folder })).applied).toEqual([]);
  });

  it('undoes such a one that fails, and says which', async () => {
    await using database = await createTestDatabase();
    add('9002.do.second.sql', 'create table market_data.second (id int);');
    await migrate(database.url, { folder });
    add('9001.do.first.sql', 'create table market_data.first (id int); select 1 / 0;');
    await expect(migrate(database.url, { folder })).rejects.toMatchObject({
      code: 'migration-failed',
      message: expect.stringContaining('9001.do.first.sql: division by zero'),
    });
    expect((await database.connect()`select to_regclass('market_data.first') as it`)[0]!.it).toBeNull();
  });

  it('undoes a migration that fails half way, keeps those before it, and continues once it is fixed', async () => {
    await using database = await createTestDatabase();
    add('9001.do.good.sql', 'create table market_data.good (id int);');
    add('9002.do.bad.sql', 'create table market_data.bad (id int); select 1 / 0;');
    await expect(migrate(database.url, { folder })).rejects.toMatchObject({
      code: 'migration-failed',
      message: expect.stringContaining('9002.do.bad.sql: division by zero'),
    });
    const sql = database.connect();
    const [row] = await sql`
      select to_regclass('market_data.good') is not null as good, to_regclass('market_data.bad') is not null as bad,
        (select max(version) from market_data.schema_version) as version`;
    expect(row).toEqual({ good: true, bad: false, version: 9001 });
    add('9002.do.bad.sql', 'create table market_data.bad (id int);');
    expect((await migrate(database.url, { folder })).applied).toEqual(['9002.do.bad.sql']);
  });

  it('applies each migration once when several programs start together', async () => {
    await using database = await createTestDatabase('empty');
    const runs = await Promise.all([1, 2, 3, 4].map(() => migrate(database.url)));
    expect(runs.filter((run) => run.applied.length > 0)).toHaveLength(1);
  });

  it('refuses files that were edited after they had been applied', async () => {
    await using database = await createTestDatabase();
    add('0003.do.klines.sql', 'select 1;');
    await expect(migrate(database.url, { folder })).rejects.toMatchObject({ code: 'migration-changed' });
  });

  it('takes a database that has the former form of a file that was replaced', async () => {
    await using database = await createTestDatabase();
    const sql = database.connect();
    await sql`update market_data.schema_version set md5 = '5fdc31c889353b7b99214926fa5ba5e2' where version = 1`;
    expect((await migrate(database.url)).applied).toEqual([]);
    await sql`update market_data.schema_version set md5 = '5fdc31c889353b7b99214926fa5ba5e2' where version = 2`;
    await expect(migrate(database.url)).rejects.toMatchObject({
      code: 'migration-changed',
      message: expect.stringContaining('0002.do.ledger.sql'),
    });
  });

  it('refuses a database that a newer program has migrated', async () => {
    await using database = await createTestDatabase();
    add('9001.do.more.sql', 'select 1;');
    await migrate(database.url, { folder });
    await expect(migrate(database.url)).rejects.toMatchObject({ code: 'database-newer' });
  });

  it('says which database does not answer', async () => {
    await expect(migrate('postgres://me:secret@127.0.0.1:1/gordon')).rejects.toMatchObject({
      name: 'RetryableStoreError',
      code: 'database-unreachable',
      subject: '127.0.0.1:1/gordon',
      message: expect.not.stringContaining('secret'),
    });
  });
});

describe('the server', () => {
  const answering = (...answers: object[][]): Runner =>
    (() => Promise.resolve(answers.shift())) as unknown as Runner;

  it('must be new enough for multiranges', async () => {
    const old = answering([{ version: '13.14', number: 130_014 }]);
    await expect(refuseOld(old, 'db')).rejects.toMatchObject({ code: 'database-too-old' });
    await refuseOld(answering([{ version: '14.0', number: 140_000 }]), 'db');
  });

  const flavour = (kept: string | undefined, created: boolean, loaded: boolean, license = 'timescale') => {
    const first = kept ? [[{ made: true }], [{ value: kept }]] : [[{ made: false }]];
    const fit = [{ version: '2.23.0', license }];
    // Creating it takes a transaction: begin, search for our own views, create, check it, commit or rollback.
    const rest = created ? [fit] : [[], [], [], fit, []];
    return detectFlavour(answering(...first, [{ created, loaded }], ...rest), 'db');
  };

  it('gives a new database Timescale where it is loaded', async () => {
    expect(await flavour(undefined, false, true)).toBe('timescale');
    expect(await flavour(undefined, true, true)).toBe('timescale');
    expect(await flavour(undefined, false, false)).toBe('postgres');
  });

  it('refuses a TimescaleDB that it would have to create and that cannot run the migrations', async () => {
    await expect(flavour(undefined, false, true, 'apache')).rejects.toMatchObject({
      code: 'timescale-licence',
    });
  });

  it('does not change the flavour of a database that has one', async () => {
    expect(await flavour('postgres', true, true)).toBe('postgres');
    expect(await flavour('timescale', true, true)).toBe('timescale');
    await expect(flavour('timescale', false, false)).rejects.toMatchObject({ code: 'timescale-missing' });
  });
});
