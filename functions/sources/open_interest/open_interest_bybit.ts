import { sortAndDedupe, toBatch } from '../../core/series/batch.ts';
import { type Series, seriesLabel } from '../../core/series/series.ts';
import type { Parsed } from '../../core/series/source.ts';
import { stepOf } from '../../core/time/timeframe.ts';
import { listIn, stampIn, textNumberIn } from '../bybit/envelope.ts';
import { statisticsSource } from '../bybit/statistics.ts';
import { BadCells } from '../rest/bad-cells.ts';
import { malformed } from '../rest/malformed.ts';
import { openInterestTable } from './table.ts';

const table = openInterestTable('bybit');

/** @throws GordonError `malformed-rows` */
function parse(body: Uint8Array, series: Series): Parsed & { readonly rowsInBody: number } {
  const subject = seriesLabel(series);
  const list = listIn(body, subject);
  const bad = new BadCells(subject, stepOf(series.timeframe));
  const rows = list.flatMap((row, i) => {
    const { openInterest, timestamp } = (row ?? {}) as Record<string, unknown>;
    const [time, interest] = [stampIn(timestamp), textNumberIn(openInterest)];
    if (time === undefined || interest === undefined) {
      const [field, value] = time === undefined ? ['timestamp', timestamp] : ['openInterest', openInterest];
      bad.note(time, field as string, value);
      return [];
    }
    if (time % stepOf(series.timeframe) !== 0) throw malformed(subject, `row ${i + 1} is not on the grid.`);
    // `openInterest` is longs and shorts together, in the base coin of a USDT contract; no value in USD is published.
    return [['bybit', series.symbol, series.timeframe, time, interest, 'base_coin', 'both', null]];
  });
  const { batch, findings } = sortAndDedupe(toBatch(table, rows));
  return { batch, findings: [...bad.findings(rows.length), ...findings], rowsInBody: list.length };
}

/** Bybit USDT perpetual open interest: `GET /v5/market/open-interest`. */
export const open_interest_bybit = statisticsSource({
  id: 'open_interest_bybit',
  family: 'open_interest',
  title: 'Bybit USDT perpetual open interest',
  table,
  path: '/v5/market/open-interest',
  period: 'intervalTime',
  limit: 200,
  parse,
});
