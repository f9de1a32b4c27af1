import type { ListingProbe, PagesTier, Source } from '../../core/series/source.ts';
import { sliceBatch, type TableSpec } from '../../core/series/table.ts';
import type { HttpRequest } from '../../core/series/venue.ts';
import { DAY, MINUTE } from '../../core/time/time.ts';
import { archiveTier, klineArchive } from '../binance/archive.ts';
import { fundingCsvParser, parseFundingJson, stampsIn } from '../binance/funding.ts';
import { TRADES_COLUMN } from '../binance/klines/klines.ts';
import { AROUND, dueAt, fundingSource } from './settlements.ts';

const LIMIT = 1000;

/** What differs between the two futures markets. */
export interface FundingMarket {
  readonly id: string;
  readonly title: string;
  readonly table: TableSpec;
  /** in the archive */
  readonly folder: 'futures/um' | 'futures/cm';
  /** a request to the market's `fundingRate` */
  request(query: NonNullable<HttpRequest['query']>): HttpRequest;
  /** the source of its contracts' candles */
  readonly candles: string;
  readonly state: Pick<ListingProbe, 'status' | 'isTrading'>;
}

/** Makes the source of a market's settlements: archive by month, which has the interval, then REST. */
export function binanceFunding({ id, title, table, folder, request, candles, state }: FundingMarket): Source {
  return {
    ...fundingSource,
    id,
    title,
    table,
    tiers: [
      archiveTier(
        'month',
        ({ symbol }, { name }) =>
          `/data/${folder}/monthly/fundingRate/${symbol}/${symbol}-fundingRate-${name}.zip`,
        (series) => fundingCsvParser(series, table),
      ),
      pagesOf(request, table),
    ],
    // After a contract's end the archive continues with one constant rate, and its candles without trades.
    traded: {
      tiers: [klineArchive(folder, 'month')],
      series: ({ symbol }) => ({ source: candles, symbol, timeframe: '1h' }),
      count: TRADES_COLUMN,
      frozen: { column: table.columns.findIndex(({ name }) => name === 'rate'), forMs: DAY },
    },
    listing: {
      status: state.status,
      isTrading: state.isTrading,
      first: ({ symbol }) => request({ symbol, startTime: 0, limit: 1 }),
      firstAt: (body, series) => stampsIn(body, series).map(dueAt)[0],
      last: ({ symbol }) => request({ symbol, limit: 1 }),
      lastAt: (body, series) => stampsIn(body, series).map(dueAt).at(-1),
    },
  };
}

/** Oldest first; both bounds inclusive, on the stamp. */
const pagesOf = (request: FundingMarket['request'], table: TableSpec): PagesTier => ({
  kind: 'pages',
  name: 'rest',
  direction: 'forward',
  pageRows: LIMIT,
  request: ({ symbol }, { start, end }) =>
    request({ symbol, startTime: start - AROUND - MINUTE, endTime: end + AROUND - 1, limit: LIMIT }),
  parse(body, series) {
    const { batch, findings, rowsInBody } = parseFundingJson(body, series, table);
    // The successor of a full page's newest row is on the next page, where this row is requested again.
    const to = rowsInBody >= LIMIT ? batch.length - 1 : batch.length;
    return { batch: sliceBatch(batch, 0, to), findings, rowsInBody };
  },
});
