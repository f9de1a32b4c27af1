/** A hash of all that happened, in its order: two runs that differ in one step differ in it. */
export class Trace {
  steps = 0;
  #low = 0x811c9dc5;
  #high = 0x01000193;
  readonly #watch: ((line: string) => void) | undefined;

  /** @param watch gets each line, for a reader of what happened */
  constructor(watch?: (line: string) => void) {
    this.#watch = watch;
  }

  add(time: number, who: string, what: string): void {
    const line = `${time} ${who} ${what}`;
    this.#watch?.(line);
    this.steps += 1;
    let [low, high] = [this.#low, this.#high];
    for (let i = 0; i < line.length; i++) {
      low = Math.imul(low ^ line.charCodeAt(i), 0x01000193);
      high = Math.imul(high ^ (low >>> 15), 0x85ebca6b);
    }
    [this.#low, this.#high] = [low, high];
  }

  get hash(): string {
    return [this.#high, this.#low].map((half) => (half >>> 0).toString(16).padStart(8, '0')).join('');
  }
}
