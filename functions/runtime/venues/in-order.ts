interface Place {
  hasCome: boolean;
  readonly start: () => void;
}

/**
 * Lets those who joined go on in the order in which they joined. Eight fetchers that begin at one moment read their ledger first, and whose
 * answer comes first is chance: without this, so is the order in which months are requested, read and written.
 */
export class InOrder {
  /** those who joined and have not gone on, the first one first */
  readonly #places: Place[] = [];

  /** @returns runs work, the first time when all who joined before have called theirs */
  join(): <T>(work: () => T | Promise<T>) => Promise<T> {
    const { promise, resolve: start } = Promise.withResolvers<void>();
    const place: Place = { hasCome: false, start };
    this.#places.push(place);
    return (work) => {
      // Before anybody starts: work begins in the order in which it is started.
      const done = promise.then(work);
      place.hasCome = true;
      while (this.#places[0]?.hasCome) this.#places.shift()!.start();
      return done;
    };
  }
}
