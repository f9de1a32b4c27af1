import { type Series, seriesLabel } from '../../functions/core/series/series.ts';
import { contains, type RangeSet } from '../../functions/core/time/range.ts';
import { iso } from '../../functions/core/time/time.ts';

export type Breach =
  | 'missing'
  | 'missed'
  | 'never there'
  | 'other value'
  | 'stale'
  | 'false proof'
  | 'lost without a finding';

export interface Violation {
  readonly breach: Breach;
  readonly series: Series;
  readonly time: number;
  /** the same thing at later instants, this one among them */
  readonly rows: number;
  readonly why: string;
}

/** In words; instants of one kind and reason are one line. */
export const inWords = ({ breach, series, time, rows, why }: Violation): string =>
  `${seriesLabel(series)} at ${iso(time)}: ${breach}, ${rows} rows: ${why}`;

/** What is breached, and why. */
export type Judgement = readonly [breach: Breach, why: string] | undefined;

/** One violation for each kind and reason. */
export class Violations {
  readonly #series: Series;
  readonly #excused: RangeSet;
  readonly #found = new Map<string, Violation>();

  /** @param excused where nothing is a violation */
  constructor(series: Series, excused: RangeSet) {
    this.#series = series;
    this.#excused = excused;
  }

  add(time: number, judgement: Judgement): void {
    if (!judgement || contains(this.#excused, time)) return;
    const [breach, why] = judgement;
    const key = `${breach} ${why}`;
    const before = this.#found.get(key);
    this.#found.set(key, {
      breach,
      series: this.#series,
      time: before?.time ?? time,
      rows: (before?.rows ?? 0) + 1,
      why,
    });
  }

  all(): Violation[] {
    return [...this.#found.values()];
  }
}
