import type { CoverageQueries } from '../../core/queries/ports.ts';
import { guarded, type Sql } from '../postgres/postgres.ts';
import { accounts } from './accounts.ts';
import { columnBatches } from './column-batches.ts';
import { findings, ledger } from './evidence.ts';
import { revision } from './revision.ts';
import { rowCounts } from './row-counts.ts';
import { rows } from './rows.ts';
import { sizeHistory } from './size-samples.ts';
import { ledgerRows, sizes } from './sizes.ts';
import { tables } from './tables.ts';

/**
 * Reads the warehouse in PostgreSQL.
 * @param sql a session of `gordon_reader`
 * @param streams likewise, for answers that last as long as their reader takes: pages do not wait for these
 */
export function createCoverageQueries(sql: Sql, streams = sql): CoverageQueries {
  return {
    accounts: (filter) => guarded('coverage', () => accounts(sql, filter)),
    rowCounts: (sources, filter) => guarded('the rows', () => rowCounts(sql, sources, filter)),
    ledger: (series, range, limit) => guarded('the ledger', () => ledger(sql, series, range, limit)),
    findings: (series, range, limit) => guarded('the findings', () => findings(sql, series, range, limit)),
    tables: () => guarded('the tables', () => tables(sql)),
    sizes: () => guarded('the tables', () => sizes(sql)),
    sizeHistory: (since) => guarded('the sizes', () => sizeHistory(sql, since)),
    ledgerRows: () => guarded('the ledger', () => ledgerRows(sql)),
    rows: (request) => guarded(request.table.name, () => rows(sql, request)),
    batches: (request, signal) => columnBatches(streams, request, signal),
    revision: (requests, sources) => guarded('the ledger', () => revision(sql, requests, sources)),
  };
}
