/** The word that people give to `gordon-data backfill <family>`; one family may be several sources. */
export const FAMILIES = [
  'klines',
  'funding',
  'open_interest',
  'metrics',
  'sentiment',
  'macro',
  'gex',
  'options',
  'trades',
  'candles',
] as const;
export type Family = (typeof FAMILIES)[number];
