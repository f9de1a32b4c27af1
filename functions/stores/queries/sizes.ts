import type { StoredTable } from '../../core/queries/ports.ts';
import type { Sql } from '../postgres/postgres.ts';

/** What each table of `market_data` takes; on TimescaleDB with its chunks, and the continuous aggregates too. */
export async function sizes(sql: Sql): Promise<StoredTable[]> {
  const [extension] = await sql`select from pg_extension where extname = 'timescaledb'`;
  return extension ? hypertableSizes(sql) : plainSizes(sql);
}

/** Live rows count what was written since the last vacuum or crash, `reltuples` what the last vacuum saw. */
const LIVE = 'greatest(pg_stat_get_live_tuples(oid), reltuples, 0)';

const OWN_TABLES = `relnamespace = 'market_data'::regnamespace and relkind = 'r' and relname <> 'schema_version'`;

const plainSizes = (sql: Sql): Promise<StoredTable[]> =>
  sql.unsafe<StoredTable[]>(`
    select relname as name, pg_table_size(oid)::float8 as heap, pg_indexes_size(oid)::float8 as indexes,
      0::float8 as columnstore, ${LIVE}::float8 as estimated
    from pg_class where ${OWN_TABLES} order by 1`);

/**
 * A chunk inherits from its hypertable. The columnstore is what `hypertable_detailed_size` counts beyond the chunks themselves: it
 * alone knows where compressed rows lie, in every version.
 */
const hypertableSizes = (sql: Sql): Promise<StoredTable[]> =>
  sql.unsafe<StoredTable[]>(`
    with named as (
      select relname::text as name, oid as root from pg_class where ${OWN_TABLES}
      union all
      select view_name::text, format('%I.%I', materialization_hypertable_schema, materialization_hypertable_name)::regclass
      from timescaledb_information.continuous_aggregates where view_schema = 'market_data'),
    parts as (
      select name, root, root as part from named
      union all
      select name, root, inhrelid from named join pg_inherits on inhparent = root),
    own as (
      select name, root, sum(pg_table_size(oid)) as heap, sum(pg_indexes_size(oid)) as indexes, sum(${LIVE}) as live,
        count(*) > 1 as chunked
      from parts join pg_class on oid = part group by 1, 2)
    select name, heap::float8, indexes::float8,
      greatest(coalesce(whole.bytes, 0) - heap - indexes, 0)::float8 as columnstore,
      (case when chunked then greatest(live, approximate_row_count(root)) else live end)::float8 as estimated
    from own left join lateral (
      select sum(total_bytes) as bytes from hypertable_detailed_size(root) where chunked) whole on true
    order by 1`);

/** Rows that the ledger accounts for, by source. */
export async function ledgerRows(sql: Sql): Promise<Map<string, number>> {
  const rows = await sql<{ source: string; rows: number }[]>`
    select source, sum(rows)::float8 as rows from market_data.coverage where state = 'have' group by 1`;
  return new Map(rows.map(({ source, rows: sum }) => [source, sum]));
}
