/** Requests that may wait for their first byte when the line was quiet before: the file that is wanted first has it for itself. */
const FIRST = 1;
/** How many more may wait with each answer. */
const MORE = 2;

/**
 * Begins downloads in the order of their names, at first one and with each answer that begins to arrive three more. Eight files that
 * are requested at one moment share the line and all arrive at the same time, when nobody has had anything to read for as long as
 * all of them take; in this way the first one has the line for itself, and it is full after two round trips.
 */
export class StartWindow {
  #most = FIRST;
  /** requests of which nothing has arrived */
  #unanswered = 0;
  #underWay = 0;
  readonly #waiting: { readonly name: string; readonly start: () => void }[] = [];

  /** @param download calls `arrived` when its answer begins to arrive */
  async of<T>(name: string, download: (arrived: () => void) => Promise<T>): Promise<T> {
    this.#underWay++;
    if (this.#unanswered < this.#most) this.#unanswered++;
    else await new Promise<void>((start) => this.#waiting.push({ name, start }));
    let isAnswered = false;
    const answered = (more: number): void => {
      if (isAnswered) return;
      isAnswered = true;
      this.#most += more;
      this.#unanswered--;
      this.#startNext();
    };
    try {
      const result = await download(() => answered(MORE));
      answered(MORE);
      return result;
    } finally {
      answered(0);
      this.#underWay--;
      if (this.#underWay === 0) this.#most = FIRST;
    }
  }

  #startNext(): void {
    while (this.#waiting.length > 0 && this.#unanswered < this.#most) {
      const next = this.#waiting.reduce((first, one) => (one.name < first.name ? one : first));
      this.#waiting.splice(this.#waiting.indexOf(next), 1);
      this.#unanswered++;
      next.start();
    }
  }
}
