import { type Finding, UNREADABLE_CELL } from '../../core/source.ts';
import { malformed } from '../malformed.ts';

interface Bad {
  /** of the row, on the grid, epoch ms; undefined where that is what cannot be read */
  readonly time: number | undefined;
  readonly field: string;
  readonly value: string;
}

/**
 * Cells of one answer that hold no value where one is due. The rest of the answer is kept and each run of them is a finding; an
 * answer of which no row reads is another matter: its format changed.
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

  note(time: number | undefined, field: string, value: unknown): void {
    this.#bad.push({ time, field, value: String(value).slice(0, 40) });
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
    return Array.from(Map.groupBy(this.#bad, ({ field }) => field).values(), (bad) => this.#runs(bad)).flat();
  }

  /** Cells of one field, one finding for those of rows that follow each other. */
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
      ...out.map(({ time, until, rows, example: { field, value } }): Finding => {
        return { kind: UNREADABLE_CELL, time, until, detail: { field, value, rows } };
      }),
      ...undated.slice(0, 1).map(({ field, value }): Finding => {
        return { kind: UNREADABLE_CELL, detail: { field, value, rows: undated.length } };
      }),
    ];
  }
}
