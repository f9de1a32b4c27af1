import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import Postgrator from 'postgrator';
import { GordonError } from '../core/errors.ts';
import { Session } from './connection.ts';
import { type Flavour, flavourOf, refuseOld } from './flavour.ts';
import { materialise } from './materialise.ts';
import { placeOf, type Runner, storeError } from './postgres.ts';
import { openSchema } from './search-path.ts';
import { refuseUnfit } from './timescale.ts';

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

/** Patterns of the migrations of one flavour, for postgrator and for whoever applies them to another engine. */
export const migrationPattern = (flavour: Flavour, folder = OWN_FOLDER): string =>
  `${folder}/{,${flavour}/}*.sql`;

/**
 * Brings a database to the newest schema. Harmless to repeat; concurrent runs wait for each other. Each migration and its
 * record are one transaction, so a failing one leaves the database at the version before it. What a migration leaves to be
 * materialised is done at the end; a run that was cut short there is completed by the next one.
 * @throws GordonError `database-unreachable`, `database-too-old`, `database-newer`, `timescale-missing`,
 *   `timescale-licence`, `timescale-too-old`, `migration-changed`, `migration-failed`
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

async function migrateOn(session: Runner, folder: string, place: string): Promise<Migrated> {
  await refuseOld(session, place);
  // Must come first: of two migrators the second one must see what the first one did. The lock goes with the connection.
  await session`select pg_advisory_lock(hashtextextended(${LOCK}, 0))`;
  const flavour = await flavourOf(session, place);
  if (flavour === 'timescale') await refuseUnfit(session, place);
  const postgrator = new Postgrator({
    ...{ driver: 'pg', database: '', schemaTable: 'market_data.schema_version', validateChecksums: false },
    migrationPattern: migrationPattern(flavour, folder),
    execQuery: async (query: string) => ({ rows: await session.unsafe(query).simple() }),
  });
  const at = await postgrator.getDatabaseVersion();
  const all = (await postgrator.getMigrations()).filter((migration) => migration.action === 'do');
  await refuseChanged(postgrator, all, at, place);
  const open = all.filter((migration) => migration.version > at).sort((a, b) => a.version - b.version);
  for (const migration of open) await apply(session, postgrator, migration, place);
  await session`
    insert into market_data.meta (key, value) values ('flavour', ${session.json(flavour)})
    on conflict (key) do nothing`;
  await openSchema(session);
  await materialise(session, flavour);
  const applied = open.map((migration) => basename(migration.filename));
  return { flavour, applied, version: open.at(-1)?.version ?? at };
}

async function apply(
  session: Runner,
  postgrator: Postgrator,
  migration: Postgrator.Migration,
  place: string,
): Promise<void> {
  await session.unsafe('begin');
  try {
    await postgrator.migrate(String(migration.version));
    await session.unsafe('commit');
  } catch (cause) {
    await session.unsafe('rollback');
    const mapped = storeError(cause, place);
    if (mapped.name === 'RetryableStoreError') throw mapped;
    throw new GordonError({
      ...{ name: 'PermanentError', code: 'migration-failed', subject: place, cause },
      message: `${basename(migration.filename)}: ${cause instanceof Error ? cause.message : String(cause)}.`,
      remedy: 'The database is as it was before this file. Mend the cause and migrate again.',
    });
  }
}

/** The files that were applied must be the files that are here. */
async function refuseChanged(
  postgrator: Postgrator,
  all: readonly Postgrator.Migration[],
  at: number,
  place: string,
): Promise<void> {
  if (at > Math.max(...all.map((migration) => migration.version))) {
    throw new GordonError({
      ...{ name: 'PermanentError', code: 'database-newer', subject: place },
      message: `it is at version ${at} of the schema, which this version of the program does not know.`,
      remedy: 'Update the program.',
    });
  }
  try {
    await postgrator.validateMigrations(at);
  } catch (cause) {
    // postgrator has no code for it; whatever the server said is no verdict about the files.
    if (!(cause instanceof Error && cause.message.startsWith('MD5 checksum failed'))) throw cause;
    throw new GordonError({
      ...{ name: 'PermanentError', code: 'migration-changed', subject: place, cause },
      message: `a migration was edited after it had been applied (${cause.message}).`,
      remedy: 'Restore the file as it was, and put the change into a new one.',
    });
  }
}
