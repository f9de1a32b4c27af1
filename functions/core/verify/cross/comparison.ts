import type { Series } from '../../series/series.ts';
import type { Range } from '../../time/range.ts';

/** Where a source has a price: in a column, or as one column divided by another. */
export interface PriceOf {
  readonly source: string;
  readonly price: string | { readonly of: string; readonly per: string };
  /** a row says the price at the end of its step, as candles do; absent: at its instant */
  readonly atEnd?: true;
}

/** Two sources whose prices of the same thing must not lie far apart. */
export interface Comparison {
  /** findings name it: it stays as it is */
  readonly id: string;
  /** whose findings they are */
  readonly left: PriceOf;
  readonly right: PriceOf;
  /** how many units of the right symbol the left one is about; undefined: they are about different things */
  scale(left: string, right: string): number | undefined;
  /** common instants without which an hour says nothing */
  readonly samples: number;
  /** what prices that lie apart are called, and why they should not */
  readonly kind: 'price-apart' | 'value-apart';
  readonly what: string;
}

/** One side of a comparison that the warehouse has. */
export interface Side {
  readonly series: Series;
  readonly price: PriceOf['price'];
  /** from a row's instant to that of its price, ms */
  readonly afterMs: number;
}

/** The prices of both sides at common instants: those of the left side's rows that stand in an hour. */
export interface HourOfPrices {
  /** epoch ms */
  readonly start: number;
  /** common instants */
  readonly samples: number;
  /** left by right */
  readonly ratio: Extent;
  readonly left: Extent;
  readonly right: Extent;
}

interface Extent {
  readonly low: number;
  readonly high: number;
}

/** An hour of which both are stored: its sixty minutes, and its candle. By the names of columns that both have. */
export interface HourOfCandles {
  readonly start: number;
  readonly made: Readonly<Record<string, number>>;
  readonly stored: Readonly<Record<string, number>>;
}

/** Reads stored rows for the cross-checks, an hour a row. @throws GordonError as the stores do */
export interface ComparisonReader {
  /** @param range whole hours */
  prices(left: Side, right: Side, range: Range): Promise<HourOfPrices[]>;
  /** Candles of 1h that their sixty candles of 1m make. @param fine of 1m, @param coarse of 1h, both of one source */
  candles(fine: Series, coarse: Series, range: Range): Promise<HourOfCandles[]>;
}
