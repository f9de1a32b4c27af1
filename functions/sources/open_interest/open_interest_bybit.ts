import { sortAndDedupe, toBatch } from '../../core/series/batch.ts';
import { MARKET_SYMBOL } from '../../core/series/names/spelling.ts';
import { type Series, seriesLabel } from '../../core/series/series.ts';
import type { PagesTier, Parsed, Source } from '../../core/series/source.ts';
import { ceilTo, HOUR, MINUTE } from '../../core/time/time.ts';
import { stepOf, type Timeframe } from '../../core/time/timeframe.ts';
import { listIn, stampIn, textNumberIn } from '../bybit/envelope.ts';
import { STATISTICS_PERIODS } from '../bybit/periods.ts';
import { lifeOfPerpetual, requestFor } from '../bybit/perpetual.ts';
import { BadCells } from '../rest/bad-cells.ts';
import { malformed } from '../rest/malformed.ts';
import { openInterestTable } from './table.ts';

const table = openInterestTable('bybit');
const LIMIT = 200;

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

/**
 * Newest first. Pages are cut by the end of the range, not by the cursor, so any page can be requested by itself. Both bounds
 * are always sent: a start without an end is silently ignored.
 */
const rest: PagesTier = {
  kind: 'pages',
  name: 'rest',
  direction: 'backward',
  pageRows: LIMIT,
  request: ({ symbol, timeframe }, { start, end }) =>
    requestFor('/v5/market/open-interest', {
      symbol,
      intervalTime: STATISTICS_PERIODS[timeframe] ?? '',
      startTime: start,
      endTime: end - 1,
      limit: LIMIT,
    }),
  parse,
};

/** Bybit USDT perpetual open interest: `GET /v5/market/open-interest`. Not verified against the live venue. */
export const open_interest_bybit: Source = {
  id: 'open_interest_bybit',
  family: 'open_interest',
  title: 'Bybit USDT perpetual open interest',
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
  listing: lifeOfPerpetual((minute, { timeframe }) => ceilTo(minute, stepOf(timeframe))),
};
