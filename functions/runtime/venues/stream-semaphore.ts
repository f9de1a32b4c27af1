interface Waiting {
  readonly group: string;
  readonly name: string;
  readonly start: () => void;
}

/**
 * Lets so many streams be read at a time. The others wait: groups of which the fewest are read come first, of these the one whose
 * oldest stream was begun first, and streams of one group in the order of their names.
 *
 * A function of AWS works on one file and never waits here. In a host that runs eight fetchers in one thread, files that are
 * read side by side all come to their end at the same moment: the database would idle until then, and the first thread after.
 * Months of one series that are read in order are also loaded in order, whichever of their answers came first.
 */
export class StreamSemaphore {
  #free: number;
  /** the oldest first */
  readonly #waiting: Waiting[] = [];
  /** streams that are read, by group */
  readonly #reading = new Map<string, number>();

  constructor(atOnce: number) {
    this.#free = atOnce;
  }

  /**
   * The same items; a place is taken when the first one is read and given back when the reader's loop ends, however it ends.
   * @param group streams that are read in the order of their names
   */
  async *of<T>(items: AsyncIterable<T>, group: string, name: string): AsyncGenerator<T> {
    if (this.#free > 0) this.#take(group);
    else await new Promise<void>((start) => this.#waiting.push({ group, name, start }));
    try {
      yield* items;
    } finally {
      this.#giveBack(group);
    }
  }

  #take(group: string): void {
    this.#free--;
    this.#reading.set(group, this.#readingOf(group) + 1);
  }

  #giveBack(group: string): void {
    this.#free++;
    const left = this.#readingOf(group) - 1;
    if (left > 0) this.#reading.set(group, left);
    else this.#reading.delete(group);
    const next = this.#takeNext();
    if (!next) return;
    this.#take(next.group);
    next.start();
  }

  #readingOf(group: string): number {
    return this.#reading.get(group) ?? 0;
  }

  #takeNext(): Waiting | undefined {
    const [oldest] = this.#waiting;
    if (!oldest) return undefined;
    const { group } = this.#waiting.reduce((fewest, one) =>
      this.#readingOf(one.group) < this.#readingOf(fewest.group) ? one : fewest,
    );
    const of = this.#waiting.filter((one) => one.group === group);
    const next = of.reduce((first, one) => (one.name < first.name ? one : first));
    this.#waiting.splice(this.#waiting.indexOf(next), 1);
    return next;
  }
}
