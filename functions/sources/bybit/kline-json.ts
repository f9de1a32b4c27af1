import { sortAndDedupe, toBatch } from '../../core/series/batch.ts';
import { type Series, seriesLabel } from '../../core/series/series.ts';
import type { Parsed } from '../../core/series/source.ts';
import type { TableSpec } from '../../core/series/table.ts';
import { stepOf } from '../../core/time/timeframe.ts';
import { BadCells } from '../rest/bad-cells.ts';
import { malformed } from '../rest/malformed.ts';
import { listIn, stampIn, textNumberIn } from './envelope.ts';

/** The table that candles become rows of. */
export interface KlineTable {
  readonly table: TableSpec;
  /** @param values open, high, low, close, volume and turnover */
  row(series: Series, start: number, values: readonly number[]): readonly (number | string)[];
}

const FIELDS = ['start', 'open', 'high', 'low', 'close', 'volume', 'turnover'] as const;

/**
 * Reads an answer of `kline`: arrays of seven strings, newest first. A candle whose step was not over by `asOf` is left
 * out: its values still change. It counts in `rowsInBody`.
 * @throws GordonError `malformed-rows`
 */
export function parseKlines(
  { table, row: rowOf }: KlineTable,
  body: Uint8Array,
  series: Series,
  asOf: number,
): Parsed & { readonly rowsInBody: number } {
  const subject = seriesLabel(series);
  const step = stepOf(series.timeframe);
  const list = listIn(body, subject);
  const bad = new BadCells(subject, step);
  const rows = list.flatMap((row, r): [number, ...number[]][] => {
    const cells = Array.isArray(row)
      ? row.slice(0, FIELDS.length).map((cell, f) => (f === 0 ? stampIn(cell) : textNumberIn(cell)))
      : [];
    if (cells.length < FIELDS.length) throw malformed(subject, `row ${r + 1} is not a candle.`);
    const unread = cells.indexOf(undefined);
    if (unread >= 0) {
      bad.note(cells[0], FIELDS[unread]!, (row as readonly unknown[])[unread]);
      return [];
    }
    const numbers = cells as [number, ...number[]];
    if (numbers[0] % step !== 0) throw malformed(subject, `row ${r + 1} does not begin on the grid.`);
    return [numbers];
  });
  const final = rows.filter(([start]) => start + step <= asOf);
  const batch = toBatch(
    table,
    final.map(([start, ...values]) => rowOf(series, start, values)),
  );
  const sorted = sortAndDedupe(batch);
  const findings = [...bad.findings(rows.length), ...sorted.findings];
  return { batch: sorted.batch, findings, rowsInBody: list.length };
}

/**
 * Starts of an answer's candles, in its order: newest first.
 * @throws GordonError `malformed-rows`
 */
export const startsIn = (body: Uint8Array): number[] =>
  listIn(body, 'kline').map((row) => {
    const start = Array.isArray(row) ? textNumberIn(row[0]) : undefined;
    if (start === undefined) throw malformed('kline', 'a row has no start.');
    return start;
  });
