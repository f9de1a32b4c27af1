import { createHash } from 'node:crypto';
import { chownSync, cpSync, existsSync, lstatSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { GordonError } from '../../functions/core/errors/errors.ts';
import type { Binaries } from './binaries.ts';
import { reachable, type ServerUser } from './os-user.ts';

/**
 * The folder of the cluster. Normally `dataDir`. Where the server runs as another user that cannot reach it (a checkout under
 * /root), a folder under /var/tmp that always belongs to the same `dataDir`.
 */
export function placeData(dataDir: string, user: ServerUser): string {
  const wanted = resolve(dataDir);
  const at = reachable(dirname(wanted), user) ? wanted : join(outside(wanted), 'data');
  mkdirSync(dirname(at), { recursive: true });
  return at;
}

/** A folder into which the server's user may write, ready for `initdb`. */
export function makeOwned(path: string, user: ServerUser): void {
  mkdirSync(path, { recursive: true, mode: 0o700 });
  if (user) chownSync(path, user.uid, user.gid);
}

/** The binaries where the server's user can get to them, copied once for each version if need be. */
export function placeBinaries(binaries: Binaries, user: ServerUser): Binaries {
  if (reachable(join(binaries.root, 'bin'), user)) return binaries;
  const root = join(outside(binaries.root), `native-${binaries.version}`);
  if (!existsSync(root)) {
    const half = `${root}.${process.pid}`;
    cpSync(binaries.root, half, { recursive: true, verbatimSymlinks: true });
    renameInto(half, root);
  }
  return { ...binaries, root };
}

/** Renames a finished folder atomically. If another process was quicker, its folder stays. */
export function renameInto(half: string, whole: string): void {
  try {
    renameSync(half, whole);
  } catch (error) {
    if (!existsSync(whole)) throw error;
    rmSync(half, { recursive: true, force: true });
  }
}

/** Whether a cluster exists for the folder, wherever it lies. Creates nothing and needs no access to the folder. */
export function isPlaced(dataDir: string): boolean {
  const wanted = resolve(dataDir);
  return existsSync(wanted) || existsSync(join(outsidePath(wanted), 'data'));
}

const outsidePath = (path: string): string =>
  join('/var/tmp', `gordon-${createHash('sha256').update(path).digest('hex').slice(0, 10)}`);

function outside(path: string): string {
  const folder = outsidePath(path);
  mkdirSync(folder, { recursive: true, mode: 0o711 });
  const info = lstatSync(folder);
  // Anyone can create folders in /var/tmp: one that we did not create could be a trap.
  if (!info.isDirectory() || info.uid !== process.getuid?.()) {
    throw new GordonError({
      code: 'foreign-folder',
      subject: folder,
      message: 'this folder is needed for the embedded database and belongs to another user.',
    });
  }
  return folder;
}
