import { fileURLToPath } from 'node:url';
import Postgrator from 'postgrator';
import { GordonError } from '../core/errors.ts';
import { placeOf, type Runner, storeError } from './postgres.ts';
import { Session } from './sessions.ts';

/** Which of the two folders of migrations goes with `sql/*.sql`. Decided once for each database. */
export type Flavour = 'postgres' | 'timescale';

export interface Migrated {
  readonly flavour: Flavour;
  /** files that this run applied, such as `0002.do.ledger.sql` */
  readonly applied: readonly string[];
  readonly version: number;
}

export interface MigrateOptions {
  /** where the migrations lie; the project's own `sql` unless told */
  readonly folder?: string;
}

const OWN_FOLDER = fileURLToPath(new URL('../../sql', import.meta.url));
const LOCK = 'gordon-data migrate';
/** Multiranges came with 14. */
const OLDEST = 140_000;

/**
 * Brings a database to the newest schema. Harmless to repeat; concurrent runs wait for each other. Each migration and its
 * record are one transaction, so a failing one leaves the database at the version before it.
 * @throws GordonError `database-unreachable`, `database-too-old`, `timescale-missing`, `migration-failed`, …
 */
export async function migrate(url: string, options: MigrateOptions = {}): Promise<Migrated> {
  // One connection for all of it: it holds the lock.
  const session = new Session(url, { max: 1, application: LOCK });
  try {
    return await migrateOn(session.sql, options.folder ?? OWN_FOLDER, placeOf(url));
  } catch (error) {
    throw storeError(error, placeOf(url));
  } finally {
    await session.close();
  }
}

/** Patterns of the migrations of one flavour, for postgrator and for whoever applies them to another engine. */
export const migrationPattern = (flavour: Flavour, folder = OWN_FOLDER): string =>
  `${folder}/{,${flavour}/}*.sql`;

async function migrateOn(session: Runner, folder: string, place: string): Promise<Migrated> {
  await refuseOld(session, place);
  // Must come first: of two migrators the second one must see what the first one did. The lock goes with the connection.
  await session`select pg_advisory_lock(hashtextextended(${LOCK}, 0))`;
  const flavour = await flavourOf(session, place);
  const applied = await applyAll(session, migrationPattern(flavour, folder), place);
  await session`
    insert into market_data.meta (key, value) values ('flavour', ${session.json(flavour)})
    on conflict (key) do nothing`;
  return { flavour, ...applied };
}

async function applyAll(
  session: Runner,
  pattern: string,
  place: string,
): Promise<Pick<Migrated, 'applied' | 'version'>> {
  const postgrator = new Postgrator({
    ...{ driver: 'pg', schemaTable: 'market_data.schema_version', migrationPattern: pattern, database: '' },
    execQuery: async (query: string) => ({ rows: await session.unsafe(query).simple() }),
  });
  const at = await postgrator.getDatabaseVersion();
  const all = await postgrator.getMigrations();
  const open = all.filter((m) => m.action === 'do' && m.version > at).sort((a, b) => a.version - b.version);
  for (const migration of open) {
    await session.unsafe('begin');
    try {
      await postgrator.migrate(String(migration.version));
      await session.unsafe('commit');
    } catch (cause) {
      await session.unsafe('rollback');
      throw failed(migration.filename, place, cause);
    }
  }
  // Also with nothing to do: the files that were applied must be the files that are here.
  if (open.length === 0) await postgrator.validateMigrations(at);
  return { applied: open.map((m) => baseName(m.filename)), version: open.at(-1)?.version ?? at };
}

async function refuseOld(sql: Runner, place: string): Promise<void> {
  const [row] = await sql<{ version: string; number: number }[]>`
    select current_setting('server_version') as version, current_setting('server_version_num')::int as number`;
  if (row && row.number >= OLDEST) return;
  throw new GordonError({
    name: 'PermanentError',
    code: 'database-too-old',
    subject: place,
    message: `this server is PostgreSQL ${row?.version}; the coverage ledger needs multiranges, which came with 14.`,
    remedy: 'Use PostgreSQL 14 or later.',
  });
}

/** A database keeps the flavour that it was made with; a new one gets Timescale where the server has it loaded. */
async function flavourOf(session: Runner, place: string): Promise<Flavour> {
  const [made] = await session<
    { made: boolean }[]
  >`select to_regclass('market_data.meta') is not null as made`;
  const [kept] = made?.made
    ? await session<{ value: Flavour }[]>`select value from market_data.meta where key = 'flavour'`
    : [];
  const [has] = await session<{ created: boolean; loaded: boolean }[]>`
    select exists (select from pg_extension where extname = 'timescaledb') as created,
      current_setting('shared_preload_libraries') like '%timescaledb%'
        and exists (select from pg_available_extensions where name = 'timescaledb') as loaded`;
  if (kept?.value === 'postgres') return 'postgres';
  if (has?.created) return 'timescale';
  if (kept?.value === 'timescale') throw lost(place);
  if (!has?.loaded) return 'postgres';
  await session`create extension if not exists timescaledb`;
  return 'timescale';
}

const lost = (place: string): GordonError =>
  new GordonError({
    name: 'PermanentError',
    code: 'timescale-missing',
    subject: place,
    message: 'this database was made with TimescaleDB, and the extension is gone.',
    remedy: 'Restore it with the extension: see the runbook, "Restoring the database".',
  });

function failed(file: string, place: string, cause: unknown): GordonError {
  const mapped = storeError(cause, place);
  if (mapped.name === 'RetryableStoreError') return mapped;
  return new GordonError({
    name: 'PermanentError',
    code: 'migration-failed',
    subject: place,
    message: `${baseName(file)}: ${cause instanceof Error ? cause.message : String(cause)}`,
    remedy: 'The database is as it was before this file. Mend the cause and migrate again.',
    cause,
  });
}

const baseName = (file: string): string => file.slice(file.lastIndexOf('/') + 1);
