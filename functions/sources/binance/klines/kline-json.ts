import { type Series, seriesLabel } from '../../../core/series/series.ts';
import type { Parsed } from '../../../core/series/source.ts';
import { floorTo } from '../../../core/time/time.ts';
import { stepOf } from '../../../core/time/timeframe.ts';
import { numberIn } from '../../csv/numbers.ts';
import { BadCells } from '../../rest/bad-cells.ts';
import { malformed, readJson } from '../../rest/malformed.ts';
import { emptyBatch, isCount, KLINE_FIELDS, KlineRows, TRADES, toMillis } from './kline-rows.ts';

const CLOSE_TIME = 6;

/**
 * Reads an answer of a klines endpoint: an array of arrays, prices as strings, times as numbers. A candle that was not
 * closed by `asOf` is left out; it counts in `rowsInBody`.
 * @throws GordonError `malformed-rows`
 */
export function parseKlineJson(
  body: Uint8Array,
  series: Series,
  asOf: number,
): Parsed & { readonly rowsInBody: number } {
  const subject = seriesLabel(series);
  const raw = readArray(body, subject);
  const rows = new KlineRows(series, raw.length);
  const step = stepOf(series.timeframe);
  const bad = new BadCells(subject, step);
  let readable = 0;
  for (const [r, row] of raw.entries()) {
    if (!Array.isArray(row) || row.length < KLINE_FIELDS)
      throw malformed(subject, `row ${r + 1} is not a candle.`);
    rows.reserve();
    let unread = -1;
    for (let f = 0; f < KLINE_FIELDS && unread < 0; f++) {
      const value = f === TRADES ? countIn(row[f]) : numberIn(row[f]);
      if (value === undefined) unread = f;
      else rows.fields[f]![rows.length] = value;
    }
    if (unread >= 0) {
      const time = unread === 0 ? undefined : floorTo(toMillis(rows.fields[0]![rows.length]!), step);
      bad.note(time, `field ${unread + 1}`, row[unread]);
      continue;
    }
    readable++;
    const stepEnd = floorTo(toMillis(rows.fields[0]![rows.length]!), step) + step;
    // An outage cuts a candle short, so its close time alone does not say that its step is over.
    if (toMillis(rows.fields[CLOSE_TIME]![rows.length]!) < asOf && stepEnd <= asOf) rows.length++;
  }
  const parsed = rows.take() ?? { batch: emptyBatch(series), findings: [] };
  const findings = [...bad.findings(readable), ...parsed.findings];
  return { batch: parsed.batch, findings, rowsInBody: raw.length };
}

/**
 * Open times of an answer, unaligned, in epoch ms: for the ends of a symbol's life.
 * @throws GordonError `malformed-rows`
 */
export function openTimesIn(body: Uint8Array): number[] {
  return readArray(body, 'klines').map((row) => {
    const open = Array.isArray(row) ? numberIn(row[0]) : undefined;
    if (open === undefined) throw malformed('klines', 'a row has no open time.');
    return toMillis(open);
  });
}

/** Whether the newest candle of an answer had no trade. @throws GordonError `malformed-rows` */
export function endsUntraded(body: Uint8Array): boolean {
  const last = readArray(body, 'klines').at(-1);
  return Array.isArray(last) && numberIn(last[TRADES]) === 0;
}

function readArray(body: Uint8Array, subject: string): unknown[] {
  const value = readJson(body, subject);
  if (!Array.isArray(value)) throw malformed(subject, 'the answer is not a list of candles.');
  return value;
}

/** A number of trades. */
function countIn(cell: unknown): number | undefined {
  const value = numberIn(cell);
  return value !== undefined && isCount(value) ? value : undefined;
}
