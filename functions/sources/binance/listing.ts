import type { ArchiveListing, ListedObject } from '../../core/source.ts';
import { malformed } from '../malformed.ts';
import { binanceHosts } from './hosts.ts';
import { binanceArchive } from './venue.ts';

const PAGE = 1_000;

/** `ListObjects` of the archive's bucket, version 1: keys in the order of their bytes, a marker is itself left out. */
export const binanceListing: ArchiveListing = {
  request: (folder, after) => ({
    venue: binanceArchive,
    host: binanceHosts.listing,
    path: '/',
    // Paths begin with a slash, keys of the bucket do not.
    query: { prefix: folder.slice(1), marker: after.slice(1), 'max-keys': PAGE },
  }),
  parse(body) {
    const text = new TextDecoder().decode(body);
    if (!/<ListBucketResult[\s>]/.test(text)) {
      throw malformed('the listing', 'the answer is no ListBucketResult.');
    }
    // Keys are plain UTF-8, names in Chinese too, unless the answer says otherwise.
    const isEncoded = field(text, 'EncodingType') === 'url';
    const objects = Array.from(text.matchAll(/<Contents>(.*?)<\/Contents>/gs), ([, entry]) =>
      objectOf(entry!, isEncoded),
    );
    return { objects, more: field(text, 'IsTruncated') === 'true' };
  },
};

function objectOf(entry: string, isEncoded: boolean): ListedObject {
  const modified = Date.parse(field(entry, 'LastModified') ?? '');
  const key = field(entry, 'Key');
  if (!key || Number.isNaN(modified)) throw malformed('the listing', `an entry cannot be read: ${entry}.`);
  const name = unescaped(key);
  return { path: `/${isEncoded ? decodeURIComponent(name.replaceAll('+', ' ')) : name}`, modified };
}

const field = (text: string, name: string): string | undefined =>
  new RegExp(`<${name}>([^<]*)</${name}>`).exec(text)?.[1];

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };
const unescaped = (text: string): string =>
  text.replace(/&(\w+);/g, (all, name: string) => ENTITIES[name] ?? all);
