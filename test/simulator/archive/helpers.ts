import { promisify } from 'node:util';
import { crc32 } from 'node:zlib';
import { type Entry, fromBuffer, type ZipFile } from 'yauzl';
import type { heldVenues } from '../helpers.ts';

type On = Pick<Awaited<ReturnType<typeof heldVenues>>, 'bytes'>;

/** A published file and the text beside it; `key` without its leading `data/`. */
export async function archiveOf(on: On, key: string): Promise<{ zip: Buffer; checksum: string }> {
  const zip = await on.bytes(`/binance-archive/data/${key}`);
  const checksum = await on.bytes(`/binance-archive/data/${key}.CHECKSUM`);
  if (zip.status !== 200 || checksum.status !== 200)
    throw new Error(`${key}: ${zip.status}, ${checksum.status}`);
  return { zip: zip.body, checksum: checksum.body.toString() };
}

/** The only entry of a zip, read by the unzipper of the project: a damaged one throws. */
export async function entryOf(zip: Buffer): Promise<{ name: string; text: string }> {
  const opened = (await promisify<Buffer, object, ZipFile>(fromBuffer)(zip, {
    lazyEntries: true,
  })) as ZipFile;
  if (opened.entryCount !== 1) throw new Error(`${opened.entryCount} entries`);
  const entry = await new Promise<Entry>((done, fail) => {
    opened.once('entry', done).once('error', fail).readEntry();
  });
  const stream = await new Promise<NodeJS.ReadableStream>((done, fail) => {
    opened.openReadStream(entry, (error, opened) => (error ? fail(error) : done(opened)));
  });
  const parts: Buffer[] = [];
  for await (const part of stream) parts.push(part as Buffer);
  const content = Buffer.concat(parts);
  // yauzl leaves the CRC to its caller.
  if (crc32(content) !== entry.crc32) throw new Error(`${entry.fileName}: CRC does not fit`);
  return { name: entry.fileName, text: content.toString() };
}

/** The lines of a published CSV. */
export async function csvOf(on: On, key: string): Promise<string[]> {
  const { text } = await entryOf((await archiveOf(on, key)).zip);
  return text.trimEnd().split('\n');
}
