import type { TableEntry } from '../../core/queries/ports.ts';
import type { Sql } from '../postgres/postgres.ts';

/** The tables and views of `market_data` by name, with their comments. The migrator's own table is left out. */
export const tables = (sql: Sql): Promise<TableEntry[]> => sql<TableEntry[]>`
  select c.relname as name, case c.relkind when 'v' then 'view' else 'table' end as kind,
    coalesce(obj_description(c.oid, 'pg_class'), '') as comment,
    jsonb_agg(jsonb_build_object('name', a.attname, 'type', format_type(a.atttypid, a.atttypmod),
      'comment', coalesce(col_description(c.oid, a.attnum), '')) order by a.attnum) as columns
  from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
  where c.relnamespace = 'market_data'::regnamespace and c.relkind in ('r', 'p', 'v', 'm')
    and c.relname <> 'schema_version' and has_table_privilege(c.oid, 'select')
  group by c.oid, c.relname, c.relkind order by c.relname`;
