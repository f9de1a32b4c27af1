import { cpSync, globSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { migrate } from '../../functions/stores/postgres/migrate.ts';
import type { Sql } from '../../functions/stores/postgres/postgres.ts';
import { createTestDatabase, type TestDatabase } from '../helpers/database.ts';

/** Migrations that the main branch got when it had a higher number already, and that one. */
const LATE = [
  { numbers: [90, 95, 120, 140], after: 161 },
  { numbers: [221, 228, 229, 234, 235, 236, 237], after: 240 },
];

/** What a schema is made of, a line each. Not the numbers that a server gives to its objects, nor the order of columns: every statement names its own. */
const CATALOGUE = `
  with ours as (select oid from pg_namespace where nspname in ('market_data', 'timescaledb_information')),
  relations as (
    select c.*, (select string_agg(a::text, ' ' order by a::text) from unnest(relacl) a) as rights
    from pg_class c where relnamespace in (select oid from ours)),
  routines as (
    select p.*, (select string_agg(a::text, ' ' order by a::text) from unnest(proacl) a) as rights
    from pg_proc p where pronamespace in (select oid from ours))
  select concat_ws(' ', 'relation', oid::regclass, relkind, reloptions, pg_get_userbyid(relowner), rights) as line
  from relations where relkind in ('r', 'v', 'm', 'S', 'p')
  union all
  select concat_ws(' ', 'column', attrelid::regclass, attname, format_type(atttypid, atttypmod), attnotnull, attcollation::regcollation, attacl, pg_get_expr(adbin, adrelid))
  from pg_attribute join relations r on r.oid = attrelid left join pg_attrdef on adrelid = attrelid and adnum = attnum
  where relkind in ('r', 'v', 'm', 'p') and attnum > 0 and not attisdropped
  union all
  select concat_ws(' ', 'index', pg_get_indexdef(indexrelid), indisvalid) from pg_index where indrelid in (select oid from relations)
  union all
  select concat_ws(' ', 'constraint', conrelid::regclass, conname, pg_get_constraintdef(oid))
  from pg_constraint where conrelid in (select oid from relations)
  union all
  select concat_ws(' ', 'trigger', pg_get_triggerdef(oid), tgenabled)
  from pg_trigger where tgrelid in (select oid from relations) and not tgisinternal
  union all
  select concat_ws(' ', 'routine', pg_get_functiondef(oid), pg_get_userbyid(proowner), rights) from routines where prokind <> 'a'
  union all
  select concat_ws(' ', 'view', oid::regclass, pg_get_viewdef(oid)) from relations where relkind in ('v', 'm')
  union all
  select concat_ws(' ', 'comment', pg_describe_object(classoid, objoid, objsubid), description)
  from pg_description where objoid in (select oid from relations union all select oid from routines)
  union all
  select concat_ws(' ', 'default rights', defaclobjtype, defaclacl) from pg_default_acl where defaclnamespace in (select oid from ours)`;

/** Tables that the migrations themselves fill. */
const FILLED = ['counted_tables', 'meta', 'aggregates', 'label_rules'];

let database: TestDatabase;
let late: Sql;
const folder = mkdtempSync(join(tmpdir(), 'gordon-late-'));

beforeAll(async () => {
  database = await createTestDatabase('empty');
  for (const { numbers, after } of LATE) {
    const without = join(folder, String(after));
    const isLate = (file: string): boolean => numbers.includes(Number.parseInt(basename(file), 10));
    for (const file of globSync('sql/**/*.sql').filter((one) => !isLate(one)))
      cpSync(file, join(without, file.slice('sql/'.length)), { recursive: true });
    await migrate(database.url, { folder: without, until: after });
    const { applied } = await migrate(database.url, { until: after });
    expect(applied.map((file) => Number.parseInt(file, 10))).toEqual(numbers.filter((one) => one !== 236));
  }
  await migrate(database.url);
  late = database.connect({ max: 1 });
}, 60_000);
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await database?.[Symbol.asyncDispose]();
});

it('a database that met late migrations has the schema of a new one', async () => {
  await using other = await createTestDatabase();
  const usual = other.connect({ max: 1 });
  const linesOf = async (sql: Sql): Promise<string[]> => {
    // Names are written with their schema.
    await sql`set search_path = ''`;
    const rows = await sql.unsafe<{ line: string }[]>(CATALOGUE);
    return rows.map(({ line }) => line).sort();
  };
  const [mine, theirs] = await Promise.all([linesOf(late), linesOf(usual)]);
  expect(theirs.length).toBeGreaterThan(1_000);
  expect(mine.filter((line) => !theirs.includes(line))).toEqual([]);
  expect(theirs.filter((line) => !mine.includes(line))).toEqual([]);
  for (const table of FILLED) {
    const [here, there] = await Promise.all(
      [late, usual].map((sql) =>
        sql.unsafe(`select to_jsonb(t) as row from market_data.${table} t order by 1`),
      ),
    );
    expect(here, table).toEqual(there);
  }
});
