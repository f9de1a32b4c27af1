import type { ExportPorts } from '../../core/exports/ports.ts';
import { licencesOf } from '../../core/licences/licences.ts';
import { arrowFile } from '../../stores/files/arrow-file.ts';
import { parquetFile } from '../../stores/files/parquet-file.ts';
import { sha256 } from '../../stores/queries/stored-rows.ts';
import { csvFile } from './csv-file.ts';

/** The parts of an export that are the same wherever it runs. */
export const exportParts: Pick<ExportPorts, 'writers' | 'sha256' | 'licences'> = {
  writers: { parquet: parquetFile, arrow: arrowFile, csv: csvFile },
  sha256,
  licences: (source, symbol) => licencesOf(source, [symbol]),
};
