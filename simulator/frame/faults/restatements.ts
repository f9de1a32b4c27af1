/** From now on the venue reports a different past: values of a series are multiplied, or its rows are gone. */
export interface Restatement {
  /** module id such as `defillama` */
  readonly venue: string;
  /** as the venue names it: `ALL`, `btc`, `BTCUSDT` */
  readonly series: string;
  /** epoch ms, `[start, end)` */
  readonly start: number;
  readonly end: number;
  /** absent: the rows are gone */
  readonly factor?: number;
}

export class Restatements {
  #added: Restatement[] = [];

  add(restatement: Restatement): void {
    this.#added.push(restatement);
  }

  clear(): void {
    this.#added = [];
  }

  list(): readonly Restatement[] {
    return this.#added;
  }

  /** By what the numbers of an instant are multiplied; undefined when there is no row any more. */
  factor(venue: string, series: string, at: number): number | undefined {
    const here = this.#added.filter(
      (one) => one.venue === venue && one.series === series && one.start <= at && at < one.end,
    );
    if (here.some(({ factor }) => factor === undefined)) return undefined;
    return here.reduce((product, { factor = 1 }) => product * factor, 1);
  }
}
