import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { HostState } from '../../../host/state-file.ts';
import { createTestDatabase, type TestDatabase } from '../../helpers/database.ts';
import { type FakeTerminal, fakeTerminal } from '../support/fake-terminal.ts';
import { gordon, type Ran } from '../support/run.ts';

let database: TestDatabase;

const ask = (query: string, ...flags: string[]): Promise<Ran> =>
  gordon(['sql', ...flags, query], { env: { GORDON_READER_URL: database.readerUrl } });

beforeAll(async () => {
  database = await createTestDatabase();
  const sql = database.connect({ max: 1 });
  await sql`
    insert into market_data.spot_klines
    select 'BTCUSDT', '1m', t, 1, 2, 0.5, 1.5, 10, 15, 7, 5, 7.5
    from generate_series('2025-01-01Z'::timestamptz, '2025-01-08Z'::timestamptz, '1 minute') t`;
});

afterAll(async () => {
  await database[Symbol.asyncDispose]();
});

describe('reading', () => {
  it('prints a table', async () => {
    const ran = await ask(
      'SELECT symbol, open_time, close, trades FROM spot_klines ORDER BY open_time LIMIT 2',
    );
    expect(ran).toEqual({
      code: 0,
      stderr: '',
      stdout: [
        ' symbol  |      open_time       | close | trades',
        '---------+----------------------+-------+--------',
        ' BTCUSDT | 2025-01-01T00:00:00Z |   1.5 |      7',
        ' BTCUSDT | 2025-01-01T00:01:00Z |   1.5 |      7',
        '(2 rows)',
        '',
      ].join('\n'),
    });
  });

  it('prints the head when there are no rows', async () => {
    expect((await ask('SELECT 1 AS one WHERE false')).stdout).toBe(' one\n-----\n(0 rows)\n');
    expect((await ask('SELECT 1 AS one WHERE false', '--csv')).stdout).toBe('one\n');
    expect((await ask('SELECT 1 AS one WHERE false', '--json')).stdout).toBe('[]\n');
  });

  it('takes what brings rows without a count', async () => {
    expect((await ask('SHOW timezone')).stdout).toBe(' TimeZone\n----------\n UTC\n(1 row)\n');
    expect((await ask('EXPLAIN SELECT 1')).stdout).toContain('QUERY PLAN');
    expect((await ask('TABLE market_data.meta')).code).toBe(0);
  });

  it('is whole in CSV and JSON, batch after batch', async () => {
    const csv = (
      await ask('SELECT open_time, close FROM spot_klines ORDER BY open_time', '--csv')
    ).stdout.split('\n');
    expect([csv.length, csv[0], csv[1], csv.at(-2), csv.at(-1)]).toEqual([
      10_083,
      'open_time,close',
      '2025-01-01T00:00:00Z,1.5',
      '2025-01-08T00:00:00Z,1.5',
      '',
    ]);
    const json = JSON.parse(
      (await ask('SELECT open_time, close FROM spot_klines ORDER BY open_time', '--json')).stdout,
    );
    expect([json.length, json.at(-1)]).toEqual([10_081, { open_time: '2025-01-08T00:00:00Z', close: 1.5 }]);
  });

  it('is cut in a table', async () => {
    const lines = (await ask('SELECT open_time FROM spot_klines')).stdout.split('\n');
    expect([lines.length, lines.at(-2)]).toEqual([
      10_004,
      '(the first 10,000 rows; --csv and --json give all)',
    ]);
  });

  it('finds the database of the host of this machine', async () => {
    const host = { readerUrl: database.readerUrl } as HostState;
    const ran = await gordon(['sql', 'SELECT 1 AS one'], { host });
    expect(ran).toEqual({ code: 0, stderr: '', stdout: ' one\n-----\n   1\n(1 row)\n' });
  });

  it('labels simulated data, beside what a program reads', async () => {
    const sql = database.connect({ max: 1 });
    for (const [value, stderr] of [
      ['false', ''],
      ['true', 'SIMULATED DATA: made by the venue simulator, not by a market\n'],
    ] as const) {
      await sql`
        insert into market_data.meta (key, value) values ('simulated', ${value}::text::jsonb)
        on conflict (key) do update set value = excluded.value`;
      expect(await ask('SELECT 1 AS one', '--csv')).toEqual({ code: 0, stdout: 'one\n1\n', stderr });
    }
    await sql`delete from market_data.meta where key = 'simulated'`;
  });
});

describe('writing is refused', () => {
  const rows = async (): Promise<number> => {
    const [row] = await database.connect({ max: 1 })`select count(*) as n from market_data.meta`;
    return row!.n;
  };

  it.each([
    "INSERT INTO market_data.meta VALUES ('a', '1')",
    'DELETE FROM market_data.meta',
    'CREATE TABLE x (y int)',
    "DO $$ BEGIN SET ROLE NONE; INSERT INTO market_data.meta VALUES ('a', '1'); END $$",
    "/* SELECT */ COPY (SELECT 1) TO PROGRAM 'true'",
    'RESET ROLE',
    'COMMIT',
  ])('before it is sent: %s', async (query) => {
    const before = await rows();
    const ran = await ask(query);
    expect([ran.code, ran.stdout]).toEqual([1, '']);
    expect(ran.stderr).toMatch(
      /^gordon-data: sql is read-only: .* not (INSERT|DELETE|CREATE|DO|COPY|RESET|COMMIT)\n$/,
    );
    expect(await rows()).toBe(before);
  });

  it('names what lists the tables to somebody who is used to psql', async () => {
    const ran = await ask('\\dt');
    expect([ran.code, ran.stderr]).toEqual([
      1,
      expect.stringMatching(/^gordon-data: \\dt is a command of psql/),
    ]);
    const listed = /SELECT table_name .*$/m.exec(ran.stderr)![0];
    expect((await ask(listed, '--csv')).stdout).toContain('\nspot_klines\n');
  });

  it.each([
    "WITH x AS (INSERT INTO market_data.meta VALUES ('a', '1') RETURNING 1) SELECT * FROM x",
    "EXPLAIN ANALYZE INSERT INTO market_data.meta VALUES ('a', '1')",
    'SELECT 1 AS one INTO market_data.x',
    "SELECT set_config('role', 'none', true), lo_create(0)",
  ])('by the transaction: %s', async (query) => {
    const before = await rows();
    const ran = await ask(query);
    expect([ran.code, ran.stdout]).toEqual([1, '']);
    expect(ran.stderr).toMatch(/^gordon-data: sql is read-only: .*read-only transaction/);
    expect(await rows()).toBe(before);
  });

  it('also to who tries to switch the transaction over', async () => {
    const ran = await ask("SELECT set_config('transaction_read_only', 'off', true), lo_create(0)");
    expect([ran.code, ran.stderr]).toEqual([
      1,
      'gordon-data: transaction read-write mode must be set before any query\n',
    ]);
  });

  it('by the login: what gordon_reader may not see is not seen here', async () => {
    const ran = await ask('SELECT rolpassword FROM pg_authid');
    expect([ran.code, ran.stderr]).toEqual([
      1,
      'gordon-data: permission denied for table pg_authid; the query runs as a login that only reads\n',
    ]);
  });

  it('behind another statement', async () => {
    for (const query of [
      "SELECT 1; INSERT INTO market_data.meta VALUES ('a', '1')",
      'SELECT 1; RESET ROLE; COMMIT',
    ]) {
      expect(await ask(query)).toEqual({
        code: 1,
        stdout: '',
        stderr: 'gordon-data: one statement at a time, please\n',
      });
    }
  });

  it('and the session has no other login to go back to', async () => {
    const ran = await ask(
      "SELECT current_user, session_user <> current_user AS other, current_setting('transaction_read_only') AS ro, current_setting('default_transaction_read_only') AS default_ro",
      '--csv',
    );
    expect(ran.stdout).toBe('current_user,other,ro,default_ro\ngordon_reader,f,on,on\n');
  });
});

describe('a login that may do more than read is refused before its query runs', () => {
  const made: string[] = [];
  afterAll(async () => {
    const admin = database.connect({ max: 1 });
    for (const name of made) {
      await admin.unsafe(
        `reassign owned by ${name} to current_user; drop owned by ${name}; drop role ${name}`,
      );
    }
  });

  /** The URL of a new login with some right. */
  async function loginThat(right: string): Promise<string> {
    const name = `sql_${randomUUID().slice(0, 8)}`;
    made.push(name);
    const admin = database.connect({ max: 1 });
    await admin.unsafe(`create role ${name} login password 'x'; grant gordon_reader to ${name}`);
    await admin.unsafe(right.replaceAll('$', name));
    return Object.assign(new URL(database.url), { username: name, password: 'x' }).href;
  }

  const one = (url: string) =>
    gordon(['sql', '--csv', 'SELECT 1 AS one'], { env: { GORDON_DATABASE_URL: url } });

  it.each([
    ['writes as a member of the writer', 'grant gordon_writer to $'],
    ['writes when it takes the role of the writer', 'alter role $ noinherit; grant gordon_writer to $'],
    ['changes one table', 'grant update on market_data.meta to $'],
    ['reads files of the server', 'grant pg_read_server_files to $'],
    ['makes roles', 'alter role $ createrole'],
    ['owns the schema', 'alter schema market_data owner to $'],
  ])('one that %s', async (_, right) => {
    const url = await loginThat(right);
    const ran = await one(url);
    expect([ran.code, ran.stdout]).toEqual([2, '']);
    expect(ran.stderr).toMatch(
      /^gordon-data: sql needs a login that only reads, and sql_\w+ may do more in .*: set GORDON_READER_URL/,
    );
    expect(ran.stderr).not.toContain('x@');
  });

  it('the superuser of the database, also where it is the only one that is known', async () => {
    expect((await one(database.url)).code).toBe(2);
    const host = { databaseUrl: database.url } as HostState;
    expect((await gordon(['sql', 'SELECT 1'], { host })).code).toBe(2);
  });

  it('and one that only reads is not, whatever its name', async () => {
    expect(await one(await loginThat('select 1'))).toEqual({ code: 0, stderr: '', stdout: 'one\n1\n' });
  });
});

describe('what goes wrong is one line', () => {
  it.each([
    ['SELECT * FROM nowhere', /^gordon-data: relation "nowhere" does not exist; tables are listed by: .*\n$/],
    ['SELECT 1 +', /^gordon-data: syntax error at end of input \(at character 11\)\n$/],
    ['SELECT 1/0', /^gordon-data: division by zero\n$/],
    [
      "SELECT 1/(open_time - open_time > interval '1')::int FROM spot_klines",
      /^gordon-data: division by zero\n$/,
    ],
    ['SELECT $1', /^gordon-data: .*\n$/],
    [
      "SELECT 'ä', max(time) FROM market_data.spot_klines",
      /^gordon-data: column "time" does not exist; time of spot_klines was renamed: write open_time\n$/,
    ],
    [
      'SELECT 1 FROM perp_klines k WHERE k."time" > now()',
      /^gordon-data: column k.time does not exist; time of perp_klines was renamed: write open_time\n$/,
    ],
    // Neither another column nor another table has a new name.
    ['SELECT tim FROM spot_klines', /^gordon-data: column "tim" does not exist \(at character 8\)( .*)?\n$/],
    [
      'SELECT time FROM price_klines',
      /^gordon-data: column "time" does not exist \(at character 8\)( .*)?\n$/,
    ],
  ])('%s', async (query, message) => {
    const ran = await ask(query);
    expect(ran.code).toBe(1);
    expect(ran.stderr).toMatch(message);
  });

  it('an empty query and a bad URL are bad input', async () => {
    expect(await ask(' ; ')).toEqual({
      code: 2,
      stdout: '',
      stderr: 'gordon-data: the query is empty: gordon-data sql "SELECT …"\n',
    });
    const bad = await gordon(['sql', 'SELECT 1'], { env: { GORDON_DATABASE_URL: 'localhost' } });
    expect([bad.code, bad.stderr]).toEqual([
      2,
      expect.stringMatching(/^gordon-data: GORDON_DATABASE_URL is not a URL/),
    ]);
    expect((await ask('SELECT 1', '--csv', '--json')).code).toBe(2);
  });

  it('no database', async () => {
    expect(await gordon(['sql', 'SELECT 1'])).toEqual({
      code: 1,
      stdout: '',
      stderr: 'gordon-data: no database: start one with `make dev-up`, or set GORDON_DATABASE_URL\n',
    });
    const env = { GORDON_DATABASE_URL: 'postgres://127.0.0.1:1/gone' };
    const ran = await gordon(['sql', 'SELECT 1'], { env });
    expect([ran.code, ran.stderr]).toEqual([
      1,
      expect.stringMatching(/^gordon-data: no database at 127\.0\.0\.1:1\/gone: .*ECONNREFUSED.*\n$/),
    ]);
  });
});

it('Ctrl-C ends the query on the server too', async () => {
  const terminal: FakeTerminal = fakeTerminal({ env: { GORDON_READER_URL: database.readerUrl } });
  const running = gordon(['sql', 'SELECT pg_sleep(60)'], { terminal });
  const sql = database.connect({ max: 1 });
  const sleepers = async (): Promise<number> => {
    const [row] = await sql`
      select count(*) as n from pg_stat_activity
      where query like 'SELECT pg_sleep%' and state = 'active' and datname = current_database()`;
    return row!.n;
  };
  while ((await sleepers()) === 0) await sql`select pg_sleep(0.02)`;
  expect(terminal.stop('SIGINT')).toBe(true);
  expect((await running).code).toBe(130);
  expect(await sleepers()).toBe(0);
});
