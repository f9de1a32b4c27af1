import { withWholeTable } from '../../functions/core/exports/columns.ts';
import type { ExportPorts } from '../../functions/core/exports/ports.ts';
import { exportParts } from '../../functions/runtime/exports/export-parts.ts';
import { holdTree } from '../../functions/runtime/exports/open-tree.ts';
import { sources } from '../../functions/sources/index.ts';
import { connect } from '../../functions/stores/postgres/postgres.ts';
import { createExportReader } from '../../functions/stores/queries/export-reader.ts';
import type { Terminal } from '../terminal.ts';

/**
 * What an export works with: the database as its reader, and the tree for itself.
 * @throws GordonError `invalid-request`, `export-runs`
 */
export async function openExport(
  url: string,
  place: string,
  { env, clock }: Pick<Terminal, 'env' | 'clock'>,
  rest: Pick<ExportPorts, 'writer' | 'madeBy' | 'signer'>,
): Promise<ExportPorts & AsyncDisposable> {
  const held = await holdTree(place, env, clock);
  const sql = connect(url, {
    unlimited: true,
    role: 'gordon_reader',
    max: 2,
    application: 'gordon-data export',
  });
  return {
    ...rest,
    ...exportParts,
    clock,
    sources,
    reader: createExportReader(sql, (id) => withWholeTable(sources, sources[id]!).table),
    tree: held.tree,
    [Symbol.asyncDispose]: async () => {
      await sql.end();
      await held[Symbol.asyncDispose]();
    },
  };
}
