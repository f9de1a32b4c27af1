import { createHash } from 'node:crypto';
import { isTimeframe, stepOf } from '../../../functions/core/time/timeframe.ts';
import {
  type ArchiveObject,
  datasetsOf,
  folderOf,
  intervalsOf,
  objectOf,
  parseKey,
} from '../../../simulator/binance-archive/keys.ts';
import { type Entry, listingAnswer } from '../../../simulator/binance-archive/listing.ts';
import { noSuchKey } from '../../../simulator/binance-archive/xml.ts';
import type { VenueAnswer } from '../../../simulator/frame/module.ts';
import type { Dataset } from '../../faults/fault.ts';
import { keyOf } from '../market/book.ts';
import type { FileState, Rowset } from '../market/content.ts';
import { fundingFile, fundingSet } from './funding.ts';
import { klinesFile, type Stock } from './klines.ts';
import { metricsFile, metricsSet } from './metrics.ts';

const CHECKSUM = '.CHECKSUM';
/** A body that begins so is a zip that cannot be read. */
export const CORRUPT = 0xff;
const KEPT_BYTES = 48 * 1024 * 1024;

/** Other trees of the archive are empty here. */
const DATASETS: Readonly<Partial<Record<ArchiveObject['dataset'], Dataset>>> = {
  klines: 'klines',
  fundingRate: 'funding',
  metrics: 'metrics',
};

interface Stored {
  readonly body: Uint8Array;
  readonly sha256: string;
}

/** The files of the archive, unpacked: what a zip would add is no subject of the simulation. */
export class ArchiveFiles {
  readonly #stock: Stock;
  readonly #made = new Map<string, Stored>();
  #bytes = 0;

  constructor(stock: Stock) {
    this.#stock = stock;
  }

  /** @param path begins with `/` */
  answer(path: string, now: number): VenueAnswer {
    const wantsChecksum = path.endsWith(CHECKSUM);
    const key = (wantsChecksum ? path.slice(0, -CHECKSUM.length) : path).slice(1);
    const object = parseKey(key);
    const set = object && this.#setOf(object);
    const file = set && this.#stock.content.file(set, object.unit, object.period, now);
    if (!object || !set || !file) return noSuchKey(path.slice(1));
    const { body, sha256 } = this.#get(object, set, file, now);
    if (!wantsChecksum) return { status: 200, headers: { 'content-type': 'application/zip' }, body };
    const digest = file.damage === 'wrong-checksum' ? [...sha256].reverse().join('') : sha256;
    return {
      status: 200,
      headers: { 'content-type': 'binary/octet-stream' },
      body: `${digest}  ${object.name}.zip\n`,
    };
  }

  /** What is published, without a request; undefined where there is none, or a damaged one. */
  stateOf(path: string, now: number): { readonly modified: number; readonly sha256: string } | undefined {
    const object = parseKey(path.slice(1));
    const set = object && this.#setOf(object);
    const file = set && this.#stock.content.file(set, object.unit, object.period, now);
    if (!object || !set || !file || file.damage) return undefined;
    return { modified: file.modified, sha256: this.#get(object, set, file, now).sha256 };
  }

  /** A page of the listing. */
  list(query: ReadonlyMap<string, string>, now: number): VenueAnswer {
    return listingAnswer(query, (prefix, delimited) => this.#entries(prefix, delimited, now));
  }

  *#entries(prefix: string, delimited: boolean, now: number): Generator<Entry> {
    for (const { folder, set, unit, object } of this.#folders(prefix)) {
      const periods = this.#stock.content.files(set, unit, now);
      if (periods.length === 0) continue;
      const common = `${prefix}${folder.slice(prefix.length).split('/')[0]}/`;
      if (delimited && folder.length > prefix.length) {
        yield { common };
        continue;
      }
      for (const period of periods) {
        const { key, name } = objectOf(object, period);
        const { modified } = this.#stock.content.file(set, unit, period, now)!;
        yield { file: { key, size: 1_000, modified } };
        yield { file: { key: `${key}${CHECKSUM}`, size: 64 + name.length, modified } };
      }
    }
  }

  /** Folders of series that begin with a prefix or of which a prefix begins with one, in order. */
  #folders(prefix: string) {
    const out: {
      folder: string;
      set: Rowset;
      unit: 'day' | 'month';
      object: Omit<ArchiveObject, 'key' | 'name' | 'period'>;
    }[] = [];
    for (const listed of this.#stock.content.book.values()) {
      for (const unit of ['day', 'month'] as const) {
        for (const dataset of datasetsOf(listed.market, unit)) {
          const intervals =
            dataset === 'klines' ? intervalsOf(listed.market, unit).filter(isTimeframe) : [''];
          for (const interval of intervals) {
            const object = { market: listed.market, unit, dataset, symbol: listed.symbol, interval };
            const folder = folderOf(object);
            if (!folder.startsWith(prefix) && !prefix.startsWith(folder)) continue;
            const set = this.#setOf(object);
            if (set) out.push({ folder, set, unit, object });
          }
        }
      }
    }
    // Of a listing by folders the first of each is enough.
    const seen = new Set<string>();
    return out
      .sort((a, b) => (a.folder < b.folder ? -1 : 1))
      .filter(({ folder }) => {
        const rest = folder.slice(prefix.length);
        if (!rest) return true;
        const symbol = rest.split('/')[0]!;
        if (seen.has(symbol)) return false;
        seen.add(symbol);
        return true;
      });
  }

  #setOf({
    market,
    symbol,
    dataset,
    interval,
  }: Pick<ArchiveObject, 'market' | 'symbol' | 'dataset' | 'interval'>): Rowset | undefined {
    // Other markets and trees have nothing here.
    if (market === 'cm' || DATASETS[dataset] === undefined) return undefined;
    const listed = this.#stock.content.book.get(keyOf({ market, symbol }));
    if (!listed) return undefined;
    if (dataset === 'fundingRate') return fundingSet(listed);
    if (dataset === 'metrics') return metricsSet(listed);
    return isTimeframe(interval) ? { listed, dataset: 'klines', step: stepOf(interval) } : undefined;
  }

  #get(object: ArchiveObject, set: Rowset, file: FileState, now: number): Stored {
    const damage = file.damage === 'wrong-checksum' ? undefined : file.damage;
    const key = `${object.key} ${file.modified} ${file.renewed} ${damage ?? ''}`;
    const known = this.#made.get(key);
    if (known) return known;
    const body = this.#bodyOf(object, set, { ...file, ...(damage && { damage }) }, now);
    const made = { body, sha256: createHash('sha256').update(body).digest('hex') };
    this.#made.set(key, made);
    this.#bytes += body.length;
    for (const [
      oldest,
      {
        body: { length },
      },
    ] of this.#made) {
      if (this.#bytes <= KEPT_BYTES) break;
      this.#made.delete(oldest);
      this.#bytes -= length;
    }
    return made;
  }

  #bodyOf(object: ArchiveObject, set: Rowset, { damage, renewed }: FileState, now: number): Uint8Array {
    if (damage === 'garbage') return Buffer.from(`${object.name}\nthis is no table\n`);
    const plain = this.#plain(object, set, now);
    // The same rows in another file.
    const body = renewed > 0 ? Buffer.concat([plain, Buffer.from('\n'.repeat(renewed))]) : plain;
    return damage === 'corrupt' ? Buffer.concat([Buffer.from([CORRUPT]), body]) : body;
  }

  #plain({ dataset, unit, period }: ArchiveObject, set: Rowset, now: number): Uint8Array {
    if (DATASETS[dataset] === 'klines') return klinesFile(this.#stock, set, unit, period, now);
    if (DATASETS[dataset] === 'funding') return fundingFile(this.#stock, set.listed, unit, period, now);
    return metricsFile(this.#stock, set.listed, unit, period, now);
  }
}
