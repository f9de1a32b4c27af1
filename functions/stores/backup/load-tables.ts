import { AGGREGATED } from '../../core/aggregates/aggregates.ts';
import { GordonError } from '../../core/errors/errors.ts';
import { DAY, floorTo } from '../../core/time/time.ts';
import { copyBuffers, quoted } from '../copy/copy.ts';
import type { Sql, Transaction } from '../postgres/postgres.ts';
import { NOTE, type Note } from '../postgres/schema/materialise.ts';
import { RESTORING } from './restoring.ts';
import { type SavedDatabase, type SavedTable, savedTables } from './saved-tables.ts';

export interface LoadOptions {
  /** the body of one table's COPY, as it was kept */
  read(table: SavedTable): AsyncIterable<Uint8Array>;
  /** before each table */
  onTable?(table: SavedTable): void;
}

/**
 * Fills an empty warehouse of the backup's schema: all tables in one transaction, or none. The aggregates are noted for the
 * migrator, which materialises them.
 * @throws GordonError `backup-unfit`, and as the driver does
 */
export const loadTables = (
  sql: Sql,
  { tables, sequences }: Pick<SavedDatabase, 'tables' | 'sequences'>,
  options: LoadOptions,
): Promise<void> =>
  sql.begin(async (tx) => {
    const there = await savedTables(tx);
    const saved = new Map(tables.map((table) => [table.name, table]));
    const unknown = tables.find(({ name }) => !there.some((table) => table.name === name));
    if (unknown) throw unfit(unknown.name, 'this database has no such table');
    const [flavour] = await tx<
      { value: unknown }[]
    >`select value from market_data.meta where key = 'flavour'`;
    for (const { name } of there) {
      const table = saved.get(name);
      if (!table) continue;
      options.onTable?.(table);
      await load(tx, table, options);
    }
    await tx`
      insert into market_data.meta (key, value) values ('flavour', ${tx.json(flavour!.value as never)})
      on conflict (key) do update set value = excluded.value`;
    // The backup may be of a database that was itself half restored; this one is whole with the end of the transaction.
    await tx`delete from market_data.meta where key = ${RESTORING}`;
    for (const [name, last] of Object.entries(sequences)) {
      await tx`select setval(${`market_data.${quoted(name)}`}::regclass, ${last})`;
    }
    await noteAggregates(tx);
  });

async function load(tx: Transaction, table: SavedTable, { read }: LoadOptions): Promise<void> {
  const into = `market_data.${quoted(table.name)}`;
  // What migrations entered, and what the triggers of the tables before have marked.
  await tx.unsafe(`delete from ${into}`);
  const columns = table.columns.map(quoted).join(', ');
  const rows = await copyBuffers(tx, `copy ${into} (${columns}) from stdin (format binary)`, read(table));
  if (rows !== table.rows) throw unfit(table.name, `it has ${rows} rows, and the backup says ${table.rows}`);
}

async function noteAggregates(tx: Transaction): Promise<void> {
  const [span] = await tx<{ from: number | null; until: number | null }[]>`
    select (extract(epoch from min("timestamp")) * 1000)::float8 as from,
      (extract(epoch from max("timestamp")) * 1000)::float8 as until
    from market_data.price_klines where timeframe = ${AGGREGATED.timeframe}`;
  const { from = null, until = null } = span ?? {};
  const note: Note =
    from === null || until === null
      ? { from: null, until: null }
      : { from: floorTo(from, DAY), until: floorTo(until, DAY) + DAY };
  await tx`
    insert into market_data.meta (key, value) values (${NOTE}, ${tx.json({ ...note })})
    on conflict (key) do update set value = excluded.value`;
}

const unfit = (subject: string, message: string): GordonError =>
  new GordonError({ code: 'backup-unfit', subject, message: `${message}.` });
