/**
 * Page sizes of the candles of USD-M. The weight goes by the limit. The published bands and the measured ones differ by one row at
 * their borders: these sizes weigh the same by both. A limit above 1500 is refused, not capped.
 */
export const USDM_PAGES = [
  { limit: 99, weight: 1 },
  { limit: 499, weight: 2 },
  { limit: 1000, weight: 5 },
  { limit: 1500, weight: 10 },
] as const;
