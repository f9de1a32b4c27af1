import { existsSync } from 'node:fs';
import { copyFile, mkdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { onOwnServer } from '../database/database.ts';
import { prepareDatabase, preparedDatabase } from '../database/prepare-database.ts';
import { jobFileIn } from '../host.ts';
import { GORDON_DIR } from '../state-file.ts';
import type { WholeBackup } from './backup-folder.ts';
import { type RestoreOptions, restoreDatabase } from './restore.ts';

export interface Restored {
  /** which database it is, as one line */
  readonly database: string;
  /** where the job table is now; absent: the backup has none */
  readonly jobs?: string;
}

/**
 * Fills the database that a host of this machine would use, and its job table. No host may run.
 * @param url `GORDON_DATABASE_URL`, where a live host would use that
 * @throws GordonError as `restoreDatabase` and `prepareDatabase` do
 */
export async function restoreMachine(
  backup: WholeBackup,
  options: Omit<RestoreOptions, 'url'> & { readonly url?: string | undefined },
): Promise<Restored> {
  const mode = backup.manifest.simulated ? 'demo' : 'live';
  const prepared = preparedDatabase(await prepareDatabase(mode));
  const given = mode === 'live' ? (options.url ?? prepared?.dockerUrl) : undefined;
  const work = (url: string) => restoreDatabase(backup, { ...options, url });
  if (given) await work(given);
  else await onOwnServer({ dataDir: join(GORDON_DIR, mode, 'postgres') }, work);
  const database = prepared?.reason ?? 'the database of this machine';
  if (!backup.manifest.jobs) return { database };
  return { database, jobs: await restoreJobs(backup, jobFileIn(join(GORDON_DIR, mode))) };
}

/** The job table that was there stays under another name. */
async function restoreJobs({ folder, manifest }: WholeBackup, target: string): Promise<string> {
  await mkdir(dirname(target), { recursive: true });
  const draft = `${target}.${process.pid}.half`;
  await copyFile(join(folder, manifest.jobs!.path), draft);
  if (existsSync(target)) await rename(target, `${target}.before-restore`);
  // The log of the former file is none of this one's.
  for (const log of ['-wal', '-shm']) await rm(`${target}${log}`, { force: true });
  await rename(draft, target);
  return target;
}
