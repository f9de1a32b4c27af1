import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { inject } from 'vitest';
import { type ConnectOptions, connect, type Sql } from '../../functions/stores/postgres/postgres.ts';
import type { TestServer } from './postgres-server.ts';

export interface TestDatabase {
  /** the superuser's; `migrate` and `connect` take it */
  readonly url: string;
  /** of a login that only reads */
  readonly readerUrl: string;
  /** a pool that is closed with the database; its role defaults to the superuser */
  connect(options?: ConnectOptions): Sql;
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * A database for one test or file, with the newest schema. Dispose of it (`await using`): a connection that is still open
 * then is a leak and fails the test.
 * @param from `template`: migrated; `empty`: nothing in it
 */
export async function createTestDatabase(from: 'template' | 'empty' = 'template'): Promise<TestDatabase> {
  const server = await askBroker();
  const name = `test_${randomUUID().slice(0, 8)}`;
  const template = from === 'template' ? server.template : 'template0';
  const admin = adminOf(server);
  await admin`create database ${admin(name)} template ${admin(template)}`;
  const url = new URL(server.adminUrl);
  url.pathname = `/${name}`;
  const pools: Sql[] = [];
  return {
    url: url.href,
    readerUrl: Object.assign(new URL(url), { username: 'gordon_reader', password: 'reader' }).href,
    connect(options = {}) {
      const pool = connect(url.href, { application: 'test', ...options });
      pools.push(pool);
      return pool;
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(pools.map((pool) => pool.end({ timeout: 5 })));
      const leaks = await openSessions(admin, name);
      await admin`drop database ${admin(name)} with (force)`;
      if (leaks.length > 0) throw new Error(`connections left open to ${name}: ${leaks.join('; ')}`);
    },
  };
}

/** Sessions that stay open: the server needs a moment to notice a closed socket, so this checks repeatedly. */
async function openSessions(admin: Sql, name: string): Promise<string[]> {
  for (let tries = 0; ; tries++) {
    const rows = await admin<{ application_name: string; query: string }[]>`
      select application_name, query from pg_stat_activity
      where datname = ${name} and backend_type = 'client backend'`;
    if (rows.length === 0 || tries === 200) return rows.map((r) => `${r.application_name}: ${r.query}`);
    await sleep(50);
  }
}

const admins = new Map<string, Sql>();

/** One session for all files of this process: a new one for each database would cost more than the database does. */
function adminOf({ adminUrl }: TestServer): Sql {
  const admin = admins.get(adminUrl) ?? connect(adminUrl, { max: 1, application: 'test admin' });
  admins.set(adminUrl, admin);
  return admin;
}

async function askBroker(): Promise<TestServer> {
  const answer = await fetch(inject('databaseBroker'));
  const text = await answer.text();
  if (!answer.ok) throw new Error(`the test database server did not start: ${text}`);
  return JSON.parse(text) as TestServer;
}
