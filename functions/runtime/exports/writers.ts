import type { MonthFormat } from '../../core/exports/layout.ts';
import type { WriteFile } from '../../core/queries/export/columnar.ts';
import { arrowFile } from '../../stores/files/arrow-file.ts';
import { parquetFile } from '../../stores/files/parquet-file.ts';
import { csvFile } from './csv-file.ts';

/** What writes a month, by its format. */
export const WRITERS: Readonly<Record<MonthFormat, WriteFile>> = {
  parquet: parquetFile,
  arrow: arrowFile,
  csv: csvFile,
};
