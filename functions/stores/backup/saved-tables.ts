import { AGGREGATES } from '../../core/aggregates/aggregates.ts';
import { quoted } from '../copy/copy.ts';
import type { Flavour } from '../postgres/flavour.ts';
import type { Runner } from '../postgres/postgres.ts';

/**
 * Tables that belong to one database and not to its rows: its migrations, its locks, the chunks that it has. Aggregates and
 * long candles are computed from the rows again.
 */
const OWN = [
  'schema_version',
  'locks',
  'known_chunks',
  'aggregates',
  'kept_candles',
  'kept_spans',
  ...AGGREGATES.map(({ name }) => name),
];

/** Rows that a migration enters: they are there in an empty warehouse too. */
const SEEDED = ['meta', 'counted_tables', 'recounts', 'label_rules'];

/** One table as the body of a binary COPY. */
export interface SavedTable {
  readonly name: string;
  readonly columns: readonly string[];
  readonly rows: number;
  /** the packed file, from the folder of the backup */
  readonly path: string;
  readonly bytes: number;
  /** of the file, hex */
  readonly sha256: string;
}

/** A database at one instant. */
export interface SavedDatabase {
  /** ISO 8601 */
  readonly made_at: string;
  /** PostgreSQL's version, such as `18.4` */
  readonly server: string;
  readonly flavour: Flavour;
  /** of the schema: the number of its newest migration */
  readonly schema: number;
  readonly simulated: boolean;
  readonly tables: readonly SavedTable[];
  /** the last number that each sequence gave, by its name */
  readonly sequences: Readonly<Record<string, number>>;
}

export interface TableShape {
  readonly name: string;
  /** those that COPY takes, in their order */
  readonly columns: readonly string[];
  /** a statement on it changes other tables, or the row itself */
  readonly triggers: boolean;
}

/** The tables whose rows a backup has, those with triggers first: what their triggers enter elsewhere is replaced after them. */
export async function savedTables(sql: Runner): Promise<readonly TableShape[]> {
  const found = await sql<TableShape[]>`
    select c.relname as name, jsonb_agg(a.attname order by a.attnum) as columns,
      exists (select from pg_trigger t where t.tgrelid = c.oid and not t.tgisinternal) as triggers
    from pg_class c join pg_attribute a on a.attrelid = c.oid
    where c.relnamespace = 'market_data'::regnamespace and c.relkind in ('r', 'p')
      and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
    group by c.oid, c.relname
    order by triggers desc, c.relname collate "C"`;
  return found.filter(({ name }) => !OWN.includes(name));
}

/** Whether anybody's rows lie in the warehouse. False where there is no warehouse at all. */
export async function hasRows(sql: Runner): Promise<boolean> {
  if (!(await hasWarehouse(sql))) return false;
  for (const { name } of await savedTables(sql)) {
    if (SEEDED.includes(name)) continue;
    const [row] = await sql.unsafe<{ some: boolean }[]>(
      `select exists (select from market_data.${quoted(name)}) as some`,
    );
    if (row?.some) return true;
  }
  return false;
}

/** Whether the database has the schema `market_data`. */
export async function hasWarehouse(sql: Runner): Promise<boolean> {
  const [row] = await sql<{ there: boolean }[]>`select to_regnamespace('market_data') is not null as there`;
  return row?.there ?? false;
}
