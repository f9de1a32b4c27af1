import { type Series, seriesLabel } from '../../../core/series/series.ts';
import type { Parsed } from '../../../core/series/source.ts';
import { numberIn } from '../../csv/numbers.ts';
import { malformed } from '../../rest/malformed.ts';
import { readStamp, rowsIn } from '../rows.ts';
import { jumpsIn, missingTrades, TradeRows } from './trade-rows.ts';

/** The fields of an answer, in the order of `TRADE_FIELDS`. */
const KEYS = ['a', 'p', 'q', 'f', 'l', 'T'] as const;

/**
 * An answer of `aggTrades`: `{"a":26129,"p":"0.01633102","q":"4.70443515","f":27781,"l":27781,"T":1498793709153,"m":true}`. A trade is
 * final when it is there. One that cannot be parsed spoils the page: nothing else shows what is missing.
 * @throws GordonError `malformed-rows`
 */
export function parseTradeJson(body: Uint8Array, series: Series): Parsed & { readonly rowsInBody: number } {
  const subject = seriesLabel(series);
  const list = rowsIn(body, subject, series.symbol);
  const rows = new TradeRows(series);
  for (const [r, row] of list.entries()) {
    const fields = KEYS.map((key) => numberIn(row[key]));
    const unread = fields.findIndex((value) => value === undefined || value < 0);
    if (unread >= 0) throw malformed(subject, `row ${r + 1} has no ${KEYS[unread]}.`);
    if (typeof row.m !== 'boolean') throw malformed(subject, `row ${r + 1} does not say who the maker was.`);
    readStamp(fields[5], subject);
    rows.add([...(fields as number[]), Number(row.m)]);
  }
  const batch = rows.take();
  return { batch, findings: jumpsIn(batch).map(missingTrades), rowsInBody: list.length };
}
