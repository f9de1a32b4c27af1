import { CANDLE_FIELDS, type Candle, type CandleField } from './made-candles.ts';

/** A field in which the candle of the trades and the stored one differ. */
export interface FieldDifference {
  readonly field: CandleField;
  /** by the trades */
  readonly made: number;
  readonly stored: number;
}

const PRICES: ReadonlySet<CandleField> = new Set(['open', 'high', 'low', 'close']);
/** Sums of floating-point numbers stray from the venue's exact ones by less. */
const RELATIVE = 1e-9;
/** The venue's volumes have eight decimals: each trade's product may be rounded by this much. */
const PER_TRADE = 1e-8;

/**
 * The fields in which two candles differ: prices and counts at all, volumes by more than rounding explains. A minute without a trade has
 * volumes of zero; its prices are those of the minute before, of which the trades say nothing.
 * @param made absent: there was no trade
 */
export function compareCandles(made: Candle | undefined, stored: Candle): FieldDifference[] {
  const expected = made ?? NO_TRADES;
  return CANDLE_FIELDS.flatMap((field): FieldDifference[] => {
    if (!made && PRICES.has(field)) return [];
    const [a, b] = [expected[field], stored[field]];
    const exact = PRICES.has(field) || field === 'trades';
    const slack = exact ? 0 : RELATIVE * Math.max(Math.abs(a), Math.abs(b)) + PER_TRADE * expected.trades;
    return Math.abs(a - b) <= slack ? [] : [{ field, made: a, stored: b }];
  });
}

const NO_TRADES: Candle = {
  open: 0,
  high: 0,
  low: 0,
  close: 0,
  volume: 0,
  quote_volume: 0,
  trades: 0,
  taker_buy_volume: 0,
  taker_buy_quote_volume: 0,
};
