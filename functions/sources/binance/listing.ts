import type { ArchiveListing, ListedObject } from '../../core/series/source.ts';
import type { SymbolFolders } from '../../core/series/universe.ts';
import { malformed } from '../rest/malformed.ts';
import { binanceHosts } from './hosts.ts';
import { binanceArchive } from './venue.ts';

const PAGE = 1_000;

/** `ListObjects` of the archive's bucket, version 1: keys in byte order, after the marker. */
export const binanceListing: ArchiveListing = {
  request: (folder, after) => ({
    venue: binanceArchive,
    host: binanceHosts.listing,
    path: '/',
    // Paths begin with a slash, keys of the bucket do not.
    query: { prefix: folder.slice(1), marker: after.slice(1), 'max-keys': PAGE },
  }),
  parse(body) {
    const text = resultIn(body);
    const read = keyReader(text);
    const objects = Array.from(text.matchAll(/<Contents>(.*?)<\/Contents>/gs), ([, entry]) =>
      objectOf(entry!, read),
    );
    return { objects, more: field(text, 'IsTruncated') === 'true' };
  },
};

/** @param folder such as `/data/spot/daily/klines/` */
export const symbolFolders = (folder: string): SymbolFolders => ({
  request: (after) => ({
    venue: binanceArchive,
    host: binanceHosts.listing,
    path: '/',
    query: {
      prefix: folder.slice(1),
      delimiter: '/',
      'max-keys': PAGE,
      ...(after !== undefined && { marker: after }),
    },
  }),
  parse(body) {
    const text = resultIn(body);
    const read = keyReader(text);
    const folders = Array.from(text.matchAll(/<CommonPrefixes>(.*?)<\/CommonPrefixes>/gs), ([, entry]) =>
      read(field(entry!, 'Prefix') ?? ''),
    );
    const marker = field(text, 'NextMarker');
    const next = marker === undefined ? folders.at(-1) : read(marker);
    const isMore = field(text, 'IsTruncated') === 'true' && next !== undefined;
    const symbols = folders.map((name) => name.split('/').at(-2) ?? '');
    return { symbols, ...(isMore && { next }) };
  },
});

function resultIn(body: Uint8Array): string {
  const text = new TextDecoder().decode(body);
  if (/<ListBucketResult[\s>]/.test(text)) return text;
  throw malformed('the listing', 'the answer is not a ListBucketResult.');
}

type ReadKey = (text: string) => string;

/** Keys are plain UTF-8, including Chinese names, unless the answer says otherwise. */
function keyReader(text: string): ReadKey {
  if (field(text, 'EncodingType') !== 'url') return unescaped;
  return (key) => decodeURIComponent(unescaped(key).replaceAll('+', ' '));
}

function objectOf(entry: string, read: ReadKey): ListedObject {
  const modified = Date.parse(field(entry, 'LastModified') ?? '');
  const key = field(entry, 'Key');
  if (!key || Number.isNaN(modified)) throw malformed('the listing', `an entry cannot be read: ${entry}.`);
  return { path: `/${read(key)}`, modified };
}

const field = (text: string, name: string): string | undefined =>
  new RegExp(`<${name}>([^<]*)</${name}>`).exec(text)?.[1];

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };
const unescaped = (text: string): string =>
  text.replace(/&(\w+);/g, (all, name: string) => ENTITIES[name] ?? all);
