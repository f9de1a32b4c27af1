import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSeriesStore } from '../../../functions/stores/ledger/series-store.ts';
import { migrate } from '../../../functions/stores/postgres/migrate.ts';
import { connect, guarded } from '../../../functions/stores/postgres/postgres.ts';
import { urlFor } from '../../../functions/stores/postgres/roles/logins.ts';
import { gordon } from '../../cli/support/run.ts';
import { createTestDatabase, type TestDatabase } from '../../helpers/database.ts';
import { type PgBouncer, pgbouncerAbsent, startPgBouncer } from '../../helpers/pgbouncer.ts';
import { startStatementRecorder } from '../../helpers/statement-recorder.ts';
import { JOB, minutes, pageOf, SPOT, T0 } from '../klines.ts';

it('a role of the session is refused behind a pooler, before anything is sent', () => {
  expect(() => connect('postgres://o@127.0.0.1:1/d?pooler=transaction', { role: 'gordon_writer' })).toThrow(
    expect.objectContaining({
      code: 'pooler-needs-logins',
      remedy: expect.stringContaining('gordon-data roles'),
    }),
  );
});

it('a pooler that nobody knows is a bad URL', () => {
  expect(() => connect('postgres://o@127.0.0.1:1/d?pooler=statement')).toThrow(
    expect.objectContaining({ code: 'bad-database-url' }),
  );
});

describe('what is sent to a server', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createTestDatabase();
  });
  afterAll(() => database[Symbol.asyncDispose]());

  /** What a pooler would refuse, or bind a connection for, in a commit and a transaction that reads. */
  async function faultsOf(parameters: string, statement: string): Promise<readonly string[]> {
    const { hostname: host, port } = new URL(database.url);
    await using recorder = await startStatementRecorder({ host, port: Number(port) });
    const url = Object.assign(new URL(database.url), { port: String(recorder.port) }).href + parameters;
    const sql = connect(url, { max: 1 });
    await createSeriesStore(sql, { tables: () => SPOT, clock: () => T0 }).commit(
      [pageOf([minutes(0, 10)])],
      JOB,
    );
    await sql.unsafe(statement);
    await sql.end({ timeout: 5 });
    return [...recorder.faults];
  }

  it('directly has settings and prepared statements that a pooler refuses', async () => {
    const faults = await faultsOf('', 'select 1');
    expect(faults).toEqual(
      expect.arrayContaining(['starts with jit', expect.stringMatching(/^prepares \w+: /)]),
    );
  });

  it.each([
    ['select 1', []],
    ["begin; set local jit = 'off'; commit", []],
    ["set jit = 'off'", ["set jit = 'off'"]],
    ['listen x', ['listen x']],
    ['select pg_advisory_lock(1)', ['select pg_advisory_lock(1)']],
    ['select pg_advisory_xact_lock(1)', []],
    ['create temporary table t (x int)', ['create temporary table t (x int)']],
    [`select '${'x'.repeat(16_384)}'`, [expect.stringMatching(/^16393 letters: select 'xx/)]],
  ])('by pooler=transaction has none but those of a statement itself: %s', async (statement, faults) => {
    expect(await faultsOf('?pooler=transaction', statement)).toEqual(faults);
  });
});

describe.skipIf(pgbouncerAbsent).each(['transaction', 'session'] as const)('PgBouncer, by the %s', (mode) => {
  let database: TestDatabase;
  let pooler: PgBouncer;
  let logins: Record<'owner' | 'writer' | 'reader', string>;
  const writer = `pooled_${randomUUID().slice(0, 8)}`;
  beforeAll(async () => {
    database = await createTestDatabase();
    await database
      .connect({ max: 1 })
      .unsafe(`create role ${writer} login password 'x' in role gordon_writer`);
    const direct = {
      owner: database.url,
      writer: urlFor(database.url, writer, 'x'),
      reader: database.readerUrl,
    };
    pooler = await startPgBouncer(mode, Object.values(direct));
    const through = (url: string) => pooler.url(url, `?pooler=${mode}`);
    logins = { owner: through(direct.owner), writer: through(direct.writer), reader: through(direct.reader) };
  });
  afterAll(async () => {
    await pooler?.[Symbol.asyncDispose]();
    const admin = database.connect({ max: 1 });
    await admin.unsafe(`drop role ${writer}`);
    await database[Symbol.asyncDispose]();
  });

  it('that is not named in the URL refuses settings at the start, and the error says what to set', async () => {
    const sql = connect(pooler.url(database.readerUrl), { max: 1 });
    await expect(guarded('it', () => sql`select 1`)).rejects.toMatchObject({
      code: 'pooler-refuses',
      remedy: expect.stringContaining('pooler=transaction'),
    });
    await sql.end({ timeout: 0 });
  });

  it('refuses a wrong password, and the error says that it is the login', async () => {
    const sql = connect(Object.assign(new URL(logins.reader), { password: 'wrong' }).href, { max: 1 });
    await expect(guarded('it', () => sql`select 1`)).rejects.toMatchObject({
      code: 'database-login-refused',
    });
    await sql.end({ timeout: 0 });
  });

  it('takes migrations, one after the other', async () => {
    const runs = await Promise.all([migrate(logins.owner), migrate(logins.owner)]);
    expect(runs.map(({ applied }) => applied)).toEqual([[], []]);
    // Nothing is left to a session that goes to somebody else.
    const left = await database.connect({ max: 1 })`
      select from pg_locks where locktype = 'advisory'
        and database = (select oid from pg_database where datname = current_database())`;
    expect(left).toEqual([]);
  });

  it('takes the fetchers’ transactions; by the transaction more of them than it has connections', async () => {
    const sql = connect(logins.writer, { max: 8 });
    const store = createSeriesStore(sql, { tables: () => SPOT, clock: () => T0 });
    const pages = Array.from({ length: 12 }, (_, n) => pageOf([minutes(n * 10, n * 10 + 10)]));
    const written = await Promise.all(pages.map((page) => store.commit([page], JOB)));
    expect(written).toEqual(pages.map(() => 10));
    await Promise.all(pages.map(() => store.rowsBy(JOB.jobId, JOB.chunk)));
    await sql.end({ timeout: 5 });
  });

  it('gets the settings of a transaction with the transaction, and keeps none', async () => {
    const sql = connect(logins.writer, { max: 1 });
    const settings = () =>
      sql.begin(
        async (tx) =>
          (await tx`select current_setting('jit') as jit, current_setting('TimeZone') as zone`)[0],
      );
    expect(await settings()).toEqual({ jit: 'off', zone: 'UTC' });
    await sql.end({ timeout: 5 });
  });

  it('lets `sql` read', async () => {
    const ran = await gordon(
      ['sql', '--csv', "SELECT count(*), current_setting('transaction_read_only') AS ro FROM spot_klines"],
      {
        env: { GORDON_READER_URL: logins.reader },
      },
    );
    expect(ran).toEqual({ code: 0, stderr: '', stdout: 'count,ro\n120,on\n' });
  });
});
