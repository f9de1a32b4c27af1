import { type Column, KNOWN_AT, type TableSpec } from '../../core/series/table.ts';

/**
 * The table of one venue's open interest, as `sql/` creates it.
 * @param more columns that other venues leave null
 */
export const openInterestTable = (venue: string, more: readonly Column[] = []): TableSpec => ({
  name: 'open_interest',
  columns: [
    { name: 'venue', type: 'text' },
    { name: 'symbol', type: 'text' },
    { name: 'timeframe', type: 'text' },
    { name: 'time', type: 'timestamptz' },
    { name: 'open_interest', type: 'float8' },
    { name: 'unit', type: 'text' },
    { name: 'sides', type: 'text' },
    { name: 'value_usd', type: 'float8' },
    ...more,
  ],
  key: ['venue', 'symbol', 'timeframe', 'time'],
  fixed: { venue },
  computed: [KNOWN_AT],
});
