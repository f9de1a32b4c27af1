/**
 * Events in virtual time. Of two at the same time the one that was entered first comes first, so that a run is the same
 * each time. A binary heap over typed arrays: a run has millions of events.
 */
export class EventQueue {
  #at = new Float64Array(1_024);
  #entered = new Float64Array(1_024);
  #what = new Float64Array(1_024);
  #size = 0;
  #count = 0;
  /** the time of what `pop` gave last */
  now = 0;

  get size(): number {
    return this.#size;
  }

  /** when the next event is due; Infinity when there is none */
  get next(): number {
    return this.#size > 0 ? this.#at[0]! : Number.POSITIVE_INFINITY;
  }

  /** what is due next; the queue must not be empty */
  get first(): number {
    return this.#what[0]!;
  }

  push(at: number, what: number): void {
    if (this.#size === this.#at.length) this.#grow();
    let i = this.#size++;
    const entered = this.#count++;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      // A later entry never overtakes an equal one, so the time alone decides on the way up.
      if (this.#at[parent]! <= at) break;
      this.#move(parent, i);
      i = parent;
    }
    this.#put(i, at, entered, what);
  }

  /** @returns what was entered for the earliest time, which is then `now` */
  pop(): number {
    if (this.#size === 0) throw new Error('there is no event left');
    const what = this.#what[0]!;
    this.now = this.#at[0]!;
    const last = --this.#size;
    this.#sink(this.#at[last]!, this.#entered[last]!, this.#what[last]!);
    return what;
  }

  #sink(at: number, entered: number, what: number): void {
    let i = 0;
    for (let child = 1; child < this.#size; child = 2 * i + 1) {
      if (child + 1 < this.#size && this.#before(child + 1, child)) child += 1;
      if (at < this.#at[child]! || (at === this.#at[child]! && entered < this.#entered[child]!)) break;
      this.#move(child, i);
      i = child;
    }
    this.#put(i, at, entered, what);
  }

  #before(a: number, b: number): boolean {
    if (this.#at[a]! !== this.#at[b]!) return this.#at[a]! < this.#at[b]!;
    return this.#entered[a]! < this.#entered[b]!;
  }

  #move(from: number, to: number): void {
    this.#put(to, this.#at[from]!, this.#entered[from]!, this.#what[from]!);
  }

  #put(i: number, at: number, entered: number, what: number): void {
    this.#at[i] = at;
    this.#entered[i] = entered;
    this.#what[i] = what;
  }

  #grow(): void {
    const twice = (old: Float64Array<ArrayBuffer>): Float64Array<ArrayBuffer> => {
      const larger = new Float64Array(2 * old.length);
      larger.set(old);
      return larger;
    };
    this.#at = twice(this.#at);
    this.#entered = twice(this.#entered);
    this.#what = twice(this.#what);
  }
}
