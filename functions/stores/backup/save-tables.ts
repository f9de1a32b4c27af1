import { quoted } from '../copy/copy.ts';
import { copyBytes } from '../copy/copy-bytes.ts';
import type { Sql, Transaction } from '../postgres/postgres.ts';
import { type SavedDatabase, type SavedTable, savedTables, type TableShape } from './saved-tables.ts';

export interface SaveOptions {
  /**
   * Keeps the body of one table's COPY.
   * @throws what `pieces` throws
   */
  keep(
    table: string,
    pieces: AsyncIterable<Uint8Array>,
  ): Promise<Pick<SavedTable, 'path' | 'bytes' | 'sha256'>>;
  /** before each table, with its rows */
  onTable?(name: string, rows: number): void;
}

/** Saves all tables as they are at one instant. @param sql a session that may read all of them. @throws as the driver does */
export const saveTables = (sql: Sql, options: SaveOptions): Promise<SavedDatabase> =>
  sql.begin(async (tx) => {
    const facts = await factsOf(tx);
    const tables: SavedTable[] = [];
    for (const table of await savedTables(tx)) tables.push(await save(tx, table, options));
    return { ...facts, tables, sequences: await sequencesOf(tx) };
  }, 'isolation level repeatable read read only');

async function save(tx: Transaction, table: TableShape, { keep, onTable }: SaveOptions): Promise<SavedTable> {
  const { name, columns } = table;
  const from = `market_data.${quoted(name)}`;
  const [counted] = await tx.unsafe<{ rows: number }[]>(`select count(*) as rows from ${from}`);
  const { rows } = counted!;
  onTable?.(name, rows);
  // A query and not the table: TimescaleDB's rows lie in its chunks.
  const query = `copy (select ${columns.map(quoted).join(', ')} from ${from}) to stdout (format binary)`;
  const kept = await keep(name, copyBytes(tx.unsafe(query)));
  return { name, columns: [...columns], rows, ...kept };
}

async function factsOf(tx: Transaction) {
  const [facts] = await tx<Pick<SavedDatabase, 'server' | 'schema' | 'flavour' | 'simulated'>[]>`
    select current_setting('server_version') as server,
      (select max(version) from market_data.schema_version)::int as schema,
      (select value #>> '{}' from market_data.meta where key = 'flavour') as flavour,
      coalesce((select value = 'true' from market_data.meta where key = 'simulated'), false) as simulated`;
  const [time] = await tx<{ now: Date }[]>`select now() as now`;
  return { made_at: time!.now.toISOString(), ...facts! };
}

async function sequencesOf(tx: Transaction): Promise<Record<string, number>> {
  const found = await tx<{ name: string; last: number }[]>`
    select sequencename as name, last_value as last from pg_sequences
    where schemaname = 'market_data' and last_value is not null order by 1`;
  return Object.fromEntries(found.map(({ name, last }) => [name, last]));
}
