const BINS = 256;

/** How much of each resource was used over time, for plots: two hundred bins or so, however long the run turns out to be. */
export class Timeline<Name extends string> {
  readonly #names: readonly Name[];
  readonly #areas: Float64Array[];
  readonly #levels: Float64Array;
  readonly #since: Float64Array;
  #width = 1;

  constructor(names: readonly Name[]) {
    this.#names = names;
    this.#areas = names.map(() => new Float64Array(BINS));
    this.#levels = new Float64Array(names.length);
    this.#since = new Float64Array(names.length);
  }

  /** Adds an amount that was used at one moment, such as rows or writes. */
  add(name: number, amount: number, now: number): void {
    this.#fit(now);
    this.#areas[name]![Math.floor(now / this.#width)]! += amount;
  }

  /** From now on so many are in use, such as lanes. */
  level(name: number, change: number, now: number): void {
    this.#spread(name, now);
    this.#levels[name]! += change;
  }

  /** Mean use by the second in each bin, up to the end. */
  read(end: number): readonly ({ readonly at: number } & Readonly<Record<Name, number>>)[] {
    for (let name = 0; name < this.#names.length; name++) this.#spread(name, end);
    const bins = Math.min(Math.ceil(end / this.#width), BINS);
    return Array.from({ length: bins }, (_, bin) => {
      const at = bin * this.#width;
      const width = Math.min(this.#width, end - at);
      const used = this.#names.map((name, i) => [name, this.#areas[i]![bin]! / width] as const);
      return { at, ...(Object.fromEntries(used) as Record<Name, number>) };
    });
  }

  /** All that was used of a resource; of a level, its seconds. */
  total(name: number): number {
    return this.#areas[name]!.reduce((sum, area) => sum + area, 0);
  }

  #spread(name: number, now: number): void {
    this.#fit(now);
    let from = this.#since[name]!;
    const level = this.#levels[name]!;
    const areas = this.#areas[name]!;
    while (level !== 0 && from < now) {
      const bin = Math.floor(from / this.#width);
      const to = Math.min((bin + 1) * this.#width, now);
      areas[bin]! += level * (to - from);
      from = to;
    }
    this.#since[name] = now;
  }

  #fit(now: number): void {
    while (now >= BINS * this.#width) {
      for (const areas of this.#areas) {
        for (let bin = 0; bin < BINS / 2; bin++) areas[bin] = areas[2 * bin]! + areas[2 * bin + 1]!;
        areas.fill(0, BINS / 2);
      }
      this.#width *= 2;
    }
  }
}
