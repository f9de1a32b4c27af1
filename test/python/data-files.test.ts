import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AGGREGATES } from '../../functions/core/aggregates/aggregates.ts';
import { columnsOf } from '../../functions/core/queries/columns.ts';
import { parseRowsExport } from '../../functions/core/queries/export/export-rows.ts';
import { RowsQuery } from '../../functions/core/queries/parameters.ts';
import { createServices, type Services } from '../../functions/runtime/services.ts';
import { sources } from '../../functions/sources/index.ts';
import type { Sql } from '../../functions/stores/postgres/postgres.ts';
import { loadFunctions } from '../../host/functions.ts';
import { type ApiServer, startApiServer } from '../../host/http/api-server.ts';
import { createTestDatabase, type TestDatabase } from '../helpers/database.ts';
import { testPython } from './python.ts';
import { fillEveryTable, TABLES } from './warehouse.ts';

const python = testPython();
/** By table, by reader: the values of each column. */
type Seen = Record<string, Record<string, Record<string, (string | number | null)[]>>>;

describe.skipIf(!python)('files of /data, read back by Python', () => {
  let database: TestDatabase;
  let sql: Sql;
  let services: Services;
  let server: ApiServer;
  let folder: string;
  let seen: Seen;

  beforeAll(async () => {
    database = await createTestDatabase();
    sql = database.connect();
    folder = await mkdtemp(join(tmpdir(), 'gordon-python-'));
    services = await createServices({ GORDON_DATABASE_URL: database.url, GORDON_SPOOL: folder });
    await fillEveryTable(sql);
    for (const { name } of AGGREGATES)
      await services.aggregates.refreshWindow(name, { start: null, end: null });
    const { call } = await loadFunctions(async () => services);
    server = await startApiServer(0, call);
    seen = await readers({ base: `http://127.0.0.1:${server.port}`, queries: TABLES });
  });
  afterAll(async () => {
    await server?.close();
    await services?.close();
    await database?.[Symbol.asyncDispose]();
    if (folder) await rm(folder, { recursive: true });
  });

  it('cover every table that has rows', () => {
    const tables = Object.values(sources).map(({ table }) => table.name);
    expect(Object.keys(TABLES).toSorted()).toEqual(
      [...new Set([...tables, ...AGGREGATES.map(({ name }) => name)])].toSorted(),
    );
  });

  it.each(Object.keys(TABLES))('are the rows of %s, whatever reads them', async (table) => {
    const expected = await stored(table);
    expect(Object.values(expected)[0]!.length).toBeGreaterThan(0);
    for (const [reader, rows] of Object.entries(seen[table]!))
      expect({ reader, rows }).toEqual({ reader, rows: expected });
  });

  /** The rows of the same query, from SQL of its own. */
  async function stored(name: string): Promise<Record<string, unknown[]>> {
    const query = Object.fromEntries(new URLSearchParams(TABLES[name]));
    const { requests } = parseRowsExport(sources, name, RowsQuery.parse(query), 'parquet');
    const columns: Record<string, unknown[]> = Object.fromEntries(
      columnsOf(requests[0]).map((column) => [column, []]),
    );
    for (const { table, where, closesAfterMs } of requests) {
      const time = table.time ?? 'time';
      const known =
        closesAfterMs === undefined
          ? ''
          : `, t.${time} + interval '${closesAfterMs} milliseconds' as known_at`;
      const order = [time, ...table.key.filter((key) => key !== time)].join(', ');
      const conditions = Object.keys(where).map((key, i) => `${key} = $${i + 1}`);
      const rows = await sql.unsafe(
        `select to_jsonb(t) as row from (select t.*${known} from market_data.${table.view?.name ?? table.name} t
         where ${conditions.join(' and ')} order by ${order}) t`,
        Object.values(where),
      );
      for (const { row } of rows as unknown as { row: Record<string, unknown> }[]) {
        for (const [column, values] of Object.entries(columns)) values.push(comparable(row[column]));
      }
    }
    return columns;
  }

  const INSTANT = /^\d{4}-\d\d-\d\dT/;
  const comparable = (value: unknown): unknown =>
    typeof value === 'string' && INSTANT.test(value) ? Date.parse(value) * 1_000 : value;

  const readers = (wish: object): Promise<Seen> =>
    new Promise((resolve, reject) => {
      const script = join(import.meta.dirname, 'readers.py');
      const child = execFile(python!, [script], { maxBuffer: 2 ** 28 }, (error, stdout) =>
        error ? reject(error) : resolve(JSON.parse(stdout) as Seen),
      );
      child.stdin!.end(JSON.stringify(wish));
    });
});
