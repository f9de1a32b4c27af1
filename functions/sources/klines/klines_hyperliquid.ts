import type { Source } from '../../core/series/source.ts';
import { MINUTE, SECOND } from '../../core/time/time.ts';
import { CANDLE_TIMEFRAMES, candleListing, candlePages } from '../hyperliquid/candles.ts';
import type { Market } from '../hyperliquid/markets.ts';
import { venueKlineTable } from './table.ts';

/** Candles of one market: `POST /info`, `candleSnapshot`. Not verified against the live venue. */
function klines(market: Market, more: Pick<Source, 'title' | 'defaultSymbols' | 'symbolPattern'>): Source {
  const table = venueKlineTable('hyperliquid', market, [{ name: 'trades', type: 'int4' }]);
  return {
    id: `klines_hyperliquid_${market}`,
    family: 'klines',
    byName: true,
    ...more,
    table,
    timeframes: CANDLE_TIMEFRAMES,
    defaultTimeframe: '1m',
    // The venue keeps 5,000 candles, whatever is ordered: an order of years is a chunk or two.
    chunkUnit: () => 'year',
    finalAfterMs: 2 * SECOND,
    settleMs: 10 * MINUTE,
    // Whether a step without trades has a candle is not known; an outage looks the same.
    holeReason: 'zero-trade',
    tiers: [candlePages(market, table)],
    listing: candleListing(market),
  };
}

/**
 * Perpetuals of the main exchange. Capitals matter: `kPEPE` is a thousand PEPE. Those of other deployers (`xyz:XYZ100`) are left out: each
 * has a collateral of its own, which the table does not say, and a list of its own.
 */
export const klines_hyperliquid_perp = klines('perp', {
  title: 'Hyperliquid perpetual candles',
  defaultSymbols: ['BTC', 'ETH', 'kPEPE'],
  symbolPattern: /^[A-Za-z0-9]{1,20}$/,
});

/** Spot pairs, by their number in the venue's list: `@107` is HYPE/USDC, and `@0` is PURR/USDC, which the venue calls by that name. */
export const klines_hyperliquid_spot = klines('spot', {
  title: 'Hyperliquid spot candles',
  defaultSymbols: ['@107'],
  symbolPattern: /^@\d{1,6}$/,
});
