import type { Page } from '../../core/ledger/coverage.ts';
import type { Batch, TableSpec } from '../../core/series/table.ts';
import { insertFindings } from '../ledger/spans/findings.ts';
import type { Author } from '../ledger/spans/write-spans.ts';
import type { Transaction } from '../postgres/postgres.ts';
import { copyRows, quoted, tableName } from './copy.ts';

/**
 * Writes rows where some exist already without an account. The account will name this page as their origin, so rows that differ
 * are replaced, and their number is a finding.
 * @param by absent for provisional rows: they were requested again because they change, so a change is not a finding
 */
export async function mergeRows(
  tx: Transaction,
  table: TableSpec,
  page: Page,
  batches: readonly Batch[],
  by?: Author,
): Promise<number> {
  const target = tableName(table);
  const list = (names: readonly string[], prefix = ''): string =>
    names.map((name) => prefix + quoted(name)).join(', ');
  const columns = table.columns.map((column) => column.name);
  const values = columns.filter((name) => !table.key.includes(name));
  // A page may be merged twice in one transaction: its accounted rows and its provisional rows.
  await tx.unsafe('drop table if exists pg_temp.arriving');
  await tx.unsafe(`create temporary table arriving (like ${target} including defaults) on commit drop`);
  await copyRows(tx, 'pg_temp.arriving', table, batches);
  const differs = `(${list(values, 'kept.')}) is distinct from (${list(values, 'arriving.')})`;
  const [changed] = await tx.unsafe<{ rows: number }[]>(
    `select count(*) as rows from pg_temp.arriving join ${target} kept using (${list(table.key)}) where ${differs}`,
  );
  const conflict =
    values.length === 0
      ? 'do nothing'
      : `do update set ${values.map((name) => `${quoted(name)} = excluded.${quoted(name)}`).join(', ')}
         where (${list(values, 'kept.')}) is distinct from (${list(values, 'excluded.')})`;
  // A join leaves out rows that are stored unchanged. For each row that reaches ON CONFLICT a compressed chunk searches its
  // batches, and dead rows stay in the way until the end of the transaction.
  const merged = await tx.unsafe(
    `insert into ${target} as kept (${list(columns)}) select ${list(columns, 'arriving.')} from pg_temp.arriving
     where not exists (select from ${target} kept
       where (${list(table.key, 'kept.')}) = (${list(table.key, 'arriving.')}) and not (${differs}))
     on conflict (${list(table.key)}) ${conflict}`,
  );
  if (!changed?.rows || !by) return merged.count;
  const first = Math.min(...batches.map((batch) => batch.times[0]!));
  const finding = { kind: 'rows-replaced', time: first, detail: { rows: changed.rows } };
  await insertFindings(tx, { ...page, findings: [finding] }, by);
  return merged.count;
}
