import type { ArchiveFile, ArchiveReader } from '../ports.ts';

export type ArchiveObject = Parameters<ArchiveReader['read']>[0];

/** Objects that are requested while the one before them is read and its rows are committed. */
export const AHEAD = 3;

/** Rows of an object that may be held until its turn comes: half a megabyte as it is packed. */
export const SMALL_OBJECT = 10_000;

/**
 * Reads objects of an archive in order, and requests the next ones meanwhile: a month of daily files would otherwise wait for as many
 * round trips as it has days. The first object is requested alone, for one that is not there shows that the next ones may not be there
 * either.
 */
export class ReadAhead {
  readonly #archive: ArchiveReader;
  /** by path, in order */
  readonly #begun = new Map<string, Promise<ArchiveFile | undefined>>();

  constructor(archive: ArchiveReader) {
    this.#archive = archive;
  }

  /** As `ArchiveReader.read`; what was requested before is not requested again. */
  read(object: ArchiveObject): Promise<ArchiveFile | undefined> {
    const { path } = object.file;
    const begun = this.#begun.get(path);
    this.#begun.delete(path);
    return begun ?? this.#archive.read(object);
  }

  /**
   * Requests what will be read next.
   * @param next at most `AHEAD`. One without a checksum is read as it arrives, and so not before its turn
   */
  begin(next: readonly ArchiveObject[]): void {
    for (const object of next) {
      const { path } = object.file;
      if (!object.checksum || this.#begun.has(path)) continue;
      const reading = this.#archive.read(object);
      // Its error belongs to whoever reads it.
      reading.catch(() => {});
      this.#begun.set(path, reading);
    }
  }

  /** Waits for what was requested and will not be read: no request outlives its fetch. */
  async end(): Promise<void> {
    const left = [...this.#begun.values()];
    this.#begun.clear();
    await Promise.allSettled(left);
  }
}
