import { type Series, seriesLabel } from '../../core/series/series.ts';
import type { PagesTier, Parsed, Source } from '../../core/series/source.ts';
import { sliceBatch } from '../../core/series/table.ts';
import type { HttpRequest } from '../../core/series/venue.ts';
import { HOUR } from '../../core/time/time.ts';
import { numberIn } from '../csv/numbers.ts';
import { newestCandles, rowsIn, stampIn } from '../hyperliquid/candles.ts';
import { isTrading, listRequest } from '../hyperliquid/markets.ts';
import { info } from '../hyperliquid/venue.ts';
import { BadCells } from '../rest/bad-cells.ts';
import { malformed } from '../rest/malformed.ts';
import {
  AROUND,
  dueAt,
  fundingSource,
  fundingTable,
  type Settlement,
  settlementRows,
} from './settlements.ts';

const table = fundingTable('hyperliquid');

/** Rows of a page today. In 2023 an answer held more than twice as many, so a page's length proves nothing. */
const LIMIT = 500;

/** One unit of weight is counted for this many settlements. */
const PER_WEIGHT = 20;

/** @param hours how many settlements can come */
const history = (
  coin: string,
  range: { readonly startTime: number; readonly endTime?: number },
  hours: number,
): HttpRequest =>
  info({ type: 'fundingHistory', coin, ...range }, coin, { most: Math.min(hours, LIMIT), each: PER_WEIGHT });

/** @throws GordonError `malformed-rows` */
function parse(body: Uint8Array, series: Series): Parsed & { readonly rowsInBody: number } {
  const subject = seriesLabel(series);
  const list = rowsIn(body, subject);
  const bad = new BadCells(subject, HOUR);
  const settlements = list.flatMap(({ coin, fundingRate, time }, i): Settlement[] => {
    if (coin !== series.symbol) throw malformed(subject, `row ${i + 1} is of ${String(coin)}.`);
    const stamp = stampIn(time);
    const rate = typeof fundingRate === 'string' ? numberIn(fundingRate) : undefined;
    if (stamp === undefined) bad.note(undefined, 'time', time);
    else if (rate === undefined) bad.note(dueAt(stamp), 'fundingRate', fundingRate);
    else return [{ stamp, rate }];
    return [];
  });
  const unread = bad.findings(settlements.length);
  const { batch, findings } = settlementRows(table, series, settlements);
  // The successor of a full page's newest row is on the next page, where this row is requested again.
  const to = list.length >= LIMIT ? batch.length - 1 : batch.length;
  return { batch: sliceBatch(batch, 0, to), findings: [...unread, ...findings], rowsInBody: list.length };
}

/** Oldest first; both bounds inclusive, on the stamp, which may be late by more than an hour's third. */
const rest: PagesTier = {
  kind: 'pages',
  name: 'rest',
  direction: 'forward',
  pageRows: LIMIT,
  request: ({ symbol }, { start, end }) => {
    const [startTime, endTime] = [Math.max(0, start - AROUND), end + AROUND - 1];
    return history(symbol, { startTime, endTime }, Math.ceil((endTime - startTime) / HOUR));
  },
  parse,
};

/** When settlements or candles of an answer were due, epoch ms. */
const duesIn = (body: Uint8Array): number[] =>
  rowsIn(body, 'fundingHistory').map(({ time, t }) => {
    const at = stampIn(time ?? t);
    if (at === undefined) throw malformed('fundingHistory', 'a row has no time.');
    return dueAt(at);
  });

/**
 * Hyperliquid perpetual funding: `POST /info`, `fundingHistory`. Every eight hours in the first weeks, every hour since; the rate is
 * for the interval. Not verified against the live venue.
 */
export const funding_hyperliquid: Source = {
  id: 'funding_hyperliquid',
  ...fundingSource,
  byName: true,
  title: 'Hyperliquid perpetual funding rates',
  defaultSymbols: ['BTC', 'ETH', 'kPEPE'],
  symbolPattern: /^[A-Za-z0-9]{1,20}$/,
  table,
  // Since its first weeks: a quote counts an hour for each row, and settlements of those weeks say their eight hours.
  longestSilenceMs: HOUR,
  tiers: [rest],
  listing: {
    first: ({ symbol }) => history(symbol, { startTime: 0 }, LIMIT),
    firstAt: (body) => duesIn(body)[0],
    // The newest settlement cannot be requested without its time. The newest hour that traded is as good.
    last: ({ symbol }) => newestCandles(symbol, '1h'),
    lastAt: (body) => duesIn(body).at(-1),
    status: () => listRequest('perp'),
    isTrading: (body, { symbol }) => isTrading(body, symbol),
  },
};
