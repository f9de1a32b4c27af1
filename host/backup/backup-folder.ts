import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, readdir, readFile, rename, rmdir } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createZstdCompress, createZstdDecompress } from 'node:zlib';
import { describeError, GordonError } from '../../functions/core/errors/errors.ts';
import type { SavedTable } from '../../functions/stores/backup/saved-tables.ts';
import { writeNew } from '../../functions/stores/files/write-new.ts';
import { withHalf } from './half-folders.ts';
import { BACKUP_MANIFEST, BackupManifest } from './manifest.ts';

interface Kept {
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** A backup in the making, under another name: at its place it is whole or not there. */
export interface HalfBackup {
  /** keeps the body of a table's COPY, packed */
  keepTable(name: string, pieces: AsyncIterable<Uint8Array>): Promise<Kept>;
  /** keeps a file that `write` makes at the given path */
  keepFile(name: string, write: (path: string) => void): Promise<Kept>;
  /** ends it: from now on the folder is a backup */
  finish(manifest: BackupManifest): Promise<void>;
}

/**
 * Makes a backup in a folder that is empty or does not exist. What fails leaves nothing, and what is killed a hidden folder that the next backup
 * beside it removes.
 * @throws GordonError `backup-exists`, `disk-full`, `backup-not-written`, and what `work` throws
 */
export async function makeBackup<T>(folder: string, work: (half: HalfBackup) => Promise<T>): Promise<T> {
  const whole = resolve(folder);
  return writing(whole, async () => {
    await refuseFull(whole);
    await mkdir(dirname(whole), { recursive: true });
    return await withHalf(whole, async (half) => {
      await mkdir(join(half, 'tables'), { recursive: true, mode: 0o700 });
      return work(halfIn(half, whole));
    });
  });
}

function halfIn(half: string, whole: string): HalfBackup {
  return {
    async keepTable(name, pieces) {
      const path = `tables/${name}.zst`;
      const packed = createZstdCompress();
      const packing = pipeline(pieces, packed);
      // What reads the packed bytes meets its error too.
      packing.catch(() => {});
      const written = await writeNew(join(half, path), packed, { durable: true });
      await packing;
      return { path, ...written };
    },
    async keepFile(path, write) {
      write(join(half, path));
      await flush(join(half, path));
      return { path, ...(await hashOf(join(half, path))) };
    },
    async finish(manifest) {
      const text = Buffer.from(`${JSON.stringify(manifest, null, 1)}\n`);
      await writeNew(join(half, BACKUP_MANIFEST), Readable.from([text]), { durable: true });
      await flush(join(half, 'tables'));
      await flush(half);
      // A rename replaces an empty folder, but not on every system.
      await rmdir(whole).catch(() => {});
      await rename(half, whole).catch((error: { code?: unknown }) => {
        throw ['ENOTEMPTY', 'EEXIST'].includes(String(error.code)) ? isThere(whole, error) : error;
      });
      await flush(dirname(whole));
    },
  };
}

export interface WholeBackup {
  readonly folder: string;
  readonly manifest: BackupManifest;
  /** the body of a table's COPY */
  read(table: SavedTable): AsyncIterable<Uint8Array>;
}

/**
 * Opens a backup, and compares every file with its hash first: nothing is restored of a damaged one.
 * @throws GordonError `backup-damaged`
 */
export async function openBackup(folder: string): Promise<WholeBackup> {
  const whole = resolve(folder);
  const manifest = parsed(whole, await textOf(whole));
  for (const { path, sha256 } of [...manifest.tables, ...(manifest.jobs ? [manifest.jobs] : [])]) {
    const found = await hashOf(join(whole, path)).catch((error: unknown) => {
      throw damaged(join(whole, path), `it cannot be read (${describeError(error)})`);
    });
    if (found.sha256 !== sha256) {
      throw damaged(join(whole, path), `its SHA-256 is ${found.sha256}, not ${sha256}`);
    }
  }
  return {
    folder: whole,
    manifest,
    read: ({ path }) => unpack(join(whole, path)),
  };
}

function unpack(path: string): AsyncIterable<Uint8Array> {
  const unpacked = createZstdDecompress();
  // Its reader gets its error.
  pipeline(createReadStream(path), unpacked).catch(() => {});
  return unpacked;
}

async function textOf(folder: string): Promise<string> {
  try {
    return await readFile(join(folder, BACKUP_MANIFEST), 'utf8');
  } catch (cause) {
    throw new GordonError({
      name: 'BadRequest',
      code: 'backup-damaged',
      subject: folder,
      message: `it has no ${BACKUP_MANIFEST}: it is not a backup, or not all of one.`,
      cause,
    });
  }
}

function parsed(folder: string, text: string): BackupManifest {
  try {
    return BackupManifest.parse(JSON.parse(text));
  } catch (cause) {
    throw new GordonError({
      code: 'backup-damaged',
      subject: join(folder, BACKUP_MANIFEST),
      message: 'it is none of this version of gordon-data.',
      cause,
    });
  }
}

const damaged = (subject: string, message: string): GordonError =>
  new GordonError({ code: 'backup-damaged', subject, message: `${message}.` });

async function hashOf(path: string): Promise<{ readonly bytes: number; readonly sha256: string }> {
  const hash = createHash('sha256');
  let bytes = 0;
  await pipeline(createReadStream(path), async (source) => {
    for await (const piece of source as AsyncIterable<Buffer>) {
      hash.update(piece);
      bytes += piece.length;
    }
  });
  return { bytes, sha256: hash.digest('hex') };
}

async function refuseFull(folder: string): Promise<void> {
  const names = await readdir(folder).catch((error: { code?: unknown }) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  if (names.length > 0) throw isThere(folder);
}

/** Before it was begun, or because another backup of the name was quicker. */
const isThere = (subject: string, cause?: unknown): GordonError =>
  new GordonError({ code: 'backup-exists', subject, message: 'it is there, and not empty.', cause });

/** Waits until the disk has a file or the names in a folder. Windows has no such call for folders and needs none. */
async function flush(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  await using handle = await open(path, 'r');
  await handle.sync();
}

async function writing<T>(folder: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Error) || !('syscall' in error) || 'address' in error) throw error;
    const full = ['ENOSPC', 'EDQUOT', 'EFBIG'].includes(String((error as { code?: unknown }).code));
    throw new GordonError({
      code: full ? 'disk-full' : 'backup-not-written',
      subject: folder,
      message: full ? 'there is no room for it on the disk.' : `${describeError(error)}.`,
      cause: error,
    });
  }
}
