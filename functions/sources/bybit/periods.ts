import type { Timeframe } from '../../core/time/timeframe.ts';

/** Timeframes of open interest and ratios by the venue's names. */
export const STATISTICS_PERIODS: Readonly<Partial<Record<Timeframe, string>>> = {
  '5m': '5min',
  '15m': '15min',
  '30m': '30min',
  '1h': '1h',
  '4h': '4h',
  '1d': '1d',
};
