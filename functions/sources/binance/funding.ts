import { type Series, seriesLabel } from '../../core/series.ts';
import type { Parsed, StreamParser } from '../../core/source.ts';
import { numberIn } from '../csv/numbers.ts';
import { wholeFile } from '../csv/whole-file.ts';
import { fundingTable, type Settlement, settlementRows } from '../funding/settlements.ts';
import { malformed } from '../malformed.ts';
import { type JsonRow, numberOf, rowsIn, stampOf } from './rows.ts';

export const binanceFunding = fundingTable('binance');

/**
 * An answer of `GET /fapi/v1/fundingRate`. `markPrice` is the empty string before the end of October 2023; keys that
 * come later, such as `rateType` in 2026, are not looked at.
 * @throws GordonError `malformed-rows`
 */
export function parseFundingJson(body: Uint8Array, series: Series): Parsed & { readonly rowsInBody: number } {
  const rows = settlementsIn(body, series);
  return { ...settlementRows(binanceFunding, series, rows), rowsInBody: rows.length };
}

/** @throws GordonError `malformed-rows` */
export function settlementsIn(body: Uint8Array, series: Pick<Series, 'symbol'>): Settlement[] {
  return rowsIn(body, series.symbol, series.symbol).map((row) => ({
    stamp: stampOf(numberIn(row.fundingTime), series.symbol),
    rate: numberOf(row, 'fundingRate', series.symbol),
    ...markPriceOf(row, series.symbol),
  }));
}

function markPriceOf(row: JsonRow, subject: string): Pick<Settlement, 'markPrice'> {
  if (row.markPrice === undefined || row.markPrice === null || row.markPrice === '') return {};
  return { markPrice: numberOf(row, 'markPrice', subject) };
}

const FIELDS = 3;
const HOURS_OF_A_DAY = 24;

/**
 * Reads the archive's month of settlements: `calc_time,funding_interval_hours,last_funding_rate`, with or without that
 * header. It tells the interval, which REST does not, and no mark price.
 */
export function fundingCsvParser(series: Series): StreamParser {
  const subject = seriesLabel(series);
  return wholeFile(subject, (lines) => {
    const rows = lines[0]?.[0] === 'calc_time' ? lines.slice(1) : lines;
    if (rows.length === 0) return undefined;
    const settlements = rows.map((fields, i): Settlement => {
      const [stamp, intervalHours, rate] = fields.map(numberIn);
      const hours = intervalHours ?? 0;
      if (fields.length < FIELDS || rate === undefined || !Number.isInteger(hours)) {
        throw malformed(subject, `settlement ${i + 1} of the CSV has no number where one is due.`);
      }
      if (hours < 1 || hours > HOURS_OF_A_DAY) throw malformed(subject, `an interval of ${hours} hours.`);
      return { stamp: stampOf(stamp, subject), rate, intervalHours: hours };
    });
    return settlementRows(binanceFunding, series, settlements);
  });
}
