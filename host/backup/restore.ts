import { GordonError } from '../../functions/core/errors/errors.ts';
import { loadTables } from '../../functions/stores/backup/load-tables.ts';
import { isRestoring, RESTORING } from '../../functions/stores/backup/restoring.ts';
import { hasRows, hasWarehouse } from '../../functions/stores/backup/saved-tables.ts';
import { migrate, newestMigration } from '../../functions/stores/postgres/migrate.ts';
import { connect, databasePlace, type Sql, storeError } from '../../functions/stores/postgres/postgres.ts';
import type { Logins } from '../../functions/stores/postgres/roles/logins.ts';
import type { WholeBackup } from './backup-folder.ts';

export interface RestoreOptions {
  /** of the login that is to own everything */
  readonly url: string;
  /** drops what is there, also rows */
  readonly force: boolean;
  /** URLs of the logins that are made, as for `migrate` */
  readonly logins?: Logins;
  onStep?(text: string): void;
}

/**
 * Fills a database from a backup. The schema is made as it was, the rows come in one transaction, then the migrations follow that came
 * since. From its beginning until its rows are there the database refuses to be used.
 * @throws GordonError `restore-not-empty`, `backup-unfit`, and as `migrate` and the stores do
 */
export async function restoreDatabase(backup: WholeBackup, options: RestoreOptions): Promise<void> {
  const { url, force, logins, onStep } = options;
  const place = databasePlace(url);
  refuseNewer(backup);
  const sql = connect(url, { max: 1, application: 'gordon-data restore' });
  try {
    await makeRoom(sql, place, force);
    await migrate(url, { until: backup.manifest.schema });
    await sql`insert into market_data.meta (key, value) values (${RESTORING}, ${sql.json(backup.manifest.made_at)})`;
    await loadTables(sql, backup.manifest, {
      read: (table) => backup.read(table),
      onTable: ({ name, rows }) => onStep?.(`${name}: ${rows.toLocaleString('en-US')} rows`),
    });
    onStep?.('the aggregates');
    await migrate(url, { ...(logins && { logins }) });
    await sql.unsafe('analyze');
  } catch (error) {
    throw storeError(error, place);
  } finally {
    await sql.end();
  }
}

/** What an earlier restore began is nobody's. */
async function makeRoom(sql: Sql, place: string, force: boolean): Promise<void> {
  if (!(await hasWarehouse(sql))) return;
  const half = await sql`select to_regclass('market_data.meta') is not null as made`;
  const isHalf = half[0]?.made === true && (await isRestoring(sql));
  if (!force && !isHalf && (await hasRows(sql))) {
    throw new GordonError({ code: 'restore-not-empty', subject: place, message: 'it has rows.' });
  }
  await sql`drop schema market_data cascade`;
}

/** Before anything is dropped. */
function refuseNewer({ folder, manifest }: WholeBackup): void {
  const known = newestMigration();
  if (manifest.schema <= known) return;
  throw new GordonError({
    code: 'backup-unfit',
    subject: folder,
    message: `it has version ${manifest.schema} of the schema, and this program knows ${known}.`,
  });
}
