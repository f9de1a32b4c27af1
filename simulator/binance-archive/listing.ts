import type { VenueAnswer, VenueContext, VenueModule, VenueRequest } from '../frame/module.ts';
import { CONTRACTS, type Market } from '../market/contracts.ts';
import { INTERVALS } from '../market/intervals.ts';
import { hash32, seedOf } from '../numbers/noise.ts';
import { type ArchiveObject, datasetsOf, FOLDERS, intervalsOf, isKlines, objectOf } from './keys.ts';
import { isPublishedAtAll, modifiedAt, publishedPeriods } from './publication.ts';
import { escapeXml, xml } from './xml.ts';

const MAX_KEYS = 1000;
const BYTES_PER_ROW = 54;
/** So many keys a page at most: the bucket has 1,000, which no folder of the simulator reaches. */
const PAGE_SWITCH = 'listing-page';
/** `absent`: a page of folders does not say where the next one begins. */
const MARKER_SWITCH = 'listing-marker';

export interface File {
  readonly key: string;
  readonly size: number;
  readonly modified: number;
}

/** A folder of the bucket; children are made only when the folder is listed. */
interface Folder {
  readonly path: string;
  folders(): Folder[];
  files(): File[];
}

const node = (path: string, folders: () => Folder[], files: () => File[] = () => []): Folder => ({
  path,
  folders: () => folders().sort((a, b) => (a.path < b.path ? -1 : 1)),
  files,
});

function root(context: VenueContext, now: number): Folder {
  const tiers = (market: Market, path: string): Folder[] =>
    (['month', 'day'] as const).map((unit) => {
      const tier = `${path}${unit === 'month' ? 'monthly' : 'daily'}/`;
      return node(tier, () =>
        datasetsOf(market, unit).map((dataset) =>
          node(`${tier}${dataset}/`, () =>
            symbols(context, { market, unit, dataset }, `${tier}${dataset}/`, now),
          ),
        ),
      );
    });
  const spot = `data/${FOLDERS.spot}/`;
  const um = `data/${FOLDERS.um}/`;
  const cm = `data/${FOLDERS.cm}/`;
  return node('', () => [
    node('data/', () => [
      node('data/futures/', () => [node(cm, () => tiers('cm', cm)), node(um, () => tiers('um', um))]),
      node(spot, () => tiers('spot', spot)),
    ]),
  ]);
}

type Dataset = Pick<ArchiveObject, 'market' | 'unit' | 'dataset'>;

function symbols(context: VenueContext, dataset: Dataset, path: string, now: number): Folder[] {
  return CONTRACTS.filter((c) => c.market === dataset.market)
    .map((c) => ({ ...dataset, symbol: c.symbol, interval: '' }))
    .filter((series) => isPublishedAtAll(series, now))
    .map((series) => {
      const folder = `${path}${series.symbol}/`;
      if (!isKlines(series.dataset))
        return node(
          folder,
          () => [],
          () => filesOf(context, series, now),
        );
      return node(folder, () =>
        intervalsOf(series.market, series.unit).map((interval) =>
          node(
            `${folder}${interval}/`,
            () => [],
            () => filesOf(context, { ...series, interval }, now),
          ),
        ),
      );
    });
}

/** Sizes are estimates: for the real ones every file would have to be made. */
function filesOf(
  context: VenueContext,
  series: Dataset & { symbol: string; interval: string },
  now: number,
): File[] {
  return publishedPeriods(series, now).flatMap((period) => {
    const object = objectOf(series, period);
    if (context.faults.hides('binance-archive', `GET /binance-archive/${object.key}`)) return [];
    const modified = modifiedAt(context, object);
    // Eight trades a minute.
    const trades = series.dataset === 'aggTrades' ? 7_500 : undefined;
    const step = trades ?? INTERVALS.get(series.interval === '1mo' ? '1M' : series.interval)?.step ?? 300_000;
    const size = 200 + Math.ceil((BYTES_PER_ROW * (period.end - period.start)) / step);
    const name = `${object.name}.zip`;
    return [
      { key: object.key, size, modified },
      { key: `${object.key}.CHECKSUM`, size: 64 + 2 + name.length + 1, modified },
    ];
  });
}

/** What is listed: a file, or a folder. */
export type Entry = { readonly file: File } | { readonly common: string };
const nameOf = (entry: Entry): string => ('file' in entry ? entry.file.key : entry.common);

/** Entries under a prefix in key order; with a delimiter, what lies deeper is one common prefix. */
function* entries(folder: Folder, prefix: string, delimited: boolean): Generator<Entry> {
  if (!folder.path.startsWith(prefix) && !prefix.startsWith(folder.path)) return;
  if (delimited && folder.path.startsWith(prefix) && folder.path.length > prefix.length) {
    yield { common: folder.path };
    return;
  }
  for (const child of folder.folders()) yield* entries(child, prefix, delimited);
  for (const file of folder.files()) if (file.key.startsWith(prefix)) yield { file };
}

function answer(context: VenueContext, request: VenueRequest): VenueAnswer {
  const all = (prefix: string, delimited: boolean) => entries(root(context, request.at), prefix, delimited);
  const page = Number(context.switches.get(PAGE_SWITCH) ?? MAX_KEYS);
  return listingAnswer(new Map(request.query), all, {
    page,
    marked: context.switches.get(MARKER_SWITCH) !== 'absent',
  });
}

/** A page of `ListObjects`. @param all what lies under a prefix, in the order of the keys */
export function listingAnswer(
  query: ReadonlyMap<string, string>,
  all: (prefix: string, delimited: boolean) => Iterable<Entry>,
  { page: most, marked }: { readonly page: number; readonly marked: boolean } = {
    page: MAX_KEYS,
    marked: true,
  },
): VenueAnswer {
  const prefix = query.get('prefix') ?? '';
  const marker = query.get('marker') ?? '';
  const delimiter = query.get('delimiter') ?? '';
  const maxKeys = Math.min(most, Number(query.get('max-keys') ?? MAX_KEYS));
  const encoded = query.get('encoding-type') === 'url';
  const keyOf = (name: string): string => (encoded ? encodeURIComponent(name).replaceAll('%2F', '/') : name);
  if (!Number.isInteger(maxKeys) || maxKeys < 0 || !['', '/'].includes(delimiter)) {
    return xml(
      400,
      '<Error><Code>InvalidArgument</Code><Message>max-keys or delimiter is not valid</Message></Error>',
    );
  }
  const page: Entry[] = [];
  let truncated = false;
  for (const entry of all(prefix, delimiter === '/')) {
    const name = nameOf(entry);
    // A marker inside a folder leaves the whole folder behind.
    if (name <= marker || ('common' in entry && marker.startsWith(name))) continue;
    truncated = page.length === maxKeys;
    if (truncated) break;
    page.push(entry);
  }
  const last = page.at(-1);
  const tag = (name: string, value: string | number | boolean): string =>
    `<${name}>${escapeXml(String(value))}</${name}>`;
  const body = [
    '<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">',
    tag('Name', 'data.binance.vision'),
    // The prefix that was requested, beside those of the folders.
    tag('Prefix', keyOf(prefix)),
    tag('Marker', keyOf(marker)),
    encoded ? tag('EncodingType', 'url') : '',
    // Without a delimiter the caller takes the last key.
    truncated && delimiter && last && marked ? tag('NextMarker', keyOf(nameOf(last))) : '',
    tag('MaxKeys', maxKeys),
    delimiter ? tag('Delimiter', delimiter) : '',
    tag('IsTruncated', truncated),
    ...page.map((e) => ('file' in e ? contents(e.file) : '')),
    ...page.map((e) =>
      'common' in e ? `<CommonPrefixes>${tag('Prefix', keyOf(e.common))}</CommonPrefixes>` : '',
    ),
    '</ListBucketResult>',
  ];
  return { ...xml(200, body.join('')), route: 'GET /binance-listing' };

  function contents({ key, size, modified }: File): string {
    const seed = seedOf(`${key} ${modified}`);
    const etag = Array.from({ length: 4 }, (_, i) => hash32(seed, i).toString(16).padStart(8, '0')).join('');
    return `<Contents>${tag('Key', keyOf(key))}<LastModified>${new Date(modified).toISOString()}</LastModified><ETag>&quot;${etag}&quot;</ETag><Size>${size}</Size><StorageClass>STANDARD</StorageClass></Contents>`;
  }
}

/** The S3 host that lists the archive's bucket. */
export const binanceListing: VenueModule = {
  id: 'binance-listing',
  prefix: '/binance-listing',
  env: 'GORDON_BINANCE_LISTING_URL',
  open: (context) => (request) => answer(context, request),
};
