import type { ExportPlan, PlannedMonth } from '../../functions/core/exports/plan-export.ts';
import type { ExportProgress } from '../../functions/core/exports/run-export.ts';
import { SECOND } from '../../functions/core/time/time.ts';
import { fitLine, type Piece } from '../format/fit.ts';
import { count, duration, plural } from '../format/values.ts';
import { say, type Terminal } from '../terminal.ts';

/** How often a line is printed where it cannot be overwritten. */
const LINE_EVERY = 5 * SECOND;
const PICTURE_EVERY = SECOND / 4;
/** The width of a terminal that does not report one. */
const USUAL_COLUMNS = 80;

/** Follows an export on the side: one line that changes on a terminal, lines for a file. */
export function exportProgress({ err, clock }: Terminal): ExportProgress & Disposable {
  const total = { months: 0, rows: 0 };
  const done = { months: 0, rows: 0 };
  let began = 0;
  let shownAt = 0;
  let shown = false;
  const show = (): void => {
    const now = clock();
    if (now - shownAt < (err.isTTY ? PICTURE_EVERY : LINE_EVERY)) return;
    shownAt = now;
    const pieces = progressPieces(done, total, now - began);
    if (err.isTTY) err.write(`\r${fitLine(pieces, (err.columns ?? USUAL_COLUMNS) - 1)}\u001b[K`);
    else say(err, fitLine(pieces, Number.POSITIVE_INFINITY));
    shown ||= err.isTTY === true;
  };
  return {
    planned({ months }: ExportPlan) {
      const writing = months.filter(({ action }) => action === 'write');
      total.months = writing.length;
      total.rows = writing.reduce((sum, { rows }) => sum + rows, 0);
      const kept = months.filter(({ action }) => action === 'keep').length;
      say(
        err,
        `${plural(total.months, 'month')} to write, ${plural(total.rows, 'row')}; ${count(kept)} unchanged`,
      );
      began = clock();
      shownAt = began;
    },
    wrote(rows) {
      done.rows += rows;
      show();
    },
    month({ action }: PlannedMonth) {
      if (action === 'write') done.months += 1;
      show();
    },
    [Symbol.dispose]() {
      if (shown) err.write('\r\u001b[K');
    },
  };
}

interface Tally {
  readonly months: number;
  readonly rows: number;
}

/** `3 of 24 months  1,234,567 of 2,102,400 rows  98,765 rows/s  about 12s left` */
export function progressPieces(done: Tally, total: Tally, ms: number): Piece[] {
  const rate = done.rows / (ms / SECOND);
  const left = (total.rows - done.rows) / rate;
  return [
    { text: `${count(done.months)} of ${plural(total.months, 'month')}`, rank: 0 },
    { text: `${count(done.rows)} of ${plural(total.rows, 'row')}`, rank: 1 },
    ...(done.rows > 0 && ms > 0
      ? [{ text: `${count(Math.round(rate))} rows/s`, rank: 2 }, { text: `about ${duration(left)} left` }]
      : []),
  ];
}
