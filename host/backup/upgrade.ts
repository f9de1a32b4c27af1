import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { GordonError } from '../../functions/core/errors/errors.ts';
import { type Binaries, binariesIn, binariesPackage, findBinaries } from '../cluster/binaries.ts';
import { majorOf } from '../cluster/data-dir.ts';
import { placeData } from '../cluster/location.ts';
import { serverUser } from '../cluster/os-user.ts';
import { onOwnServer } from '../database/database.ts';
import { backUp } from './back-up.ts';
import { openBackup } from './backup-folder.ts';
import { restoreDatabase } from './restore.ts';

export interface UpgradeOptions {
  /** the data folder, as a host names it */
  readonly dataDir: string;
  /** where the backup goes on the way, and what has to be installed */
  readonly folder: string;
  /** the npm package of the version that made the data folder; absent: npm installs it */
  readonly binaries?: string | undefined;
  readonly madeBy: string;
  onStep(text: string): void;
}

export interface Upgraded {
  readonly from: string;
  readonly to: string;
  /** both may be removed once the new one is trusted */
  readonly backup: string;
  readonly former: string;
}

/**
 * Moves the data of an older PostgreSQL into the installed one: the server of the older version is started once more and backed up,
 * and the backup is restored into a new data folder. npm's packages have no pg_upgrade and no pg_dump. What fails leaves the former
 * folder at its place.
 * @returns undefined where there is nothing to upgrade
 * @throws GordonError `upgrade-failed`, and as `backUp` and `restoreDatabase` do
 */
export async function upgradeCluster(options: UpgradeOptions): Promise<Upgraded | undefined> {
  const { dataDir, folder, madeBy, onStep } = options;
  const user = serverUser(dataDir);
  const placed = placeData(dataDir, user);
  const from = majorOf(placed);
  const to = findBinaries().major;
  if (from === undefined || from === to) return undefined;
  if (Number(from) > Number(to)) {
    throw failed(
      placed,
      `PostgreSQL ${from} made it, and the installed one is ${to}: an older one reads it never.`,
    );
  }
  const former = `${placed}.${from}`;
  if (existsSync(former)) throw failed(former, 'an earlier upgrade left it there.');
  const old = options.binaries ? binariesIn(options.binaries) : await install(folder, from, onStep);
  if (old.major !== from) throw failed(old.root, `it is PostgreSQL ${old.major}, and ${from} is needed.`);
  const backup = join(folder, `backup-of-postgres-${from}`);
  // That of an earlier try, which did not come to its end.
  await rm(backup, { recursive: true, force: true });
  onStep(`PostgreSQL ${from} is backed up into ${backup}`);
  await onOwnServer({ dataDir, binaries: old }, (url) => backUp({ url, folder: backup, madeBy }));
  const whole = await openBackup(backup);
  await rename(placed, former);
  try {
    onStep(`PostgreSQL ${to} is filled`);
    await onOwnServer({ dataDir }, (url) => restoreDatabase(whole, { url, force: false }));
  } catch (error) {
    await rm(placed, { recursive: true, force: true });
    await rename(former, placed);
    throw error;
  }
  return { from, to, backup, former };
}

/** The newest package of a major version. They are all called betas, so a range would match none of them. */
async function install(folder: string, major: string, onStep: (text: string) => void): Promise<Binaries> {
  const name = binariesPackage();
  const home = join(folder, `postgres-${major}-binaries`);
  await mkdir(home, { recursive: true });
  try {
    const { stdout } = await npm(home, 'view', name, 'versions', '--json');
    const versions = JSON.parse(stdout) as string[];
    const version = versions.filter((one) => one.startsWith(`${major}.`)).at(-1);
    if (!version) throw failed(name, `npm has no version ${major} of it.`);
    onStep(`npm installs ${name} ${version}`);
    await npm(
      home,
      'install',
      '--prefix',
      home,
      '--no-audit',
      '--no-fund',
      '--no-save',
      `${name}@${version}`,
    );
  } catch (error) {
    if (error instanceof GordonError) throw error;
    throw failed(
      name,
      `npm could not install it (${String((error as Error).message).split('\n')[0]}).`,
      error,
    );
  }
  return binariesIn(join(home, 'node_modules', ...name.split('/')));
}

const npm = (cwd: string, ...args: string[]) =>
  promisify(execFile)('npm', args, { cwd, shell: process.platform === 'win32' });

const failed = (subject: string, message: string, cause?: unknown): GordonError =>
  new GordonError({ code: 'upgrade-failed', subject, message, cause });
