import { type Series, seriesLabel } from '../../core/series/series.ts';
import type { Parsed, StreamParser } from '../../core/series/source.ts';
import type { TableSpec } from '../../core/series/table.ts';
import { HOUR } from '../../core/time/time.ts';
import { numberIn } from '../csv/numbers.ts';
import { wholeFile } from '../csv/whole-file.ts';
import { dueAt, type Settlement, settlementRows } from '../funding/settlements.ts';
import { BadCells } from '../rest/bad-cells.ts';
import { malformed } from '../rest/malformed.ts';
import { isStamp, type JsonRow, readStamp, rowsIn } from './rows.ts';

/**
 * An answer of `GET /fapi/v1/fundingRate`, or of `GET /dapi/v1/fundingRate`, which has no `markPrice`. `markPrice` is the empty string before the end of October 2023; keys that
 * were added later, such as `rateType` in 2026, are ignored.
 * @throws GordonError `malformed-rows`
 */
export function parseFundingJson(
  body: Uint8Array,
  series: Series,
  table: TableSpec,
): Parsed & { readonly rowsInBody: number } {
  const bad = new BadCells(series.symbol, HOUR);
  const rows = rowsIn(body, series.symbol, series.symbol);
  const settlements = rows.flatMap((row): (Settlement & { readonly whole: boolean })[] => {
    const stamp = readStamp(numberIn(row.fundingTime), series.symbol);
    const rate = numberIn(row.fundingRate);
    const markPrice = hasMark(row) ? numberIn(row.markPrice) : undefined;
    const whole = !hasMark(row) || markPrice !== undefined;
    if (rate === undefined) bad.note(dueAt(stamp), 'fundingRate', row.fundingRate);
    else if (!whole) bad.note(dueAt(stamp), 'markPrice', row.markPrice);
    if (rate === undefined) return [];
    return [markPrice === undefined ? { stamp, rate, whole } : { stamp, rate, markPrice, whole }];
  });
  const unread = bad.findings(settlements.filter(({ whole }) => whole).length);
  const { batch, findings } = settlementRows(table, series, settlements);
  return { batch, findings: [...unread, ...findings], rowsInBody: rows.length };
}

/** Stamps of the settlements in an answer, in its order; epoch ms. @throws GordonError `malformed-rows` */
export const stampsIn = (body: Uint8Array, { symbol }: Pick<Series, 'symbol'>): number[] =>
  rowsIn(body, symbol, symbol).map((row) => readStamp(numberIn(row.fundingTime), symbol));

const hasMark = ({ markPrice }: JsonRow): boolean =>
  markPrice !== undefined && markPrice !== null && markPrice !== '';

const COLUMNS = ['calc_time', 'funding_interval_hours', 'last_funding_rate'];
const FIELDS = COLUMNS.length;
const HOURS_OF_A_DAY = 24;

const isInterval = (hours: number | undefined): hours is number =>
  hours !== undefined && Number.isInteger(hours) && hours >= 1 && hours <= HOURS_OF_A_DAY;

/**
 * Reads the archive's month of settlements: `calc_time,funding_interval_hours,last_funding_rate`, with or without that
 * header. It has the interval, which REST has not, and no mark price. A cell that cannot be read is a finding and costs no
 * other row.
 */
export function fundingCsvParser(series: Series, table: TableSpec): StreamParser {
  const subject = seriesLabel(series);
  return wholeFile(subject, (lines) => {
    const rows = lines[0]?.[0] === 'calc_time' ? lines.slice(1) : lines;
    if (rows.length === 0) return undefined;
    const bad = new BadCells(subject, HOUR);
    const header = lines.length - rows.length;
    let readable = 0;
    const settlements = rows.flatMap((fields, i): Settlement[] => {
      const line = header + i + 1;
      if (fields.length < FIELDS) throw malformed(subject, `line ${line} of the CSV is not a settlement.`);
      const [stamp, hours, rate] = fields.map(numberIn);
      const due = isStamp(stamp) ? dueAt(stamp) : undefined;
      const unread = [due === undefined, !isInterval(hours), rate === undefined].indexOf(true);
      if (unread < 0) readable++;
      else bad.note(due, COLUMNS[unread]!, fields[unread], { line, column: unread + 1 });
      if (!isStamp(stamp) || rate === undefined) return [];
      // If its own cell has no interval, the neighbours show it.
      return [isInterval(hours) ? { stamp, rate, intervalHours: hours } : { stamp, rate }];
    });
    const unread = bad.findings(readable);
    const parsed = settlementRows(table, series, settlements);
    return { batch: parsed.batch, findings: [...unread, ...parsed.findings] };
  });
}
