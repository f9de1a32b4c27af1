/**
 * Lets so many streams be read at a time; the others wait in the order in which they were begun.
 *
 * A function of AWS works on one file and never waits here. In a host that runs eight fetchers in one thread, files that are
 * read side by side all come to their end at the same moment: the database would idle until then, and the first thread after.
 */
export class StreamSemaphore {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  constructor(atOnce: number) {
    this.#free = atOnce;
  }

  /** The same items; a place is taken when the first one is read and given back when the reader's loop ends, however it ends. */
  async *of<T>(items: AsyncIterable<T>): AsyncGenerator<T> {
    if (this.#free > 0) this.#free--;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      yield* items;
    } finally {
      const next = this.#waiting.shift();
      if (next) next();
      else this.#free++;
    }
  }
}
