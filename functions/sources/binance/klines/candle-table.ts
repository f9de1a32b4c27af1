import type { Column, TableSpec } from '../../../core/series/table.ts';

export const float = (name: string): Column => ({ name, type: 'float8' });

const KEY: readonly Column[] = [
  { name: 'symbol', type: 'text' },
  { name: 'timeframe', type: 'text' },
  { name: 'open_time', type: 'timestamptz' },
];

/** A table of candles and its view, which has their close time too, as `sql/` creates them. */
export const candleTable = (name: string, view: string, values: readonly Column[]): TableSpec => ({
  name,
  time: 'open_time',
  columns: [...KEY, ...values],
  key: KEY.map((column) => column.name),
  view: { name: view, columns: [...KEY, { name: 'close_time', type: 'timestamptz' }, ...values] },
});
