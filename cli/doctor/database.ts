import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { CliError } from '../failure.ts';
import { readRows } from '../sql/session.ts';
import { broken, type Diagnosis, ok } from './diagnosis.ts';
import { REPOSITORY } from './machine.ts';

const FACTS = `
  SELECT current_setting('server_version'),
    (SELECT string_agg(version::text, ' ') FROM market_data.schema_version WHERE version > 0),
    (SELECT value #>> '{}' FROM market_data.meta WHERE key = 'flavour')`;

/** Whether the database answers and has the newest schema. */
export async function databaseHealth(url: string): Promise<Diagnosis> {
  const { host, pathname } = new URL(url);
  const place = `database ${host}${pathname}`;
  const remedy = 'Run `gordon-data migrate`.';
  try {
    const [server, versions, flavour] = await facts(url);
    const applied = new Set((versions ?? '').split(' ').map(Number));
    const version = Math.max(...applied);
    const known = migrations(flavour ?? 'postgres');
    const newest = Math.max(...known);
    if (version < newest)
      return broken(`${place}: schema ${version || 'none'}, the newest is ${newest}`, remedy);
    // They were merged after a higher number that this database had already.
    const missing = known.filter((one) => !applied.has(one));
    if (missing.length > 0)
      return broken(`${place}: schema ${version} without ${missing.toSorted().join(', ')}`, remedy);
    return ok(`${place}: PostgreSQL ${server}, ${flavour}, schema ${version}`);
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    return broken(
      `${place}: ${error.message}`,
      'Check that it runs and GORDON_DATABASE_URL names it; then run `gordon-data migrate`.',
    );
  }
}

async function facts(url: string): Promise<readonly (string | null)[]> {
  let first: readonly (string | null)[] = [];
  await readRows(url, FACTS, {
    ours: true,
    async sink(_columns, [row]) {
      first = row ?? [];
      return false;
    },
  });
  return first;
}

function migrations(flavour: string): number[] {
  const folder = join(REPOSITORY, 'sql');
  // A flavour that differs in nothing has no folder.
  const own = join(folder, flavour);
  const files = [...readdirSync(folder), ...(existsSync(own) ? readdirSync(own) : [])];
  return files.flatMap((file) => Number(/^(\d+)\.do\./.exec(file)?.[1] ?? 0) || []);
}
