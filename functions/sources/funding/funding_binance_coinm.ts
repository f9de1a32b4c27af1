import type { PagesTier, Source } from '../../core/series/source.ts';
import { sliceBatch } from '../../core/series/table.ts';
import { DAY, MINUTE } from '../../core/time/time.ts';
import { archiveTier, klineArchive } from '../binance/archive.ts';
import { COINM_PERPETUAL, coinmListing, coinmRequest } from '../binance/coinm.ts';
import { fundingCsvParser, parseFundingJson, stampsIn } from '../binance/funding.ts';
import { TRADES_COLUMN } from '../binance/klines/klines.ts';
import { AROUND, dueAt, fundingSource, fundingTable } from './settlements.ts';

const PATH = '/dapi/v1/fundingRate';
const LIMIT = 1000;
const table = fundingTable('binance_coinm');
const RATE_COLUMN = table.columns.findIndex(({ name }) => name === 'rate');

/** Oldest first; both bounds inclusive, on the stamp. */
const rest: PagesTier = {
  kind: 'pages',
  name: 'rest',
  direction: 'forward',
  pageRows: LIMIT,
  request: ({ symbol }, { start, end }) =>
    coinmRequest(PATH, {
      symbol,
      startTime: start - AROUND - MINUTE,
      endTime: end + AROUND - 1,
      limit: LIMIT,
    }),
  parse(body, series) {
    const { batch, findings, rowsInBody } = parseFundingJson(body, series, table);
    // The successor of a full page's newest row is on the next page, where this row is requested again.
    const to = rowsInBody >= LIMIT ? batch.length - 1 : batch.length;
    return { batch: sliceBatch(batch, 0, to), findings, rowsInBody };
  },
};

/**
 * Binance COIN-M funding: archive by month, which begins years after the contracts, then `GET /dapi/v1/fundingRate`. It never has a mark
 * price, and contracts with a day of delivery have none. Not verified against the live venue.
 */
export const funding_binance_coinm: Source = {
  id: 'funding_binance_coinm',
  ...fundingSource,
  byName: true,
  title: 'Binance COIN-M funding rates',
  table,
  defaultSymbols: ['BTCUSD_PERP', 'ETHUSD_PERP'],
  symbolPattern: COINM_PERPETUAL,
  tiers: [
    archiveTier(
      'month',
      ({ symbol }, { name }) =>
        `/data/futures/cm/monthly/fundingRate/${symbol}/${symbol}-fundingRate-${name}.zip`,
      (series) => fundingCsvParser(series, table),
    ),
    rest,
  ],
  traded: {
    tiers: [klineArchive('futures/cm', 'month')],
    series: ({ symbol }) => ({ source: 'klines_coinm', symbol, timeframe: '1h' }),
    count: TRADES_COLUMN,
    frozen: { column: RATE_COLUMN, forMs: DAY },
  },
  listing: {
    status: coinmListing.status,
    isTrading: coinmListing.isTrading,
    first: ({ symbol }) => coinmRequest(PATH, { symbol, startTime: 0, limit: 1 }),
    firstAt: (body, series) => stampsIn(body, series).map(dueAt)[0],
    last: ({ symbol }) => coinmRequest(PATH, { symbol, limit: 1 }),
    lastAt: (body, series) => stampsIn(body, series).map(dueAt).at(-1),
  },
};
