import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { ObjectFault } from '../frame/faults/faults.ts';
import type { VenueContext } from '../frame/module.ts';
import { zipOf } from '../frame/zip.ts';
import { contentOf } from './content.ts';
import { corrupt, damageCsv } from './damage.ts';
import { metricsStyle } from './futures-csv.ts';
import { type ArchiveObject, marketNameOf } from './keys.ts';
import { publishedAt } from './publication.ts';

/** Part of every cached file's path: raise it whenever generated content changes. */
const FORMAT = 'v8';
const KEPT_BYTES = 96 * 1024 * 1024;

export interface StoredObject {
  readonly zip: Buffer;
  /** of the zip, hex */
  readonly sha256: string;
}

/** Makes archive files, each once: kept on disk where a folder is given, else the newest in memory. */
export class ArchiveStore {
  readonly #context: VenueContext;
  readonly #made = new Map<string, Promise<StoredObject>>();
  readonly #sizes = new Map<string, number>();
  #bytes = 0;
  #writes = 0;

  constructor(context: VenueContext) {
    this.#context = context;
  }

  get(object: ArchiveObject, faults: readonly ObjectFault[]): Promise<StoredObject> {
    const { overrides, outages } = this.#context;
    const market = marketNameOf(object);
    const override = overrides.archive(market, object.symbol, object.interval, object.period.name);
    const { start, end } = object.period;
    const switched = outages.touching(market, object.symbol, start, end);
    const style = object.dataset === 'metrics' ? metricsStyle(this.#context) : '';
    const plain = faults.length === 0 && !override && switched.length === 0 && style === '';
    const key = plain
      ? object.key
      : JSON.stringify([object.key, faults, switched, override && overrides.version, style]);
    let made = this.#made.get(key);
    if (!made) {
      made = plain ? this.#onDisk(object) : this.#make(object, faults);
      this.#made.set(key, made);
      made.then(
        ({ zip }) => this.#settle(key, zip.length),
        () => this.#made.delete(key),
      );
    }
    return made;
  }

  async #make(object: ArchiveObject, faults: readonly ObjectFault[]): Promise<StoredObject> {
    const name = `${object.name}.csv`;
    const pieces = contentOf(this.#context, object);
    const changed = faults.length === 0 ? pieces : [Buffer.from(damageCsv(textOf(pieces), object, faults))];
    const zip = await zipOf(name, changed, publishedAt(object));
    const stored = faults.some((f) => f.kind === 'corrupt-zip') ? corrupt(zip) : zip;
    return { zip: stored, sha256: createHash('sha256').update(stored).digest('hex') };
  }

  async #onDisk(object: ArchiveObject): Promise<StoredObject> {
    const { cacheDir, seed } = this.#context;
    if (cacheDir === undefined) return this.#make(object, []);
    const path = join(cacheDir, `${FORMAT}-${seed.toString(16)}`, object.key);
    try {
      const [zip, sha256] = await Promise.all([readFile(path), readFile(`${path}.sha256`, 'utf8')]);
      return { zip, sha256 };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
    const made = await this.#make(object, []);
    await mkdir(dirname(path), { recursive: true });
    // The digest goes last: a zip without one is made again.
    await this.#write(path, made.zip);
    await this.#write(`${path}.sha256`, made.sha256);
    return made;
  }

  /** By rename: another simulator on the same folder never reads half a file. */
  async #write(path: string, content: Buffer | string): Promise<void> {
    const part = `${path}.${process.pid}.${this.#writes++}`;
    await writeFile(part, content);
    await rename(part, path);
  }

  /** Lets the oldest go when the newest has made it too much. */
  #settle(key: string, bytes: number): void {
    this.#sizes.set(key, bytes);
    this.#bytes += bytes;
    for (const [oldest, size] of this.#sizes) {
      if (this.#bytes <= KEPT_BYTES || oldest === key) return;
      this.#bytes -= size;
      this.#sizes.delete(oldest);
      this.#made.delete(oldest);
    }
  }
}

const textOf = (pieces: Iterable<Uint8Array>): string => Buffer.concat([...pieces]).toString('utf8');
