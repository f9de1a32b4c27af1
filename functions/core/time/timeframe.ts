import { DAY, HOUR, MINUTE, SECOND } from './time.ts';

/**
 * The grid of a series as the venues write it. Only steps of fixed length are here: a calendar month or a week that
 * starts on Monday is not a multiple of a step since 1970, and both can be aggregated from `1d`.
 */
export const STEPS = {
  '1s': SECOND,
  '1m': MINUTE,
  '3m': 3 * MINUTE,
  '5m': 5 * MINUTE,
  '15m': 15 * MINUTE,
  '30m': 30 * MINUTE,
  '1h': HOUR,
  '2h': 2 * HOUR,
  '4h': 4 * HOUR,
  '6h': 6 * HOUR,
  '8h': 8 * HOUR,
  '12h': 12 * HOUR,
  '1d': DAY,
} as const;

export type Timeframe = keyof typeof STEPS;

/** Whether a text is a timeframe of the grid, such as `1m`. */
export const isTimeframe = (text: string): text is Timeframe => Object.hasOwn(STEPS, text);

/** Length of one step in ms. */
export const stepOf = (timeframe: Timeframe): number => STEPS[timeframe];
