import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readdir, rename, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { badRequest } from '../../core/errors/bad-request.ts';
import { GordonError } from '../../core/errors/errors.ts';
import type { Spool, SpooledFile, SpoolKey } from '../../core/queries/export/spool.ts';
import { type Clock, MINUTE } from '../../core/time/time.ts';
import { writeNew } from './write-new.ts';

export interface SpoolOptions {
  /** is made when it is needed; nothing else may lie in it */
  readonly folder: string;
  /** all files together, while none is being made */
  readonly maxBytes: number;
  readonly clock: Clock;
}

/** `<SHA-256 of the key>-<SHA-256 of the bytes>`: a file says itself what it is, so another process can go on with it. */
const FILE = /^([0-9a-f]{64})-([0-9a-f]{64})$/;
const UNFINISHED = /^[0-9a-f-]{36}\.tmp$/;

interface Making {
  readonly file: Promise<SpooledFile>;
  waiting: number;
  giveUp(reason: unknown): void;
}

/** Files in a folder. The least recently used make room. */
export function createSpool({ folder, maxBytes, clock }: SpoolOptions): Spool {
  const making = new Map<string, Making>();
  const recent = new Map<string, { readonly file: SpooledFile; readonly at: number }>();
  let ready: Promise<unknown> | undefined;

  /** Leftovers of a process that died go away; nobody waits for them. */
  const prepare = async (): Promise<void> => {
    await mkdir(folder, { recursive: true });
    const names = await readdir(folder);
    await Promise.all(
      names.filter((name) => UNFINISHED.test(name)).map((name) => rm(join(folder, name), { force: true })),
    );
  };

  const find = async (id: string): Promise<SpooledFile | undefined> => {
    const name = (await readdir(folder)).find((one) => FILE.exec(one)?.[1] === id);
    if (name === undefined) return undefined;
    const path = join(folder, name);
    const found = await stat(path).catch(() => undefined);
    if (!found) return undefined;
    await markUsed(path, clock());
    return { path, bytes: found.size, sha256: FILE.exec(name)![2]! };
  };

  const make = async (id: string, pieces: AsyncIterable<Uint8Array>): Promise<SpooledFile> => {
    const unfinished = join(folder, `${randomUUID()}.tmp`);
    try {
      const { bytes, sha256 } = await writeNew(unfinished, within(pieces, maxBytes), { durable: false });
      const path = join(folder, `${id}-${sha256}`);
      await markUsed(unfinished, clock());
      await rename(unfinished, path);
      await makeRoom(folder, maxBytes, path);
      return { path, bytes, sha256 };
    } catch (error) {
      await rm(unfinished, { force: true });
      throw (error as { code?: unknown }).code === 'ENOSPC' ? full(folder, error) : error;
    }
  };

  const begin = (id: string, pieces: (signal: AbortSignal) => AsyncIterable<Uint8Array>): Making => {
    const end = new AbortController();
    const file = find(id).then((found) => found ?? make(id, pieces(end.signal)));
    const done = (): void => {
      // A write after it was given up has a buffer of its own.
      if (making.get(id) === entry) making.delete(id);
    };
    const giveUp = (reason: unknown): void => {
      done();
      end.abort(reason);
    };
    const entry = { file, waiting: 0, giveUp };
    making.set(id, entry);
    file.then(done, done);
    return entry;
  };

  return {
    async file(key, pieces, signal) {
      signal.throwIfAborted();
      ready ??= prepare().catch((error: unknown) => {
        ready = undefined;
        throw error;
      });
      await ready;
      const id = fileId(key);
      const entry = making.get(id) ?? begin(id, pieces);
      const file = await shared(entry, signal);
      for (const [name, { at }] of recent) if (at < clock() - MINUTE) recent.delete(name);
      recent.set(key.name, { file, at: clock() });
      return file;
    },
    recent(name) {
      const last = recent.get(name);
      return last && last.at >= clock() - MINUTE ? last.file : undefined;
    },
  };
}

/** Waits for a file that others may wait for too. The last one who goes away ends it. */
async function shared(entry: Making, signal: AbortSignal): Promise<SpooledFile> {
  const gone = Promise.withResolvers<never>();
  const leave = (): void => {
    entry.waiting--;
    if (entry.waiting === 0) entry.giveUp(signal.reason);
    gone.reject(signal.reason);
  };
  entry.waiting++;
  signal.addEventListener('abort', leave);
  try {
    return await Promise.race([entry.file, gone.promise]);
  } finally {
    signal.removeEventListener('abort', leave);
  }
}

/** The pieces of a file of at most this many bytes. @throws GordonError `answer-too-large` */
async function* within(pieces: AsyncIterable<Uint8Array>, maxBytes: number): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  for await (const piece of pieces) {
    bytes += piece.length;
    if (bytes > maxBytes) throw tooLarge(maxBytes);
    yield piece;
  }
}

/** In the folder itself, so that a process that comes later knows it too. A file may have made room for another by now. */
const markUsed = (path: string, now: number): Promise<void> =>
  utimes(path, new Date(now), new Date(now)).catch(() => {});

/** A reader of a file that is removed has it open, and keeps it until the end. */
async function makeRoom(folder: string, maxBytes: number, keep: string): Promise<void> {
  const names = (await readdir(folder)).filter((name) => FILE.test(name));
  const files = await Promise.all(
    names.map(async (name) => {
      const path = join(folder, name);
      const found = await stat(path).catch(() => undefined);
      return {
        path,
        bytes: found?.size ?? 0,
        usedAt: path === keep ? Number.POSITIVE_INFINITY : (found?.mtimeMs ?? 0),
      };
    }),
  );
  let total = files.reduce((sum, { bytes }) => sum + bytes, 0);
  for (const { path, bytes } of files.sort((a, b) => a.usedAt - b.usedAt)) {
    if (total <= maxBytes || path === keep) return;
    await rm(path, { force: true });
    total -= bytes;
  }
}

/** Names a file, the same for the same query and state of the data: 64 hexadecimal digits. */
export const fileId = ({ name, revision }: SpoolKey): string =>
  createHash('sha256').update(name).update('\0').update(revision).digest('hex');

const tooLarge = (maxBytes: number): GordonError =>
  badRequest('answer-too-large', 'the file', `it has more than ${Math.floor(maxBytes / 1e6)} MB.`, REMEDY);

const REMEDY = 'Narrow the range or the columns, or raise GORDON_SPOOL_MB.';

const full = (folder: string, cause: unknown): GordonError =>
  new GordonError({
    code: 'spool-full',
    status: 507,
    subject: folder,
    cause,
    message: 'the disk is full.',
  });
