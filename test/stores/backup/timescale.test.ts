import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sources } from '../../../functions/sources/index.ts';
import { loadTables } from '../../../functions/stores/backup/load-tables.ts';
import { saveTables } from '../../../functions/stores/backup/save-tables.ts';
import { type SavedDatabase, savedTables } from '../../../functions/stores/backup/saved-tables.ts';
import type { Sql } from '../../../functions/stores/postgres/postgres.ts';
import { materialise } from '../../../functions/stores/postgres/schema/materialise.ts';
import { fill } from '../../cli/export/support.ts';
import { createTestDatabase, type TestDatabase } from '../../helpers/database.ts';
import { startTimescale, type TestTimescale, timescaleAbsent } from '../../helpers/timescale.ts';

/** Bodies of COPYs by table, as a backup has them before they are packed. */
async function saved(sql: Sql): Promise<{ of: SavedDatabase; bodies: Map<string, Buffer> }> {
  const bodies = new Map<string, Buffer>();
  const of = await saveTables(sql, {
    async keep(name, pieces) {
      const all: Uint8Array[] = [];
      for await (const piece of pieces) all.push(piece);
      bodies.set(name, Buffer.concat(all));
      return { path: name, bytes: 0, sha256: '' };
    },
  });
  return { of, bodies };
}

/** The rows of every table of a backup as text, so that drivers do not matter. */
async function contents(sql: Sql): Promise<Record<string, readonly string[]>> {
  const seen: Record<string, readonly string[]> = {};
  for (const { name } of await savedTables(sql)) {
    if (name === 'meta') continue;
    const rows = await sql.unsafe<{ row: string }[]>(
      `select row_to_json(t)::text as row from market_data."${name}" t order by 1`,
    );
    seen[name] = rows.map(({ row }) => row);
  }
  return seen;
}

describe.skipIf(timescaleAbsent)('a backup', () => {
  let database: TestDatabase;
  let timescale: TestTimescale;
  let before: Record<string, readonly string[]>;
  beforeAll(async () => {
    [database, timescale] = await Promise.all([createTestDatabase(), startTimescale()]);
    const sql = database.connect();
    const start = Date.UTC(2025, 0, 1);
    for (const source of Object.values(sources)) await fill(sql, source, [start, start + 40 * 86_400_000]);
    before = await contents(sql);
    const { of, bodies } = await saved(sql);
    await loadTables(timescale.sql, of, {
      read: async function* ({ name }) {
        yield bodies.get(name)!;
      },
    });
  });
  afterAll(async () => {
    await timescale?.close();
    await database?.[Symbol.asyncDispose]();
  });

  it('of PostgreSQL fills TimescaleDB, whose aggregates are computed again', async () => {
    expect(await contents(timescale.sql)).toEqual(before);
    const [flavour] = await timescale.sql`select value from market_data.meta where key = 'flavour'`;
    expect(flavour).toEqual({ value: 'timescale' });
    await materialise(timescale.sql, 'timescale');
    const [hours] = await timescale.sql`
      select count(*)::int as n, sum(count)::int as rows from market_data.price_klines_1h`;
    expect(hours).toEqual({ n: 2, rows: 2 });
    const [chunks] = await timescale.sql`
      select count(*)::int as n from timescaledb_information.chunks where hypertable_name = 'spot_klines'`;
    expect(chunks!.n).toBeGreaterThan(0);
  });

  it('of TimescaleDB has the rows of its chunks, and fills it again', async () => {
    // The migrator has it; this engine is migrated without.
    await timescale.exec(`
      create table if not exists market_data.schema_version (version bigint);
      insert into market_data.schema_version values (1)`);
    const { of, bodies } = await saved(timescale.sql);
    expect(of).toMatchObject({ flavour: 'timescale' });
    await using empty = await createTestDatabase();
    const plain = empty.connect();
    await loadTables(plain, of, {
      read: async function* ({ name }) {
        yield bodies.get(name)!;
      },
    });
    expect(await contents(plain)).toEqual(before);
  });
});
