import { describe, expect, it } from 'vitest';
import { hostLines } from '../../cli/commands/machine/host.ts';
import { stages, wordOf } from '../../cli/seed/stages.ts';
import { sources } from '../../functions/sources/index.ts';
import { gordon } from './support/run.ts';

describe('help', () => {
  it('of the program', async () => {
    const ran = await gordon(['--help']);
    expect([ran.code, ran.stderr]).toEqual([0, '']);
    expect(ran.stdout).toBe(`Usage: gordon-data [options] [command]

Keeps a crypto market-data warehouse complete.

Options:
  -V, --version             output the version number
  -h, --help                display help for command

This machine:
  up [options]              start gordon-data on this machine
  down                      stop what "up" started; the data are kept
  status [options]          whether gordon-data runs on this machine, and where
  logs [options]            what the host of this machine has logged
  open [options] [page]     open the console of this machine in the browser
  doctor [options]          check everything that has to work, and say what to do

Fill and read:
  backfill                  fill the warehouse, and see how full it is
  seed [options]            fill the warehouse family by family, and report
  sql [options] <query>     put a question to the warehouse; it can only read
  data [options] <table>    all rows of a range of one table, as a file: Parquet, Arrow, CSV or NDJSON
  universe [options]        every symbol that was listed at an instant, those that ended since among them
  mcp [options]             the warehouse as tools for a language model: the Model Context Protocol on stdio

Prove and publish:
  verify [options]          load everything once more, compare each stored row with it, and certify
  probe [options]           compare the live venues with what the adapters take for granted, and report
  export [options] [list]   write tables as files, a month of a series in each, with a signed manifest
  keys                      your keys, with which exports are signed
  fleet                     several warehouses, each with a database of its own: one report over all

Operate:
  retention                 what is not kept of a source: it is not fetched, and the report says "retired"
  sizes [options]           rows and bytes of each table, and bytes a row
  convert-labels [options]  give rows of archive files the times that another shift of their labels stands for
  migrate [options]         bring the database to the newest schema; up does it by itself
  roles [options]           print the SQL that makes the logins of the warehouse, or run it
  backup <dir>              save the database and the jobs into a folder, while they work
  restore [options] <dir>   fill an empty database from a backup whose files match their hashes
  upgrade [options]         move the data of an older PostgreSQL into the installed one
  service                   gordon-data as a service of systemd, in a sandbox
  console [options]         the web console of a deployed API; requests are signed with your AWS credentials
  completion <shell>        print what makes your shell complete these commands
  help [command]            display help for command

Examples:
  gordon-data up --demo                                    start on this machine, with simulated venues
  gordon-data backfill klines trigger --symbols BTCUSDT --wait
  gordon-data backfill report                              what is there, and what is missing
  gordon-data sql "SELECT count(*) FROM spot_klines"
  gordon-data doctor                                       when something does not work

Environment:
  GORDON_API_URL        the jobs API; default: the host of this machine, http://127.0.0.1:8081
  GORDON_API_TOKEN      sent as a bearer token, for a deployed API
  GORDON_API_KEY        sent as a key of the usage plan, for an API deployed with it
  GORDON_API_AUTH       iam: requests are signed with your AWS credentials, as they are at an
                        address of API Gateway unless a token or key is set; none: they are not
  GORDON_DATABASE_URL   the database, as the login that owns it; default: that of the host of this machine
  GORDON_READER_URL     the same as a login that only reads, which "sql" needs: gordon-data roles
  GORDON_DATABASE_INSECURE=1   accept a database server that cannot be verified (docs/SECURITY.md)
  GORDON_DATABASE       docker or embedded: where "up" keeps its data; it chooses and says why
  GORDON_JOBS_PORT      where "up" serves the jobs API and the console; default: 8081
  GORDON_CANDLES_PORT   where it serves the candles API; default: 3000
  GORDON_PG_PORT        where its database listens; default: 54329, and 5432 in Docker
  GORDON_DIR            the folder of its data, log and state; default: .gordon in the clone
  NO_COLOR              no colours
`);
  });

  it('of backfill names the families that there are, and not the single sources', async () => {
    const { stdout } = await gordon(['backfill', '--help']);
    const commands = [...stdout.matchAll(/^ {2}(\w+) /gm)].map(([, word]) => word);
    const families = new Set(Object.values(sources).map(({ family }) => family));
    expect(commands).toEqual([
      ...families,
      'report',
      'audit',
      'jobs',
      'job',
      'series',
      'unfollow',
      'cancel',
      'help',
    ]);
    expect(commands).toContain('klines');
  });

  it('of a trigger', async () => {
    const { stdout } = await gordon(['backfill', 'klines', 'trigger', '--help']);
    expect(stdout).toBe(`Usage: gordon-data backfill klines trigger [options]

start a job that fetches whatever is missing of a range

Options:
  --symbol, --symbols <list>  as the venue writes them, commas between, or @usdt-perps:50 for the 50 most
                              traded, @usdt-perps@2022-01-01:50 for those of a past day; default: those of the
                              source
  --from <time>               first instant; default: a year ago
  --to <time>                 end of the range (exclusive); default: now
  --timeframe <step>          grid, such as 1m, 1h, 1d; default: that of the source
  --wait                      show progress until the job has ended
  --with-candles              first load the daily candles by which a selector with a date ranks symbols
  --json                      print the job as one JSON document
  --idempotency-key <key>     the same key with the same order gives the same job
  -h, --help                  display help for command

Times are UTC: a day (2025-01-31), a month (2025-01), an instant with its zone (2025-01-31T12:00:00Z), yesterday, or -30d.
Without --from and --to it also fills what was requested earlier and is still missing.

Examples:
  gordon-data backfill klines trigger --wait
  gordon-data backfill klines trigger --symbols BTCUSDT,ETHUSDT --from 2025-01-01 --to 2025-02-01 --wait

Exit codes: 0 succeeded; 1 failed, cancelled or with gaps; 2 invalid order; 130 interrupted
`);
  });

  it.each(['', 'backfill', 'backfill klines'])(
    'is shown on stderr for "%s", which is not a command',
    async (line) => {
      const ran = await gordon(line.split(' ').filter(Boolean));
      expect([ran.code, ran.stdout]).toEqual([2, '']);
      expect(ran.stderr).toMatch(/^Usage: gordon-data/);
    },
  );

  it('knows its version', async () => {
    expect(await gordon(['--version'])).toEqual({
      code: 0,
      stderr: '',
      stdout: expect.stringMatching(/^\d+\.\d+\.\d+/),
    });
  });
});

describe('a usage error is one line and ends with 2', () => {
  it.each([
    ['backfil', "unknown command 'backfil' (Did you mean backfill?)"],
    ['backfill reprot', "unknown command 'reprot' (Did you mean report?)"],
    ['backfill klines triger', "unknown command 'triger' (Did you mean trigger?)"],
    ['backfill klines trigger --form 2025-01-01', "unknown option '--form' (Did you mean --from?)"],
    ['backfill klines trigger now', "too many arguments for 'trigger'. Expected 0 arguments but got 1."],
    ['backfill job', "missing required argument 'id'"],
    ['sql', "missing required argument 'query'"],
    [
      'backfill klines trigger --from 2025-02-30',
      "option '--from <time>' argument '2025-02-30' is invalid. Write a day (2025-01-31), a month (2025-01), an instant with its zone (2025-01-31T12:00:00Z), yesterday, or -30d.",
    ],
    [
      'backfill klines trigger --symbols A,,B',
      "option '--symbol, --symbols <list>' argument 'A,,B' is invalid. Write symbols with commas between them: BTCUSDT,ETHUSDT.",
    ],
    [
      'backfill klines trigger --timeframe 7m',
      "option '--timeframe <step>' argument '7m' is invalid. Use one of: 1s, 1m, 3m, 5m, 15m, 30m, 1h, 2h, 4h, 6h, 8h, 12h, 1d.",
    ],
    [
      'backfill jobs --status done',
      "option '--status <list>' argument 'done' is invalid. Use some of: queued,running,succeeded,completed_with_gaps,failed,cancelled.",
    ],
    [
      'backfill jobs --limit 0',
      "option '--limit <n>' argument '0' is invalid. Write a whole number from 1 on.",
    ],
    ['up --frozen', '--frozen goes with --demo: live data are kept current'],
    [
      'seed --skip klines,foo',
      `option '--skip <list>' argument 'klines,foo' is invalid. Use some of: ${stages.map(wordOf).join()}.`,
    ],
  ])('%s', async (line, message) => {
    const ran = await gordon(line.split(' '), { env: { GORDON_API_URL: 'http://127.0.0.1:1' } });
    expect(ran).toEqual({ code: 2, stdout: '', stderr: `gordon-data: ${message}\n` });
  });

  it('also for the address of the API', async () => {
    const ran = await gordon(['backfill', 'report'], { env: { GORDON_API_URL: 'localhost:8081' } });
    expect(ran).toEqual({
      code: 2,
      stdout: '',
      stderr:
        'gordon-data: GORDON_API_URL is "localhost:8081", which is not a URL: write it as http://127.0.0.1:8081\n',
    });
  });
});

it('shows an external database without its password, and how to get a read-only login', () => {
  const state = {
    pid: 4711,
    mode: 'live' as const,
    ports: { jobs: 8081, candles: 3000 },
    logFile: '',
    databaseUrl: 'postgres://owner:secret@db.example:5432/gordon',
    startedAt: '2025-11-21T09:30:00Z',
  };
  const text = hostLines(state).join('\n');
  expect(text).toContain('  database:    db.example:5432/gordon (named by GORDON_DATABASE_URL');
  expect(text).toContain("ALTER ROLE gordon_reader LOGIN PASSWORD '…'");
  expect(text).not.toMatch(/secret|owner:|reads only\)/);
});

it('shows where the host serves', () => {
  const state = {
    pid: 4711,
    mode: 'demo' as const,
    ports: { jobs: 8081, candles: 3000 },
    logFile: '/x/demo.log',
    databaseUrl: 'postgres://writer@h/d',
    readerUrl: 'postgres://reader@h/d',
    startedAt: '2025-11-21T09:30:00Z',
  };
  expect(hostLines(state)).toEqual([
    '  venues:      simulated',
    '  console:     http://127.0.0.1:8081/',
    '  jobs API:    http://127.0.0.1:8081',
    '  candles API: http://127.0.0.1:3000',
    '  database:    postgres://reader@h/d (reads only)',
    '  SQLAlchemy:  postgresql+psycopg://reader@h/d (the same)',
    '  since:       2025-11-21 09:30 UTC, process 4711',
    '  log:         /x/demo.log',
  ]);
});
