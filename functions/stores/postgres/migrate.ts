import { globSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import Postgrator from 'postgrator';
import { GordonError } from '../../core/errors/errors.ts';
import { refuseHalf } from '../backup/restoring.ts';
import { Session } from './connection.ts';
import { detectFlavour, type Flavour, refuseOld } from './flavour.ts';
import { databasePlace, type Runner, storeError } from './postgres.ts';
import { giveAggregates } from './roles/aggregates-owner.ts';
import { type Logins, prepareLogins } from './roles/logins.ts';
import { withoutReaders } from './roles/reader-watch.ts';
import { prepareRoles } from './roles/roles.ts';
import { openInformation } from './schema/information.ts';
import { materialise } from './schema/materialise.ts';
import { openSchema } from './schema/search-path.ts';

export interface Migrated {
  readonly flavour: Flavour;
  /** files that this run applied, such as `0002.do.ledger.sql` */
  readonly applied: readonly string[];
  readonly version: number;
}

export interface MigrateOptions {
  /** the folder of the migrations; the project's own `sql` by default */
  readonly folder?: string;
  /**
   * URLs of the logins that are made, or found: the refresher is to own the aggregates, where TimescaleDB keeps them. What has no login of its
   * own does it as the migrator.
   */
  readonly logins?: Logins;
  /** applies no migration with a higher number; the newest by default */
  readonly until?: number;
}

const OWN_FOLDER = fileURLToPath(new URL('../../../sql', import.meta.url));
const LOCK = 'gordon-data migrate';

/** Patterns of the migrations of one flavour, for postgrator and for programs that apply them to another engine. */
export const migrationPattern = (flavour: Flavour, folder = OWN_FOLDER): string =>
  `${folder}/{,${flavour}/}*.sql`;

/** The number of the newest migration, whatever the flavour. */
export const newestMigration = (folder = OWN_FOLDER): number =>
  Math.max(...globSync(`${folder}/{,*/}*.sql`).map((file) => Number.parseInt(basename(file), 10)));

/**
 * Brings a database to the newest schema. Harmless to repeat; concurrent runs wait for each other. Each migration and its
 * record are one transaction, so a failing one leaves the database at the version before it. Aggregates that a migration leaves
 * unmaterialised are materialised at the end; if that is interrupted, the next run completes it.
 * @throws GordonError `database-unreachable`, `database-too-old`, `database-newer`, `timescale-missing`,
 *   `timescale-licence`, `timescale-too-old`, `migration-changed`, `roles-missing`, `migration-failed`,
 *   `aggregates-login`, `restore-unfinished`
 */
export async function migrate(url: string, options: MigrateOptions = {}): Promise<Migrated> {
  const place = databasePlace(url);
  const session = new Session(url, { max: 1, application: LOCK });
  const lock = new Session(url, { max: 1, application: `${LOCK}: lock` });
  try {
    await refuseOld(session.sql, place);
    return await withoutReaders(url, LOCK, async () => {
      await takeLock(lock.sql);
      return migrateOn(session.sql, options, place);
    });
  } catch (error) {
    throw storeError(error, place);
  } finally {
    await Promise.all([session.close(), lock.close()]);
  }
}

/**
 * Waits for other migrators: the second one must see what the first one did. The lock belongs to a transaction and not to a session, which
 * may be a pooler's, and ends with its connection.
 */
async function takeLock(session: Runner): Promise<void> {
  await session.unsafe('begin; set local idle_in_transaction_session_timeout = 0').simple();
  await session`select pg_advisory_xact_lock(hashtextextended(${LOCK}, 0))`;
}

async function migrateOn(
  session: Runner,
  { folder = OWN_FOLDER, logins = {}, until = Number.POSITIVE_INFINITY }: MigrateOptions,
  place: string,
): Promise<Migrated> {
  await refuseHalf(session, place);
  const flavour = await detectFlavour(session, place);
  const postgrator = new Postgrator({
    driver: 'pg',
    database: '',
    schemaTable: 'market_data.schema_version',
    validateChecksums: false,
    migrationPattern: migrationPattern(flavour, folder),
    execQuery: async (query: string) => ({ rows: await session.unsafe(query).simple() }),
  });
  const at = await postgrator.getDatabaseVersion();
  const all = (await postgrator.getMigrations()).filter((migration) => migration.action === 'do');
  const before = at === 0 ? [] : await appliedTo(session);
  refuseChanged(before, all, at, place);
  await prepareRoles(session, place);
  // Not only those above the newest one: a user of the main branch meets lower numbers that were merged later.
  const has = new Set(before.map(({ version }) => version));
  const open = all
    .filter(({ version }) => !has.has(version) && version <= until)
    .sort((a, b) => a.version - b.version);
  for (const migration of open) await apply(session, postgrator, migration, place, migration === open[0]);
  await session`
    insert into market_data.meta (key, value) values ('flavour', ${session.json(flavour)})
    on conflict (key) do nothing`;
  await openSchema(session);
  if (flavour === 'postgres') await openInformation(session);
  await materialise(session, flavour);
  await prepareLogins(session, logins, place);
  if (logins.refresher && flavour === 'timescale') await giveAggregates(session, logins.refresher);
  const applied = open.map((migration) => basename(migration.filename));
  return { flavour, applied, version: Math.max(at, open.at(-1)?.version ?? 0) };
}

async function apply(
  session: Runner,
  postgrator: Postgrator,
  migration: Postgrator.Migration,
  place: string,
  isFirst: boolean,
): Promise<void> {
  await session.unsafe('begin');
  try {
    // It sees to its own table as well, but reads every file again for that.
    if (isFirst && (await postgrator.getDatabaseVersion()) < migration.version)
      await postgrator.migrate(String(migration.version));
    else await postgrator.runMigrations([migration]);
    await session.unsafe('commit');
  } catch (cause) {
    await session.unsafe('rollback');
    const mapped = storeError(cause, place);
    if (mapped.name === 'RetryableStoreError') throw mapped;
    throw new GordonError({
      code: 'migration-failed',
      subject: place,
      cause,
      message: `${basename(migration.filename)}: ${cause instanceof Error ? cause.message : String(cause)}.`,
      remedy:
        'The database is as it was before this file. ' +
        (mapped.code === 'database-forbidden' ? mapped.remedy : 'Fix the cause and migrate again.'),
    });
  }
}

/**
 * Checksums of files that were replaced by others with the same outcome, by version. Databases that applied the former file
 * have everything that the present one brings.
 */
const SUPERSEDED: Readonly<Record<number, readonly string[]>> = { 1: ['5fdc31c889353b7b99214926fa5ba5e2'] };

interface Applied {
  readonly version: number;
  readonly md5: string | null;
}

const appliedTo = async (session: Runner): Promise<Applied[]> =>
  session<{ version: string; md5: string | null }[]>`
    select version, md5 from market_data.schema_version where version > 0`.then((rows) =>
    rows.map(({ version, md5 }) => ({ version: Number(version), md5 })),
  );

/** The applied files must be the files that are here, or those that they replaced. */
function refuseChanged(
  applied: readonly Applied[],
  all: readonly Postgrator.Migration[],
  at: number,
  place: string,
): void {
  if (at > Math.max(...all.map((migration) => migration.version))) {
    throw new GordonError({
      code: 'database-newer',
      subject: place,
      message: `it is at version ${at} of the schema, which this version of the program does not know.`,
    });
  }
  const files = new Map(all.map((migration) => [migration.version, migration]));
  for (const { version, md5 } of applied) {
    const file = files.get(version);
    if (!file || !md5 || md5 === file.md5 || SUPERSEDED[version]?.includes(md5)) continue;
    throw new GordonError({
      code: 'migration-changed',
      subject: place,
      message: `${basename(file.filename)} was edited after it had been applied.`,
    });
  }
}
