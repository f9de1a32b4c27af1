import type { Timeframe } from '../time/timeframe.ts';

/** What the ledger keeps account of: one source's rows of one symbol on one grid. */
export interface Series {
  /** a registered source's id, such as `klines_spot` */
  readonly source: string;
  /** the venue's own spelling, such as `BTCUSDT` */
  readonly symbol: string;
  readonly timeframe: Timeframe;
}

/** `klines_spot BTCUSDT 1m`: as people read it, and unique among series. */
export const seriesLabel = (s: Series): string => `${s.source} ${s.symbol} ${s.timeframe}`;
