import type { ExportPorts } from '../../functions/core/exports/ports.ts';
import { licencesOf } from '../../functions/core/licences/licences.ts';
import { csvFile } from '../../functions/runtime/exports/csv-file.ts';
import { folderTree, holdFolder } from '../../functions/runtime/exports/folder-tree.ts';
import { sources } from '../../functions/sources/index.ts';
import { arrowFile } from '../../functions/stores/files/arrow-file.ts';
import { parquetFile } from '../../functions/stores/files/parquet-file.ts';
import { connect } from '../../functions/stores/postgres/postgres.ts';
import { createExportReader } from '../../functions/stores/queries/export-reader.ts';
import { sha256 } from '../../functions/stores/queries/stored-rows.ts';

/** What an export works with: the database as its reader, and the folder for itself. @throws GordonError `export-runs` */
export async function openExport(
  url: string,
  folder: string,
  rest: Pick<ExportPorts, 'clock' | 'madeBy' | 'signer'>,
): Promise<ExportPorts & AsyncDisposable> {
  const held = await holdFolder(folder);
  const sql = connect(url, { role: 'gordon_reader', max: 1, application: 'gordon-data export' });
  return {
    ...rest,
    reader: createExportReader(sql, (source) => sources[source]!.table),
    tree: folderTree(folder),
    sources,
    writers: { parquet: parquetFile, arrow: arrowFile, csv: csvFile },
    sha256,
    licences: (source, symbol) => licencesOf(source, [symbol]),
    [Symbol.asyncDispose]: async () => {
      await sql.end();
      await held[Symbol.asyncDispose]();
    },
  };
}
