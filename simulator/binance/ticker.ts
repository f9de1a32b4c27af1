import type { VenueContext } from '../frame/module.ts';
import { isTrading, type Market } from '../market/contracts.ts';
import { klines } from './klines.ts';
import { listedIn } from './listed.ts';

const HOURS = 24;

/** `ticker/24hr` of all symbols that trade, as far as selectors read it: sums of the last 24 hours. */
export function tickers(context: VenueContext, market: Market, now: number): unknown {
  return listedIn(context, market)
    .filter((c) => isTrading(c, now))
    .map(({ symbol }) => {
      const query = { interval: '1h', start: undefined, end: undefined, limit: HOURS, asOf: now };
      const rows = klines(context, market, symbol, query);
      const sum = (column: 5 | 7): string =>
        rows.reduce((all, row) => all + Number(row[column]), 0).toFixed(8);
      const last = rows.at(-1);
      return {
        symbol,
        lastPrice: last?.[4],
        volume: sum(5),
        quoteVolume: sum(7),
        openTime: rows[0]?.[0],
        closeTime: now,
        count: rows.reduce((all, row) => all + Number(row[8]), 0),
      };
    });
}
