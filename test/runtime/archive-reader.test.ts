import { createHash } from 'node:crypto';
import { setImmediate as turnOfLoop } from 'node:timers/promises';
import { deflateRawSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { ZipFile } from 'yazl';
import type { VenueClient } from '../../functions/core/fetch/ports.ts';
import { createArchiveReader } from '../../functions/runtime/venues/archive-reader.ts';
import { binanceArchive } from '../../functions/sources/binance/venue.ts';
import { requestTo } from './local-venue.ts';

const PATH = '/data/X-1m-2025-03.zip';
const object = {
  file: requestTo(binanceArchive, { path: PATH }),
  checksum: requestTo(binanceArchive, { path: `${PATH}.CHECKSUM` }),
};

async function zipOf(files: Readonly<Record<string, Uint8Array>>, compress = true): Promise<Buffer> {
  const zip = new ZipFile();
  for (const [name, content] of Object.entries(files)) {
    if (name.endsWith('/')) zip.addEmptyDirectory(name);
    else zip.addBuffer(Buffer.from(content), name, { compress });
  }
  zip.end();
  const pieces: Buffer[] = [];
  for await (const piece of zip.outputStream) pieces.push(piece as Buffer);
  return Buffer.concat(pieces);
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const lineFor = (bytes: Uint8Array): string => `${sha256(bytes)}  X-1m-2025-03.zip\n`;

/** Serves the zip and its checksum; a list gives one answer after the other. */
function venueWith(zips: (Uint8Array | undefined)[], sums: (string | undefined)[]) {
  const requested: string[] = [];
  const next = <T>(list: T[]): T => (list.length > 1 ? list.shift()! : list[0]!);
  const venue: VenueClient = {
    async get({ path }) {
      requested.push(path);
      const sum = path.endsWith('.CHECKSUM');
      const text = sum ? next(sums) : undefined;
      const body = sum ? text && new TextEncoder().encode(text) : next(zips);
      return body ? { status: 200, headers: {}, body, asOf: 0, url: path } : undefined;
    },
  };
  return { requested, reader: createArchiveReader(venue) };
}

async function contentOf(content: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of content) pieces.push(Uint8Array.from(piece));
  return Buffer.concat(pieces);
}

const csv = new TextEncoder().encode('1,2,3\n'.repeat(1_000_000));

describe('an archive object', () => {
  it('is proven by its checksum and unpacked piece by piece', async () => {
    const zip = await zipOf({ 'X-1m-2025-03.csv': csv });
    const { reader, requested } = venueWith([zip], [lineFor(zip)]);
    const file = await reader.read(object);
    expect(file?.sha256).toBe(sha256(zip));
    let pieces = 0;
    let longest = 0;
    for await (const piece of file!.content) {
      pieces++;
      longest = Math.max(longest, piece.length);
    }
    expect(pieces).toBeGreaterThan(3);
    expect(longest).toBeLessThan(csv.length / 3);
    expect(Buffer.compare(await contentOf((await reader.read(object))!.content), csv)).toBe(0);
    expect(requested.slice(0, 2)).toEqual([PATH, `${PATH}.CHECKSUM`]);
  });

  it('leaves no garbage of its pieces: each is given back when the next one is read', async () => {
    const zip = await zipOf({ 'X.csv': csv });
    const { reader } = venueWith([zip], [lineFor(zip)]);
    const held: Uint8Array[] = [];
    for await (const piece of (await reader.read(object))!.content) {
      expect(held.every(({ length }) => length === 0)).toBe(true);
      held.push(piece);
    }
    expect(held.length).toBeGreaterThan(3);
  });

  it('may be stored without being deflated', async () => {
    const zip = await zipOf({ 'X.csv': csv }, false);
    const { reader } = venueWith([zip], [lineFor(zip)]);
    expect(Buffer.compare(await contentOf((await reader.read(object))!.content), csv)).toBe(0);
  });

  it('may have capitals in its checksum, and a folder beside its file', async () => {
    const zip = await zipOf({ 'folder/': new Uint8Array(), 'folder/X.csv': csv });
    const { reader } = venueWith([zip], [`${sha256(zip).toUpperCase()}  X-1m-2025-03.zip`]);
    const file = await reader.read(object);
    expect((await contentOf(file!.content)).length).toBe(csv.length);
  });

  it('is undefined where there is none', async () => {
    const { reader } = venueWith([undefined], [undefined]);
    expect(await reader.read(object)).toBeUndefined();
  });

  it('is read again when it was replaced between the two downloads', async () => {
    const [before, after] = [await zipOf({ 'X.csv': csv }), await zipOf({ 'X.csv': csv.slice(6) })];
    const { reader, requested } = venueWith([before, after], [lineFor(after)]);
    expect((await reader.read(object))?.sha256).toBe(sha256(after));
    expect(requested.length).toBe(4);
  });
});

describe('objects that are requested at one moment', () => {
  const objectOf = (month: number) => {
    const path = `/data/X-1m-2025-${String(month).padStart(2, '0')}.zip`;
    return {
      file: requestTo(binanceArchive, { path }),
      checksum: requestTo(binanceArchive, { path: `${path}.CHECKSUM` }),
    };
  };

  it('begin in order, three more when one begins to arrive', async () => {
    const begun: string[] = [];
    const arrivals: (() => void)[] = [];
    const reader = createArchiveReader({
      get: ({ path }, arrived) => {
        if (path.endsWith('.CHECKSUM')) return Promise.resolve(undefined);
        begun.push(path.slice(-6, -4));
        arrivals.push(arrived!);
        return new Promise(() => {});
      },
    });
    for (let month = 1; month <= 8; month++) void reader.read(objectOf(month));
    expect(begun).toEqual(['01']);
    arrivals[0]!();
    await turnOfLoop();
    expect(begun).toEqual(['01', '02', '03', '04']);
    arrivals[1]!();
    await turnOfLoop();
    expect(begun).toEqual(['01', '02', '03', '04', '05', '06', '07']);
  });
});

describe('a damaged object', () => {
  it('disagrees with its checksum twice', async () => {
    const zip = await zipOf({ 'X.csv': csv });
    const { reader, requested } = venueWith([zip], [lineFor(csv)]);
    await expect(reader.read(object)).rejects.toMatchObject({
      name: 'PermanentError',
      code: 'checksum-mismatch',
      subject: PATH,
      message: expect.stringContaining(sha256(zip)),
    });
    expect(requested.length).toBe(4);
  });

  it.each([
    ['no checksum', undefined],
    ['an empty one', '\n'],
    ['a page', '<html></html>'],
    ['the checksum of another file', `${'0'.repeat(64)}  X-1m-2025-04.zip`],
  ])('with %s proves nothing', async (_what, sum) => {
    const zip = await zipOf({ 'X.csv': csv });
    const { reader } = venueWith([zip], [sum]);
    await expect(reader.read(object)).rejects.toMatchObject({ code: 'checksum-missing' });
  });

  const corrupt = async (bytes: Uint8Array) => {
    const { reader } = venueWith([bytes], [lineFor(bytes)]);
    const file = await reader.read(object);
    const length = contentOf(file!.content).then((content) => content.length);
    return expect(length).rejects.toMatchObject({
      name: 'PermanentError',
      code: 'corrupt-archive',
      subject: PATH,
    });
  };

  it('is not a zip', () => corrupt(csv));
  it('is cut', async () => corrupt((await zipOf({ 'X.csv': csv })).subarray(0, -30)));
  it('holds no file', async () => corrupt(await zipOf({})));
  it('holds two files', async () => corrupt(await zipOf({ 'X.csv': csv, 'Y.csv': csv })));

  it('has a wrong CRC', async () => {
    const zip = await zipOf({ 'X.csv': csv });
    const central = zip.lastIndexOf(Buffer.from('PK\x01\x02', 'latin1'));
    zip[central + 16]! ^= 1;
    await corrupt(zip);
  });

  it('has content of another length than it says', async () => {
    const zip = await zipOf({ 'X.csv': csv });
    const central = zip.lastIndexOf(Buffer.from('PK\x01\x02', 'latin1'));
    zip.writeUInt32LE(csv.length + 1, central + 24);
    await corrupt(zip);
  });

  it('has a broken stream inside', async () => {
    const zip = await zipOf({ 'X.csv': csv });
    const packed = deflateRawSync(csv).subarray(0, 64);
    const at = zip.indexOf(packed.subarray(0, 8));
    expect(at).toBeGreaterThan(0);
    zip.fill(0xff, at + 8, at + 40);
    await corrupt(zip);
  });
});

it('passes on what its consumer throws, and what the venue does', async () => {
  const zip = await zipOf({ 'X.csv': csv });
  const { reader } = venueWith([zip], [lineFor(zip)]);
  const stop = new Error('enough');
  const consume = async () => {
    for await (const _piece of (await reader.read(object))!.content) throw stop;
  };
  await expect(consume()).rejects.toBe(stop);
  const down = createArchiveReader({ get: () => Promise.reject(stop) });
  await expect(down.read(object)).rejects.toBe(stop);
});
