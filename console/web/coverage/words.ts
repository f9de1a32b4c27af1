import { plural, rangeText, words } from '../lib/format.ts';
import { type Cell, type Row, type Run, runAt } from './grid.ts';

/** A cell in one sentence: for the pointer's tip and for a screen reader. */
export function describe(row: Row, cell: Cell): string {
  const where = `${row.source} ${row.symbol} ${row.timeframe}, ${rangeText(cell.start, cell.end)}`;
  const run = runAt(row.runs, cell.start);
  return `${where}: ${run ? countsOf(run) : 'never requested'}`;
}

export function countsOf(run: Run): string {
  const parts = [
    run.have > 0 && `${plural(run.have, 'row')} there`,
    ...Object.entries(run.empty).map(([reason, n]) => `${plural(n, 'step')} proven empty (${words(reason)})`),
    run.inFlight > 0 && `${plural(run.inFlight, 'row')} being fetched`,
    run.missing > 0 && `${plural(run.missing, 'row')} missing`,
    run.failed > 0 && `${plural(run.failed, 'row')} failed to come`,
  ].filter(Boolean);
  return parts.join(', ') || 'nothing due yet';
}
