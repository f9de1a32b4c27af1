import { RecordBatchReader } from 'apache-arrow';
import type { ReadFile } from '../../core/queries/export/columnar.ts';
import { columnOf, requireColumns } from './read-values.ts';

/** Reads an Arrow file, one record batch after the other. */
export const readArrow: ReadFile = async function* (bytes, columns) {
  const file = RecordBatchReader.from(bytes);
  for (const batch of file) {
    requireColumns(
      columns,
      batch.schema.fields.map(({ name }) => name),
    );
    yield {
      length: batch.numRows,
      columns: columns.map((column) => columnOf(column, [...batch.getChild(column.name)!])),
    };
  }
};
