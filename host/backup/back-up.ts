import { existsSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { saveTables } from '../../functions/stores/backup/save-tables.ts';
import { connect, databasePlace, storeError } from '../../functions/stores/postgres/postgres.ts';
import { makeBackup } from './backup-folder.ts';
import { BACKUP_FORMAT, type BackupManifest } from './manifest.ts';

export interface BackUpOptions {
  /** of the owner, who may read every table */
  readonly url: string;
  readonly folder: string;
  /** the file of the job table; absent, or not there: the jobs lie elsewhere */
  readonly jobFile?: string | undefined;
  /** the program and its version */
  readonly madeBy: string;
  /** before each table, with its rows */
  onTable?(name: string, rows: number): void;
}

/**
 * Saves a warehouse, while it works: all tables as they are at one instant, and the jobs as they were a moment before. A job that
 * goes on after a restore thus finds what it had written, and never a mark of rows that are not there.
 * @throws GordonError as `makeBackup` and the stores do
 */
export function backUp({ url, folder, jobFile, madeBy, onTable }: BackUpOptions): Promise<BackupManifest> {
  return makeBackup(folder, async (half) => {
    const jobs =
      jobFile !== undefined && existsSync(jobFile)
        ? await half.keepFile('jobs.db', (path) => copyJobs(jobFile, path))
        : null;
    const sql = connect(url, { max: 1, application: 'gordon-data backup' });
    try {
      const saved = await saveTables(sql, {
        keep: (name, pieces) => half.keepTable(name, pieces),
        ...(onTable && { onTable }),
      });
      const manifest = { format: BACKUP_FORMAT, made_by: madeBy, ...saved, jobs } as const;
      await half.finish(manifest);
      return manifest;
    } catch (error) {
      throw isOfDisk(error) ? error : storeError(error, databasePlace(url));
    } finally {
      await sql.end();
    }
  });
}

/** One instant of a file of SQLite that others write to, without its log. */
function copyJobs(from: string, to: string): void {
  const db = new DatabaseSync(from, { readOnly: true });
  try {
    db.prepare('VACUUM INTO ?').run(to);
  } finally {
    db.close();
  }
}

const isOfDisk = (error: unknown): boolean =>
  error instanceof Error && 'syscall' in error && !('address' in error);
