import type { Source } from '../../core/series/source.ts';
import type { PeriodUnit } from '../../core/time/period.ts';
import { HOUR, MINUTE, SECOND } from '../../core/time/time.ts';
import { stepOf } from '../../core/time/timeframe.ts';
import { CANDLE_TIMEFRAMES, type CandleTable, candleListing, candlePages } from '../okx/candles.ts';
import type { Market } from '../okx/instruments.ts';
import { venueKlineTable } from './table.ts';

/** What differs between spot and swaps. */
interface OkxMarket {
  readonly title: string;
  readonly defaultSymbols: readonly string[];
  readonly symbolPattern: RegExp;
  /** volume in the base coin, in the quote coin, and contracts: out of vol, volCcy and volCcyQuote */
  volumes(vol: number, volCcy: number, volCcyQuote: number): readonly [number, number, number];
}

/** Candles of one market: `GET /api/v5/market/history-candles`, newest first. Not verified against the live venue. */
function klines(market: Market, { title, defaultSymbols, symbolPattern, volumes }: OkxMarket): Source {
  const table = venueKlineTable('okx', market, [
    { name: 'quote_volume', type: 'float8' },
    { name: 'contracts', type: 'float8' },
  ]);
  const row: CandleTable['row'] = ({ symbol, timeframe }, start, values) => {
    const [vol, volCcy, volCcyQuote] = values.slice(4) as [number, number, number];
    return [market, symbol, timeframe, start, ...values.slice(0, 4), ...volumes(vol, volCcy, volCcyQuote)];
  };
  return {
    id: `klines_okx_${market}`,
    family: 'klines',
    byName: true,
    title,
    table,
    timeframes: CANDLE_TIMEFRAMES,
    defaultTimeframe: '1m',
    defaultSymbols,
    symbolPattern,
    chunkUnit: (timeframe): PeriodUnit => (stepOf(timeframe) < HOUR ? 'month' : 'year'),
    finalAfterMs: 2 * SECOND,
    // How soon a closed candle is part of the history is not published.
    settleMs: HOUR,
    refreshEveryMs: MINUTE,
    tiers: [candlePages({ table, row })],
    listing: candleListing(market),
  };
}

/** OKX's spot markets, such as `BTC-USDT`. */
export const klines_okx_spot = klines('spot', {
  title: 'OKX spot candles',
  defaultSymbols: ['BTC-USDT', 'ETH-USDT'],
  symbolPattern: /^[A-Z0-9]{1,20}-[A-Z0-9]{1,10}$/,
  // `vol` is in the base coin; `volCcy` and `volCcyQuote` are both in the quote coin.
  volumes: (vol, _, volCcyQuote) => [vol, volCcyQuote, Number.NaN],
});

/** OKX's perpetual swaps, such as `BTC-USDT-SWAP`; those in USD are inverse. */
export const klines_okx_swap = klines('swap', {
  title: 'OKX perpetual swap candles',
  defaultSymbols: ['BTC-USDT-SWAP', 'ETH-USDT-SWAP'],
  symbolPattern: /^[A-Z0-9]{1,20}-[A-Z0-9]{1,10}-SWAP$/,
  // `vol` counts contracts, and `volCcy` is what they stand for in the base coin: contracts times ctVal times ctMult of a linear swap.
  volumes: (vol, volCcy, volCcyQuote) => [volCcy, volCcyQuote, vol],
});
