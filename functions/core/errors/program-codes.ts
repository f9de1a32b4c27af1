import { type ErrorKind, ours } from './error-kinds.ts';

const OF_THE_SOURCE = 'This is a fault of the source: its parser must refuse such a value.';

/** Failures of the database, of the job table, of a deployment's settings, and of the program itself. */
export const PROGRAM_ERRORS = {
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
} as const satisfies Readonly<Record<string, ErrorKind>>;
