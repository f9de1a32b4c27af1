import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { apiAt } from '../../../cli/api/client.ts';
import { databaseHealth } from '../../../cli/doctor/database.ts';
import { diagnosisLines } from '../../../cli/doctor/diagnosis.ts';
import { apiHealth, hostAndPorts } from '../../../cli/doctor/host.ts';
import { informationDiagnoses, informationHealth } from '../../../cli/doctor/information.ts';
import {
  diskDiagnosis,
  diskSpace,
  nodeVersion,
  packages,
  postgresBinaries,
} from '../../../cli/doctor/machine.ts';
import { probesDiagnoses } from '../../../cli/doctor/probes.ts';
import { sampleRequests, venueHealth } from '../../../cli/doctor/venues.ts';
import { sources } from '../../../functions/sources/index.ts';
import { OURS } from '../../../functions/stores/postgres/schema/information.ts';
import type { HostState } from '../../../host/state-file.ts';
import { createTestDatabase } from '../../helpers/database.ts';
import { type Answer, fakeApi } from '../support/fake-api.ts';
import { gordon } from '../support/run.ts';
import { HEALTH } from '../support/samples.ts';

const host: HostState = {
  pid: 4711,
  mode: 'live',
  ports: { jobs: 8081, candles: 3000 },
  startedAt: '2025-11-21T09:30:00Z',
  databaseUrl: 'postgres://127.0.0.1:1/x',
  readerUrl: 'postgres://127.0.0.1:1/x',
  logFile: '/tmp/live.log',
};

it('a line has a mark, and below it what to do', () => {
  const paint = (style: string, text: string): string => `<${style}>${text}</>`;
  expect(diagnosisLines({ mark: 'ok', what: 'fine' }, paint)).toEqual(['<green>✓</> fine']);
  expect(diagnosisLines({ mark: 'note', what: 'so so' }, paint)).toEqual(['<yellow>!</> so so']);
  expect(diagnosisLines({ mark: 'broken', what: 'bad', remedy: 'Mend it.' }, paint)).toEqual([
    '<red>✗</> bad',
    '    Mend it.',
  ]);
});

describe('the machine', () => {
  it('needs a Node that runs TypeScript', () => {
    expect(nodeVersion('v24.1.0')).toEqual({ mark: 'ok', what: 'Node 24.1.0' });
    expect(nodeVersion('v20.20.2')).toMatchObject({ mark: 'broken', what: 'Node 20.20.2 is too old' });
    expect(nodeVersion().mark).toBe('ok');
  });

  it('needs the packages as they are pinned', () => {
    expect(packages()).toEqual({
      mark: 'ok',
      what: expect.stringMatching(/^\d+ packages installed as pinned$/),
    });
    const root = mkdtempSync(join(tmpdir(), 'gordon-packages-'));
    onTestFinished(() => rmSync(root, { recursive: true }));
    const has = (name: string, version: string): void => {
      mkdirSync(join(root, 'node_modules', name), { recursive: true });
      writeFileSync(join(root, 'node_modules', name, 'package.json'), JSON.stringify({ version }));
    };
    const pins = { dependencies: { a: '1.0.0', '@b/c': '2.0.0' }, devDependencies: { d: '3.0.0' } };
    writeFileSync(join(root, 'package.json'), JSON.stringify(pins));
    has('a', '1.0.0');
    has('@b/c', '2.0.1');
    has('d', '3.0.1');
    expect(packages(root)).toEqual({
      mark: 'broken',
      what: 'not installed as pinned: @b/c, d',
      remedy: 'Run `npm install`.',
    });
    has('@b/c', '2.0.0');
    expect(packages(root)).toMatchObject({ what: 'not installed as pinned: d' });
    // `make demo` leaves out what only development needs.
    rmSync(join(root, 'node_modules', 'd'), { recursive: true });
    expect(packages(root)).toMatchObject({ mark: 'ok', what: '2 packages installed as pinned' });
  });

  it('runs the PostgreSQL that npm brought', async () => {
    const what = expect.stringMatching(/^embedded database: postgres \(PostgreSQL\) \d+/);
    expect(await postgresBinaries({})).toEqual({ mark: 'ok', what });
  });

  it('has room on its disk', async () => {
    expect(diskDiagnosis(2.04)).toEqual({ mark: 'ok', what: 'disk: 2.0 GiB free' });
    expect(diskDiagnosis(1.96)).toMatchObject({ mark: 'broken', what: 'disk: 2.0 GiB free' });
    expect((await diskSpace(tmpdir())).what).toMatch(/^disk: [\d.]+ GiB free$/);
  });
});

describe('the host', () => {
  it('is named when it runs, whatever holds the ports', async () => {
    expect(await hostAndPorts(host, [1])).toEqual([
      { mark: 'ok', what: 'the host runs: live, process 4711, since 2025-11-21 09:30 UTC' },
    ]);
  });

  it('needs its ports when it does not', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const taken = await hostAndPorts(undefined, [port]);
    other.close();
    await once(other, 'close');
    const free = await hostAndPorts(undefined, [port]);
    expect(taken.map(({ mark, what }) => `${mark}: ${what}`)).toEqual([
      'note: the host does not run',
      `broken: port ${port} is taken by ${PROGRAM} (process ${process.pid})`,
    ]);
    expect(free[1]).toEqual({ mark: 'ok', what: `port ${port} is free` });
  });
});

/** As the kernel names this process: it may be a worker of the test runner. */
const PROGRAM = readFileSync('/proc/self/comm', 'utf8').trim();

describe('the API', () => {
  const health = async (answer: Answer) => {
    await using api = await fakeApi({ 'GET /healthz': answer });
    return (await apiHealth(apiAt({ url: api.url }))).map(({ mark, what }) => [
      mark,
      what.replace(api.url, 'URL'),
    ]);
  };

  it('is healthy', async () => {
    const body = { ...HEALTH, simulated: true };
    expect(await health({ body })).toEqual([['ok', 'jobs API at URL: healthy, simulated data']]);
  });

  it('reports what it cannot reach', async () => {
    const checks = { database: { ok: false, detail: 'ECONNREFUSED' }, job_table: { ok: false } };
    const body = { status: 'unavailable', checks, simulated: false };
    expect(await health({ status: 503, body })).toEqual([
      ['broken', 'jobs API at URL: database: ECONNREFUSED'],
      ['broken', 'jobs API at URL: job table: does not answer'],
    ]);
  });

  it('notes a wrong clock beside what works', async () => {
    const detail = 'our clock is 412 s ahead of that of deribit';
    const body = { ...HEALTH, checks: { ...HEALTH.checks, clock: { ok: false, detail } } };
    expect(await health({ body })).toEqual([
      ['ok', 'jobs API at URL: healthy'],
      ['note', `the clock: ${detail}`],
    ]);
  });

  it('is not there', async () => {
    const api = await fakeApi({});
    await api.close();
    expect(await apiHealth(apiAt({ url: api.url }))).toEqual([
      {
        mark: 'broken',
        what: `no gordon-data at ${api.url}: start it with \`make dev-up\``,
        remedy: 'See `gordon-data status` and the log that it names.',
      },
    ]);
  });
});

describe('the database', () => {
  it('has the newest schema', async () => {
    await using database = await createTestDatabase();
    const { mark, what } = await databaseHealth(database.url);
    expect([mark, what]).toEqual(['ok', expect.stringMatching(/: PostgreSQL \d+.*, postgres, schema \d+$/)]);
  });

  it('has an old one', async () => {
    await using database = await createTestDatabase();
    await database.connect({ max: 1 })`delete from market_data.schema_version where version > 1`;
    const { mark, what } = await databaseHealth(database.url);
    expect([mark, what]).toEqual(['broken', expect.stringMatching(/: schema 1, the newest is \d+$/)]);
  });

  it('lacks one that was merged after a higher number', async () => {
    await using database = await createTestDatabase();
    await database.connect({ max: 1 })`delete from market_data.schema_version where version = 226`;
    const { mark, what, remedy } = await databaseHealth(database.url);
    expect([mark, what, remedy]).toEqual([
      'broken',
      expect.stringMatching(/: schema \d+ without 226$/),
      'Run `gordon-data migrate`.',
    ]);
  });

  it('has none', async () => {
    await using database = await createTestDatabase('empty');
    const { mark, what } = await databaseHealth(database.url);
    expect([mark, what]).toEqual(['broken', expect.stringMatching(/market_data/)]);
  });

  it('is not there', async () => {
    const { mark, what } = await databaseHealth('postgres://user:secret@127.0.0.1:1/gone');
    expect([mark, what]).toEqual(['broken', expect.stringMatching(/no database at 127\.0\.0\.1:1\/gone/)]);
    expect(what).not.toContain('secret');
  });
});

describe('the views of the refreshes', () => {
  it('are no news where all is as it should be', async () => {
    await using database = await createTestDatabase();
    expect(await informationHealth(database.url)).toEqual([]);
    expect(await informationHealth('postgres://user:secret@127.0.0.1:1/gone')).toEqual([]);
  });

  it('are missing, or stand in the way of the extension', async () => {
    await using database = await createTestDatabase();
    const admin = database.connect({ max: 1 });
    await admin`drop schema timescaledb_information cascade`;
    expect(await informationHealth(database.url)).toMatchObject([
      { mark: 'note', what: expect.stringContaining('missing'), remedy: expect.stringContaining('migrate') },
    ]);
    await admin`create schema timescaledb_information`;
    expect(await informationHealth(database.url)).toMatchObject([
      { mark: 'note', what: expect.stringContaining('not a schema of gordon-data') },
    ]);
    const ours = ['timescaledb_information', `${OURS} Edition 0.`] as const;
    expect(informationDiagnoses(['postgres', null, '2.28.3', ...ours])).toEqual([
      {
        mark: 'note',
        what:
          'TimescaleDB 2.28.3 is there and not used; CREATE EXTENSION timescaledb would fail with 42P06, ' +
          'schema "timescaledb_information" already exists',
        remedy: expect.stringContaining('`DROP SCHEMA timescaledb_information CASCADE`'),
      },
    ]);
    expect(informationDiagnoses(['postgres', null, null, ...ours])).toEqual([]);
    expect(informationDiagnoses(['timescale', '2.28.3', '2.28.3', ours[0], null])).toEqual([]);
  });
});

describe('the venues', () => {
  const spot = sampleRequests(sources).find(({ host }) => host.url === 'https://api.binance.com');
  const answered = async (answer: Answer, matters = true) => {
    const route = `GET ${spot!.path}`;
    await using api = await fakeApi({ [route]: answer });
    const diagnosis = await venueHealth(spot!, { [spot!.host.env]: api.url }, matters);
    return { ...diagnosis, what: diagnosis.what.replace(new URL(api.url).host, 'HOST') };
  };

  it('are requested once for each of their hosts, with the requests of the sources', () => {
    expect(sampleRequests(sources).map(({ host, path }) => host.url + path)).toEqual(
      expect.arrayContaining([
        'https://api.binance.com/api/v3/klines',
        'https://fapi.binance.com/fapi/v1/klines',
        expect.stringMatching(/^https:\/\/data\.binance\.vision\/.*\.CHECKSUM$/),
      ]),
    );
    const hosts = sampleRequests(sources).map(({ host }) => host.env);
    expect(new Set(hosts).size).toBe(hosts.length);
  });

  it('answer', async () => {
    expect(await answered({ body: [] })).toEqual({
      mark: 'ok',
      what: expect.stringMatching(/^binance at HOST: answers in \d+ ms$/),
    });
  });

  it('refuse the region', async () => {
    const body = { code: 0, msg: 'Service unavailable from a restricted location' };
    const { mark, what, remedy } = await answered({ status: 451, body });
    expect([mark, what, typeof remedy]).toEqual([
      'broken',
      expect.stringMatching(/^binance at HOST: /),
      'string',
    ]);
  });

  it('have had enough of this address', async () => {
    const headers = { 'retry-after': '120' };
    const { mark, remedy } = await answered({ status: 418, body: { code: -1003, msg: 'banned' }, headers });
    expect([mark, remedy]).toEqual(['broken', 'Wait 120 s: this address has sent too many requests.']);
  });

  it('cannot be reached, which matters only to who needs them', async () => {
    const api = await fakeApi({});
    await api.close();
    const gone = { [spot!.host.env]: api.url };
    expect(await venueHealth(spot!, gone, true)).toMatchObject({
      mark: 'broken',
      what: expect.stringMatching(/^binance at 127\.0\.0\.1:\d+: fetch failed: .*ECONNREFUSED/),
    });
    expect((await venueHealth(spot!, gone, false)).mark).toBe('note');
  });

  it('have a host that is named wrongly', async () => {
    expect(await venueHealth(spot!, { [spot!.host.env]: 'nowhere' }, false)).toMatchObject({
      mark: 'broken',
    });
  });
});

it('the adapters are as good as they were seen to be', () => {
  expect(
    probesDiagnoses(
      [
        ['klines_spot', '15', '0', '2026-11-20'],
        ['klines_perp', '4', '0', '2026-11-21'],
        ['gex_deribit', '4', '1', '2026-11-27'],
      ],
      new Map([
        ['klines_spot', 15],
        ['klines_perp', 11],
        ['gex_deribit', 4],
      ]),
    ),
  ).toEqual([
    { mark: 'ok', what: '1 of 3 adapters were seen to hold at their venues, last on 2026-11-27' },
    {
      mark: 'note',
      what: 'gex_deribit: 1 check differed from the venue on 2026-11-27',
      remedy: 'See market_data.probes; run `gordon-data probe` again and report what it prints.',
    },
  ]);
});

describe('doctor', () => {
  it('succeeds when all that matters is well', async () => {
    await using api = await fakeApi({});
    await using database = await createTestDatabase();
    const env = { GORDON_DATABASE_URL: database.url };
    const ran = await gordon(['doctor', '--offline'], { api: api.url, env });
    const lines = ran.stdout.trimEnd().split('\n');
    expect(lines.map((line) => line[0])).toEqual(['✓', '✓', '✓', '✓', '✓', '✓', '!', ' ', '!']);
    expect(lines[6]).toBe('! no adapter was compared with its live venue yet');
    expect([ran.code, ran.stderr]).toEqual([0, '']);
  });

  it('fits a narrow terminal, with each command in one piece', async () => {
    const env = { NO_COLOR: '1', GORDON_JOBS_PORT: '0', GORDON_CANDLES_PORT: '0' };
    const narrow = { env, tty: { out: true }, columns: 60, hint: (text: string) => text };
    const wide = await gordon(['doctor', '--offline'], { ...narrow, columns: 1_000 });
    expect(wide.stdout.split('\n').some((line) => line.length > 60)).toBe(true);
    const { stdout } = await gordon(['doctor', '--offline'], narrow);
    // A path has no place to be broken.
    const over = stdout.split('\n').filter((line) => line.length > 60 && / .* /.test(line.trim()));
    expect(over).toEqual([]);
    const words = (text: string) => text.split(/\s+/);
    expect(words(stdout)).toEqual(words(wide.stdout));
    for (const [command] of wide.stdout.matchAll(/`[^`]+`/g)) expect(stdout).toContain(command);
  });

  it('fails when something does not work', async () => {
    const api = await fakeApi({});
    await api.close();
    const ran = await gordon(['doctor', '--offline'], { api: api.url, host });
    expect(ran.code).toBe(1);
    expect(ran.stdout).toContain(`✗ no gordon-data at ${api.url}`);
    expect(ran.stdout).toContain('✗ database 127.0.0.1:1/x: no database at 127.0.0.1:1/x');
  });
});
