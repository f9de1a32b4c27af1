import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { constants, crc32, createInflateRaw } from 'node:zlib';
import { type Entry, fromBufferPromise, type ZipFile } from 'yauzl';
import type { ErrorCode } from '../../core/errors/error-codes.ts';
import { describeError, GordonError } from '../../core/errors/errors.ts';
import type { ArchiveFile, ArchiveReader, VenueClient, VenueStreams } from '../../core/fetch/ports.ts';
import type { HttpAnswer, HttpRequest } from '../../core/series/venue.ts';
import { gunzipped } from './gunzipped.ts';
import { InOrder } from './in-order.ts';
import { free, PIECE } from './pieces.ts';
import { StartWindow } from './start-window.ts';
import { StreamSemaphore } from './stream-semaphore.ts';

/** While one is parsed, one of another series is inflated by another thread. */
const READ_AT_ONCE = 2;

type ArchiveObject = Required<Parameters<ArchiveReader['read']>[0]>;

/** The file inside a zip, piece by piece. @throws GordonError `corrupt-archive` */
export type Unzip = (file: HttpRequest, body: Uint8Array) => AsyncIterable<Uint8Array>;

/** Reads objects of an archive through the venue client, so that its retries and cooldowns hold for files too. */
export function createArchiveReader(
  venue: VenueClient & Partial<VenueStreams>,
  unpacked: Unzip = unzip,
): ArchiveReader {
  const semaphore = new StreamSemaphore(READ_AT_ONCE);
  const starts = new StartWindow();
  const order = new InOrder();
  const fileOf = ({ file }: ArchiveObject, { body, release, sha256 }: Download): ArchiveFile => ({
    sha256,
    content: semaphore.of(releasing(unpacked(file, body), release), folderOf(file), nameOf(file)),
  });
  return {
    join: () => order.join(),
    async read({ file, checksum }) {
      if (!checksum) return streamed(venue, file);
      const object = { file, checksum };
      const first = await starts.of(file.path, (arrived) => download(venue, object, arrived));
      if (!first || first.proven) return first && fileOf(object, first);
      // A file that was replaced between the two downloads disagrees with its checksum once, a damaged one always.
      const second = await download(venue, object);
      if (second && !second.proven) throw mismatch(object.file, second);
      return second && fileOf(object, second);
    },
  };
}

/** Without the semaphore: the connection is open, and the host cuts off one that waits for minutes. */
async function streamed(
  { stream }: Partial<VenueStreams>,
  file: HttpRequest,
): Promise<ArchiveFile | undefined> {
  if (!stream) throw new TypeError('this way to the venues has no streams');
  const pieces = await stream(file);
  return (
    pieces && { content: gunzipped(pieces, (why, cause) => damaged('corrupt-archive', file, why, cause)) }
  );
}

/** The same pieces; then the memory of the packed file is given back. */
async function* releasing(
  pieces: AsyncIterable<Uint8Array>,
  release: Download['release'],
): AsyncGenerator<Uint8Array> {
  try {
    yield* pieces;
  } finally {
    release?.();
  }
}

interface Download extends Pick<HttpAnswer, 'body' | 'release'> {
  readonly sha256: string;
  readonly expected: string;
  readonly proven: boolean;
}

async function download(
  venue: VenueClient,
  { file, checksum }: ArchiveObject,
  arrived?: () => void,
): Promise<Download | undefined> {
  const [zip, sum] = await Promise.all([venue.get(file, arrived), venue.get(checksum)]);
  if (!zip) return undefined;
  const expected = expectedHash(file, sum);
  const sha256 = createHash('sha256').update(zip.body).digest('hex');
  const { body, release } = zip;
  return { body, ...(release && { release }), sha256, expected, proven: sha256 === expected };
}

/** `<sha256 hex>  <file name>`; a line about another file proves nothing about this one. */
function expectedHash(file: HttpRequest, sum: HttpAnswer | undefined): string {
  const text = sum && new TextDecoder().decode(sum.body);
  const [, hash, name] = /^([0-9a-f]{64})\s+\*?(\S+)\s*$/i.exec(text ?? '') ?? [];
  if (hash && name === nameOf(file)) return hash.toLowerCase();
  const why = text === undefined ? 'the archive has none' : 'it is not a SHA-256 of this file';
  throw damaged('checksum-missing', file, `the checksum cannot be used: ${why}.`);
}

const STORED = 0;
const DEFLATED = 8;

/** The one file inside a zip, inflated piece by piece; its length and CRC are checked at its end. */
async function* unzip(file: HttpRequest, body: Uint8Array): AsyncGenerator<Uint8Array> {
  let content: Readable | undefined;
  try {
    const zip = await fromBufferPromise(Buffer.from(body.buffer, body.byteOffset, body.byteLength), {
      lazyEntries: true,
    });
    const entry = await onlyEntry(zip);
    const { fileDataStart } = await zip.readLocalFileHeaderPromise(entry, { minimal: true });
    const packed = body.subarray(fileDataStart, fileDataStart + entry.compressedSize);
    content = unpack(entry, packed);
    let crc = 0;
    let length = 0;
    for await (const piece of content as AsyncIterable<Uint8Array>) {
      crc = crc32(piece, crc);
      length += piece.length;
      // At once: what inflates without end would never come to the check after the last piece.
      if (length > entry.uncompressedSize) break;
      yield piece;
      free(piece);
    }
    if (length !== entry.uncompressedSize) throw new Error(`${entry.fileName} is ${length} bytes long`);
    if (crc !== entry.crc32) throw new Error(`the CRC of ${entry.fileName} is wrong`);
  } catch (cause) {
    throw damaged('corrupt-archive', file, `the zip cannot be read: ${describeError(cause)}.`, cause);
  } finally {
    content?.destroy();
  }
}

function unpack(entry: Entry, packed: Uint8Array): Readable {
  if (entry.compressionMethod === STORED) return Readable.from([packed]);
  if (entry.compressionMethod !== DEFLATED) throw new Error(`method ${entry.compressionMethod} is not known`);
  // The size that the zip states is only a hint for the buffers: it is compared with what arrived.
  const chunkSize = Math.min(Math.max(entry.uncompressedSize, constants.Z_MIN_CHUNK), PIECE);
  const inflate = createInflateRaw({ chunkSize });
  // All at once and as it lies in the zip: each piece would be a way to another thread and back.
  inflate.end(packed);
  return inflate;
}

async function onlyEntry(zip: ZipFile): Promise<Entry> {
  const entries: Entry[] = [];
  for await (const entry of zip.eachEntry()) if (!entry.fileName.endsWith('/')) entries.push(entry);
  if (entries.length === 1) return entries[0]!;
  throw new Error(`it holds ${entries.length} files instead of one`);
}

const mismatch = (file: HttpRequest, { sha256, expected }: Download): GordonError =>
  damaged('checksum-mismatch', file, `SHA-256 is ${sha256}, the archive's checksum says ${expected}.`);

function damaged(code: ErrorCode, file: HttpRequest, message: string, cause?: unknown): GordonError {
  return new GordonError({ code, subject: file.path, message, cause });
}

const nameOf = ({ path }: HttpRequest): string => path.slice(path.lastIndexOf('/') + 1);
const folderOf = ({ path }: HttpRequest): string => path.slice(0, path.lastIndexOf('/'));
