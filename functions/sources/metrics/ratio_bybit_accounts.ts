import { sortAndDedupe, toBatch } from '../../core/series/batch.ts';
import { type Series, seriesLabel } from '../../core/series/series.ts';
import type { Parsed } from '../../core/series/source.ts';
import { stepOf } from '../../core/time/timeframe.ts';
import { ratioTable } from '../binance/metrics/statistics.ts';
import { listIn, stampIn, textNumberIn } from '../bybit/envelope.ts';
import { statisticsSource } from '../bybit/statistics.ts';
import { BadCells } from '../rest/bad-cells.ts';
import { malformed } from '../rest/malformed.ts';

const KIND = 'bybit_accounts';
const table = ratioTable(KIND);

/** The venue's first reading of any symbol. */
const SINCE = Date.UTC(2020, 6, 20);

/** @throws GordonError `malformed-rows` */
function parse(body: Uint8Array, series: Series): Parsed & { readonly rowsInBody: number } {
  const subject = seriesLabel(series);
  const step = stepOf(series.timeframe);
  const list = listIn(body, subject);
  const bad = new BadCells(subject, step);
  const rows = list.flatMap((row, i) => {
    const { symbol, buyRatio, sellRatio, timestamp } = (row ?? {}) as Record<string, unknown>;
    if (symbol !== series.symbol) throw malformed(subject, `row ${i + 1} is of ${String(symbol)}.`);
    const cells = {
      timestamp: stampIn(timestamp),
      buyRatio: shareIn(buyRatio),
      sellRatio: shareIn(sellRatio),
    };
    const [unread] = Object.entries(cells).find(([, cell]) => cell === undefined) ?? [];
    if (unread !== undefined) {
      bad.note(cells.timestamp, unread, (row as Record<string, unknown>)[unread]);
      return [];
    }
    const { timestamp: time, buyRatio: long, sellRatio: short } = cells as Record<keyof typeof cells, number>;
    if (time % step !== 0) throw malformed(subject, `row ${i + 1} is not on the grid.`);
    // Nobody short is not a ratio; the shares say so.
    if (short === 0) {
      bad.note(time, 'sellRatio', sellRatio);
      return [];
    }
    return [[KIND, series.symbol, series.timeframe, time, long / short, long, short, null, null, null]];
  });
  const { batch, findings } = sortAndDedupe(toBatch(table, rows));
  return { batch, findings: [...bad.findings(rows.length), ...findings], rowsInBody: list.length };
}

/** A share of 1, as text. */
function shareIn(cell: unknown): number | undefined {
  const value = textNumberIn(cell);
  return value !== undefined && value >= 0 && value <= 1 ? value : undefined;
}

/** Accounts that are long and short of Bybit's USDT perpetuals: `GET /v5/market/account-ratio`. */
export const ratio_bybit_accounts = statisticsSource({
  id: `ratio_${KIND}`,
  family: 'metrics',
  byName: true,
  title: 'Bybit USDT perpetual long/short accounts',
  table,
  path: '/v5/market/account-ratio',
  period: 'period',
  limit: 500,
  parse,
  since: SINCE,
});
