import { randomUUID } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm, rmdir, stat } from 'node:fs/promises';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { describeError, GordonError } from '../../core/errors/errors.ts';
import type { Tree } from '../../core/exports/ports.ts';
import { writeNew } from '../../stores/files/write-new.ts';

/** Files in the making. It lies within the tree, because a file can be renamed within one file system only. */
const WORK = '.gordon-export';

/** A tree in a folder. A file is written beside its place, flushed, and renamed. */
export function folderTree(folder: string): Tree {
  const root = resolve(folder);
  const put: Tree['put'] = async (path, pieces) => {
    const target = join(root, path);
    const draft = join(root, WORK, randomUUID());
    try {
      await mkdir(dirname(draft), { recursive: true });
      const written = await writeNew(draft, pieces, { durable: true });
      await mkdir(dirname(target), { recursive: true });
      await rename(draft, target);
      await flushFolder(dirname(target));
      return written;
    } finally {
      await rm(draft, { force: true });
    }
  };
  return {
    name: root,
    sizes: () => failing(root, () => sizesIn(root)),
    read: (path) => failing(join(root, path), () => orNothing(readFile(join(root, path), 'utf8'))),
    bytes: (path, signal) => failing(join(root, path), () => orNothing(bytesOf(join(root, path), signal))),
    put: (path, pieces) => failing(join(root, path), () => put(path, pieces)),
    remove: (path) =>
      failing(join(root, path), async () => {
        await rm(join(root, path), { force: true });
        await removeEmpty(root, dirname(join(root, path)));
      }),
  };
}

async function bytesOf(path: string, signal: AbortSignal): Promise<Uint8Array> {
  try {
    return await readFile(path, { signal });
  } catch (error) {
    throw signal.aborted ? signal.reason : error;
  }
}

/** A rename is safe from a crash when the folder is flushed. Windows has no such call and needs none. */
async function flushFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  await using handle = await open(folder, 'r');
  await handle.sync();
}

async function sizesIn(root: string): Promise<Map<string, number>> {
  const sizes = new Map<string, number>();
  const found = (await orNothing(readdir(root, { recursive: true, withFileTypes: true }))) ?? [];
  for (const entry of found) {
    const path = relative(root, join(entry.parentPath, entry.name)).split(sep).join('/');
    if (!entry.isFile() || path.startsWith(`${WORK}/`)) continue;
    const size = await orNothing(stat(join(root, path)));
    if (size) sizes.set(path, size.size);
  }
  return sizes;
}

/** Folders of a symbol that has no month any more. */
async function removeEmpty(root: string, folder: string): Promise<void> {
  for (let at = folder; at.startsWith(root + sep); at = dirname(at)) {
    try {
      await rmdir(at);
    } catch (error) {
      if (['ENOTEMPTY', 'EEXIST', 'ENOENT'].includes(codeOf(error))) return;
      throw error;
    }
  }
}

/**
 * Takes a folder for one export: two at once would write two manifests.
 * @throws GordonError `export-runs`
 */
export async function holdFolder(folder: string): Promise<AsyncDisposable> {
  const work = join(resolve(folder), WORK);
  const path = join(work, 'lock');
  return failing(path, async () => {
    await mkdir(work, { recursive: true });
    for (let tries = 0; ; tries++) {
      try {
        await using file = await open(path, 'wx');
        await file.writeFile(String(process.pid));
        break;
      } catch (error) {
        if (codeOf(error) !== 'EEXIST' || tries > 0) throw error;
        const holder = Number(await orNothing(readFile(path, 'utf8')));
        if (isAlive(holder)) throw runs(folder, holder);
        await rm(work, { recursive: true, force: true });
        await mkdir(work, { recursive: true });
      }
    }
    return { [Symbol.asyncDispose]: () => rm(work, { recursive: true, force: true }) };
  });
}

const runs = (folder: string, pid: number): GordonError =>
  new GordonError({
    code: 'export-runs',
    subject: folder,
    message: `process ${pid} exports into this folder now.`,
  });

function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) === 'EPERM';
  }
}

const codeOf = (error: unknown): string => String((error as { code?: unknown } | null)?.code ?? '');

async function orNothing<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'EISDIR'].includes(codeOf(error))) return undefined;
    throw error;
  }
}

/** Errors of the file system, which carry the call that failed. @throws GordonError `disk-full`, `export-not-written` */
export async function failing<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Error) || !('syscall' in error) || 'address' in error) throw error;
    const full = ['ENOSPC', 'EDQUOT', 'EFBIG'].includes(codeOf(error));
    throw new GordonError({
      code: full ? 'disk-full' : 'export-not-written',
      subject: path,
      message: full ? 'there is no room for it on the disk.' : `${describeError(error)}.`,
      cause: error,
    });
  }
}
