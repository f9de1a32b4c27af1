import type { MonthFormat } from '../../core/exports/layout.ts';
import type { ReadFile } from '../../core/queries/export/columnar.ts';
import { readArrow } from '../../stores/files/read-arrow.ts';
import { readParquet } from '../../stores/files/read-parquet.ts';
import { readCsv } from './read-csv.ts';

/** What reads a month back, by its format. */
export const READERS: Readonly<Record<MonthFormat, ReadFile>> = {
  parquet: readParquet,
  arrow: readArrow,
  csv: readCsv,
};
