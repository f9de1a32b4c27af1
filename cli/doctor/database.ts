import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { CliError } from '../failure.ts';
import { readRows } from '../sql/session.ts';
import { broken, type Diagnosis, ok } from './diagnosis.ts';
import { REPOSITORY } from './machine.ts';

const FACTS = `
  SELECT current_setting('server_version'),
    (SELECT max(version) FROM market_data.schema_version),
    (SELECT value #>> '{}' FROM market_data.meta WHERE key = 'flavour')`;

/** Whether the database answers and has the newest schema. */
export async function databaseHealth(url: string): Promise<Diagnosis> {
  const { host, pathname } = new URL(url);
  const place = `database ${host}${pathname}`;
  const remedy = 'Run `gordon-data migrate`.';
  try {
    const [server, version, flavour] = await facts(url);
    const newest = newestMigration(flavour ?? 'postgres');
    if (Number(version) >= newest) return ok(`${place}: PostgreSQL ${server}, ${flavour}, schema ${version}`);
    return broken(`${place}: schema ${version ?? 'none'}, the newest is ${newest}`, remedy);
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

function newestMigration(flavour: string): number {
  const folder = join(REPOSITORY, 'sql');
  // A flavour that differs in nothing has no folder.
  const own = join(folder, flavour);
  const files = [...readdirSync(folder), ...(existsSync(own) ? readdirSync(own) : [])];
  return Math.max(...files.map((file) => Number(/^(\d+)\.do\./.exec(file)?.[1] ?? 0)));
}
