import type { TableSpec } from '../../core/table.ts';

/** The table of one venue's open interest, as `sql/` creates it. */
export const openInterestTable = (venue: string): TableSpec => ({
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
  ],
  key: ['venue', 'symbol', 'timeframe', 'time'],
  fixed: { venue },
});
