import { type Finding, UNREADABLE_CELL } from '../../core/series/source.ts';
import { malformed } from './malformed.ts';

interface Bad {
  /** of the row, on the grid, epoch ms; undefined where that is what cannot be read */
  readonly time: number | undefined;
  readonly field: string;
  readonly value: string;
  readonly place: Place | undefined;
}

/** Where a cell stands in a file; both count from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/**
 * Cells of one answer or file that hold no value where one is due. The other cells are kept, and each run of bad ones is a
 * finding. If no row of an answer can be read, or most rows of a file cannot, its format has changed and it is refused.
 */
export class BadCells {
  readonly #subject: string;
  readonly #step: number;
  readonly #bad: Bad[] = [];

  /** @param step length of a row, ms */
  constructor(subject: string, step: number) {
    this.#subject = subject;
    this.#step = step;
  }

  /** @param place of a cell of a file */
  note(time: number | undefined, field: string, value: unknown, place?: Place): void {
    this.#bad.push({ time, field, value: String(value).slice(0, 40), place });
  }

  /**
   * @param readable rows of the answer that read, as a whole or in part
   * @throws GordonError `malformed-rows` when cells are bad and no row reads
   */
  findings(readable: number): Finding[] {
    const [first] = this.#bad;
    if (first && readable === 0) {
      throw malformed(this.#subject, `no row reads; the first one has ${first.field} ${first.value}.`);
    }
    if (first?.place && this.#bad.length > readable) {
      const { line, column } = first.place;
      const more = `${this.#bad.length} cells cannot be parsed beside ${readable} readable rows`;
      throw malformed(this.#subject, `${more}; the first is line ${line}, column ${column}: ${first.value}.`);
    }
    return Array.from(Map.groupBy(this.#bad, ({ field }) => field).values(), (bad) => this.#runs(bad)).flat();
  }

  /** The bad cells of one field, with one finding for each run of consecutive rows. */
  #runs(bad: readonly Bad[]): Finding[] {
    const out: { time: number; until: number; rows: number; example: Bad }[] = [];
    const dated = bad.flatMap((one) => (one.time === undefined ? [] : [{ time: one.time, example: one }]));
    for (const { time, example } of dated.toSorted((a, b) => a.time - b.time)) {
      const last = out.at(-1);
      if (last && time <= last.until) {
        last.until = time + this.#step;
        last.rows += 1;
      } else out.push({ time, until: time + this.#step, rows: 1, example });
    }
    const undated = bad.filter(({ time }) => time === undefined);
    return [
      ...out.map(({ time, until, rows, example: { field, value, place } }): Finding => {
        return { kind: UNREADABLE_CELL, time, until, detail: { field, value, rows, ...place } };
      }),
      ...undated.slice(0, 1).map(({ field, value, place }): Finding => {
        return { kind: UNREADABLE_CELL, detail: { field, value, rows: undated.length, ...place } };
      }),
    ];
  }
}
