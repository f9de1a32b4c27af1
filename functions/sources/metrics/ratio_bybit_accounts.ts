import { sortAndDedupe, toBatch } from '../../core/series/batch.ts';
import { MARKET_SYMBOL } from '../../core/series/names/spelling.ts';
import { type Series, seriesLabel } from '../../core/series/series.ts';
import type { PagesTier, Parsed, Source } from '../../core/series/source.ts';
import { ceilTo, HOUR, MINUTE } from '../../core/time/time.ts';
import { stepOf, type Timeframe } from '../../core/time/timeframe.ts';
import { ratioTable } from '../binance/metrics/statistics.ts';
import { listIn, stampIn, textNumberIn } from '../bybit/envelope.ts';
import { STATISTICS_PERIODS } from '../bybit/periods.ts';
import { lifeOfPerpetual, requestFor } from '../bybit/perpetual.ts';
import { BadCells } from '../rest/bad-cells.ts';
import { malformed } from '../rest/malformed.ts';

const KIND = 'bybit_accounts';
const table = ratioTable(KIND);
const LIMIT = 500;

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
    // Nobody short is no ratio; the shares say so.
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

/** Newest first. Pages are cut by the end of the range, not by the cursor, which comes after the last row too. */
const rest: PagesTier = {
  kind: 'pages',
  name: 'rest',
  direction: 'backward',
  pageRows: LIMIT,
  request: ({ symbol, timeframe }, { start, end }) =>
    requestFor('/v5/market/account-ratio', {
      symbol,
      period: STATISTICS_PERIODS[timeframe] ?? '',
      startTime: start,
      endTime: end - 1,
      limit: LIMIT,
    }),
  parse,
};

/** Accounts that are long and short of Bybit's USDT perpetuals. Not verified against the live venue. */
export const ratio_bybit_accounts: Source = {
  id: `ratio_${KIND}`,
  family: 'metrics',
  byName: true,
  title: 'Bybit USDT perpetual long/short accounts',
  table,
  timeframes: Object.keys(STATISTICS_PERIODS) as Timeframe[],
  defaultTimeframe: '1h',
  defaultSymbols: ['BTCUSDT', 'ETHUSDT'],
  symbolPattern: MARKET_SYMBOL,
  chunkUnit: () => 'month',
  instants: true,
  finalAfterMs: MINUTE,
  settleMs: HOUR,
  tiers: [rest],
  listing: lifeOfPerpetual((minute, { timeframe }) => ceilTo(Math.max(minute, SINCE), stepOf(timeframe))),
};
