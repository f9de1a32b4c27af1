import { promisify } from 'node:util';
import { constants, crc32, deflateRaw } from 'node:zlib';

const deflate = promisify<Uint8Array, object, Buffer>(deflateRaw);
const UTF8_NAMES = 0x0800;
const DEFLATED = 8;

/**
 * A zip with one entry, made from pieces that are compressed while the next one is being made.
 * @param modified written as the entry's time, so that the same content is the same file
 */
export async function zipOf(
  name: string,
  pieces: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  modified: number,
): Promise<Buffer> {
  let crc = 0;
  let size = 0;
  const compressed: Promise<Buffer>[] = [];
  for await (const piece of pieces) {
    crc = crc32(piece, crc);
    size += piece.length;
    // A sync flush ends each piece on a byte, so that the pieces can be joined to one stream.
    compressed.push(deflate(piece, { level: 1, finishFlush: constants.Z_SYNC_FLUSH }));
  }
  compressed.push(deflate(new Uint8Array(0), { level: 1, finishFlush: constants.Z_FINISH }));
  const body = Buffer.concat(await Promise.all(compressed));
  return container({ name: Buffer.from(name), crc, size, body, modified });
}

interface Entry {
  readonly name: Buffer;
  readonly crc: number;
  readonly size: number;
  readonly body: Buffer;
  readonly modified: number;
}

/** Local header, data, central directory, end record (APPNOTE.TXT 4.3); no zip64: an entry stays below 4 GB. */
function container(entry: Entry): Buffer {
  const { name, body } = entry;
  const local = Buffer.alloc(30);
  local.writeUInt32LE(0x04034b50, 0);
  common(entry).copy(local, 4);
  const central = Buffer.alloc(46);
  central.writeUInt32LE(0x02014b50, 0);
  central.writeUInt16LE(20, 4);
  common(entry).copy(central, 6);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(1, 8);
  end.writeUInt16LE(1, 10);
  end.writeUInt32LE(central.length + name.length, 12);
  end.writeUInt32LE(local.length + name.length + body.length, 16);
  return Buffer.concat([local, name, body, central, name, end]);
}

/** The 26 bytes that the local and the central header share. */
function common({ name, crc, size, body, modified }: Entry): Buffer {
  const d = new Date(modified);
  const at = Buffer.alloc(26);
  at.writeUInt16LE(20, 0);
  at.writeUInt16LE(UTF8_NAMES, 2);
  at.writeUInt16LE(DEFLATED, 4);
  at.writeUInt16LE((d.getUTCHours() << 11) | (d.getUTCMinutes() << 5) | (d.getUTCSeconds() >> 1), 6);
  at.writeUInt16LE(((d.getUTCFullYear() - 1980) << 9) | ((d.getUTCMonth() + 1) << 5) | d.getUTCDate(), 8);
  at.writeUInt32LE(crc, 10);
  at.writeUInt32LE(body.length, 14);
  at.writeUInt32LE(size, 18);
  at.writeUInt16LE(name.length, 22);
  return at;
}
