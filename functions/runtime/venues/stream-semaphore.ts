interface Waiting {
  readonly group: string;
  readonly name: string;
  readonly start: () => void;
}

/**
 * Lets a limited number of streams be read at a time, of each group one. The others wait: groups in the order in which their oldest stream was
 * begun, streams of one group in the order of their names.
 *
 * A function of AWS works on one file and never waits here. In a host that runs eight fetchers in one thread, files that are
 * read side by side all come to their end at the same moment: the database would idle until then, and the first thread after.
 * Months of one series are read one after the other, and therefore loaded in order, whichever of their answers came first: a key
 * whose rows come in order takes 37 bytes a row, and 46 to 55 where a few months change places.
 */
export class StreamSemaphore {
  #free: number;
  /** the oldest first */
  readonly #waiting: Waiting[] = [];
  /** groups of which a stream is read */
  readonly #reading = new Set<string>();

  constructor(atOnce: number) {
    this.#free = atOnce;
  }

  /**
   * The same items; a place is taken when the first one is read and given back when the reader's loop ends, however it ends.
   * @param group streams that are read in the order of their names
   */
  async *of<T>(items: AsyncIterable<T>, group: string, name: string): AsyncGenerator<T> {
    await new Promise<void>((start) => {
      this.#waiting.push({ group, name, start });
      this.#startNext();
    });
    try {
      yield* items;
    } finally {
      this.#free++;
      this.#reading.delete(group);
      this.#startNext();
    }
  }

  #startNext(): void {
    while (this.#free > 0) {
      const oldest = this.#waiting.find(({ group }) => !this.#reading.has(group));
      if (!oldest) return;
      const of = this.#waiting.filter(({ group }) => group === oldest.group);
      const next = of.reduce((first, one) => (one.name < first.name ? one : first));
      this.#waiting.splice(this.#waiting.indexOf(next), 1);
      this.#free--;
      this.#reading.add(next.group);
      next.start();
    }
  }
}
