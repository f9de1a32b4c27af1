import type { WriteFile } from '../core/queries/export/columnar.ts';
import type { FileFormat } from '../core/queries/export/formats.ts';

/**
 * How a file of a format is written; the library is loaded when the first file needs it. No part of the services: each function's
 * bundle would hold the libraries.
 */
export const fileWriter = async (format: FileFormat): Promise<WriteFile> =>
  format === 'parquet'
    ? (await import('../stores/files/parquet-file.ts')).parquetFile
    : (await import('../stores/files/arrow-file.ts')).arrowFile;
