import { createHash } from 'node:crypto';
import type { VenueAnswer, VenueContext, VenueModule, VenueRequest } from '../frame/module.ts';
import { type ArchiveObject, marketNameOf, parseKey } from './keys.ts';
import { isPublished, modifiedAt } from './publication.ts';
import { ArchiveStore } from './store.ts';
import { noSuchKey } from './xml.ts';

const PREFIX = '/binance-archive';
const CHECKSUM = '.CHECKSUM';

async function answer(
  context: VenueContext,
  store: ArchiveStore,
  request: VenueRequest,
): Promise<VenueAnswer> {
  const wantsChecksum = request.path.endsWith(CHECKSUM);
  const path = wantsChecksum ? request.path.slice(0, -CHECKSUM.length) : request.path;
  const object = parseKey(path.slice(1));
  const route = object
    ? `${request.method} ${PREFIX} ${object.market} ${object.unit} ${object.dataset}${wantsChecksum ? ' CHECKSUM' : ''}`
    : `${request.method} ${PREFIX} unknown`;
  const gone = { ...noSuchKey(request.path.slice(1)), route };
  if (!['GET', 'HEAD'].includes(request.method)) return { ...gone, status: 405 };
  if (!object || !(isOverridden(context, object) || isPublished(object, request.at))) return gone;

  const line = (of: string): string => `${request.method} ${PREFIX}${of}`;
  const faults = context.faults.takeObject('binance-archive', line(request.path), line(path));
  if (faults.some((f) => f.kind === 'not-found')) return gone;
  const damage = faults.filter((f) => f.kind !== 'wrong-checksum');
  const { zip, sha256 } = await store.get(object, damage);
  const headers = {
    'last-modified': new Date(modifiedAt(context, object)).toUTCString(),
    'accept-ranges': 'bytes',
  };
  if (!wantsChecksum) {
    const etag = `"${createHash('md5').update(zip).digest('hex')}"`;
    return {
      status: 200,
      headers: { ...headers, etag, 'content-type': 'application/zip' },
      body: zip,
      route,
    };
  }
  const digest = damage.length < faults.length ? wrongDigest(sha256) : sha256;
  return {
    status: 200,
    headers: { ...headers, 'content-type': 'binary/octet-stream' },
    body: `${digest}  ${object.name}.zip\n`,
    route,
  };
}

const isOverridden = ({ overrides }: VenueContext, object: ArchiveObject): boolean =>
  overrides.archive(marketNameOf(object), object.symbol, object.interval, object.period.name) !== undefined;

const wrongDigest = (sha256: string): string => createHash('sha256').update(sha256).digest('hex');

export const binanceArchive: VenueModule = {
  id: 'binance-archive',
  prefix: PREFIX,
  env: 'GORDON_BINANCE_ARCHIVE_URL',
  open(context) {
    const store = new ArchiveStore(context);
    return (request) => answer(context, store, request);
  },
};
