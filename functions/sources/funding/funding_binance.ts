import type { PagesTier, Source } from '../../core/series/source.ts';
import { sliceBatch } from '../../core/series/table.ts';
import { DAY, MINUTE } from '../../core/time/time.ts';
import { archiveTier, klineArchive } from '../binance/archive.ts';
import { binanceFunding, fundingCsvParser, parseFundingJson, stampsIn } from '../binance/funding.ts';
import { binanceFamilies } from '../binance/hosts.ts';
import { TRADES_COLUMN } from '../binance/klines/klines.ts';
import { usdmRequest, usdmStatus } from '../binance/usdm.ts';
import { AROUND, dueAt, fundingSource } from './settlements.ts';

const PATH = '/fapi/v1/fundingRate';
const LIMIT = 1000;
const RATE_COLUMN = binanceFunding.columns.findIndex(({ name }) => name === 'rate');

const request = (query: Record<string, string | number>) =>
  usdmRequest(PATH, query, binanceFamilies.usdmFunding);

/** Oldest first; both bounds inclusive, on the stamp. */
const rest: PagesTier = {
  kind: 'pages',
  name: 'rest',
  direction: 'forward',
  pageRows: LIMIT,
  request: ({ symbol }, { start, end }) =>
    request({ symbol, startTime: start - AROUND - MINUTE, endTime: end + AROUND - 1, limit: LIMIT }),
  parse(body, series) {
    const { batch, findings, rowsInBody } = parseFundingJson(body, series);
    // The successor of a full page's newest row is on the next page, where this row is requested again.
    const to = rowsInBody >= LIMIT ? batch.length - 1 : batch.length;
    return { batch: sliceBatch(batch, 0, to), findings, rowsInBody };
  },
};

/** Binance USD-M funding: archive by month, which has the interval, then `GET /fapi/v1/fundingRate`. */
export const funding_binance: Source = {
  id: 'funding_binance',
  ...fundingSource,
  title: 'Binance USD-M funding rates',
  table: binanceFunding,
  tiers: [
    archiveTier(
      'month',
      ({ symbol }, { name }) =>
        `/data/futures/um/monthly/fundingRate/${symbol}/${symbol}-fundingRate-${name}.zip`,
      (series) => fundingCsvParser(series),
    ),
    rest,
  ],
  // After a contract's end the archive continues with one constant rate, and its candles without trades.
  traded: {
    tiers: [klineArchive('futures/um', 'month')],
    series: ({ symbol }) => ({ source: 'klines_perp', symbol, timeframe: '1h' }),
    count: TRADES_COLUMN,
    frozen: { column: RATE_COLUMN, forMs: DAY },
  },
  listing: {
    ...usdmStatus,
    first: ({ symbol }) => request({ symbol, startTime: 0, limit: 1 }),
    firstAt: (body, series) => stampsIn(body, series).map(dueAt)[0],
    last: ({ symbol }) => request({ symbol, limit: 1 }),
    lastAt: (body, series) => stampsIn(body, series).map(dueAt).at(-1),
  },
};
