import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { migrate } from '../../functions/stores/postgres/migrate.ts';
import { connect } from '../../functions/stores/postgres/postgres.ts';
import { startCluster } from '../../host/cluster/index.ts';
import { isAlive } from '../../host/os/processes.ts';
import { removeCluster } from './remove-cluster.ts';

export interface TestServer {
  /** superuser's URL of the database `postgres` */
  readonly adminUrl: string;
  readonly template: string;
}

const PREFIX = 'gordon-test-pg-';
const TEMPLATE = 'gordon_template';

/**
 * Hands the test server's URL to the workers. The server is started at the first request, so that a run of tests that need no
 * database does not start one.
 */
export class ServerBroker {
  #server: Promise<TestServer & { stop(): Promise<void> }> | undefined;
  #http: Server | undefined;

  async listen(): Promise<string> {
    this.#http = createServer((_request, answer) => {
      this.#server ??= launch();
      this.#server.then(
        ({ adminUrl, template }) => answer.end(JSON.stringify({ adminUrl, template })),
        (error: Error) => answer.writeHead(500).end(error.stack ?? String(error)),
      );
    });
    await new Promise<void>((resolve) => this.#http!.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.#http.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.#http?.closeAllConnections();
    this.#http?.close();
    // A failed start was already reported to the test that requested the server.
    const server = await this.#server?.catch(() => undefined);
    await server?.stop();
  }
}

async function launch(): Promise<TestServer & { stop(): Promise<void> }> {
  const given = process.env.GORDON_TEST_DATABASE_URL;
  if (given) return { ...(await prepare(given, `${TEMPLATE}_${process.pid}`)), stop: () => drop(given) };
  await sweep();
  const home = mkdtempSync(join(tmpdir(), PREFIX));
  // As root, the server runs as another user, who needs access to the folder.
  chmodSync(home, 0o711);
  writeFileSync(join(home, 'owner.pid'), String(process.pid));
  const stop = async (): Promise<void> => {
    await removeCluster(join(home, 'data'));
    rmSync(home, { recursive: true, force: true });
  };
  try {
    const cluster = await startCluster({
      dataDir: join(home, 'data'),
      durable: false,
      settings: {
        fsync: 'off',
        full_page_writes: 'off',
        synchronous_commit: 'off',
        shared_buffers: '128MB',
        // Its folder may be a tmpfs.
        max_wal_size: '512MB',
        // A login hashes its password so often, 4,096 times by default, and tests log in by the thousand.
        scram_iterations: 1,
      },
    });
    await hashAgain(cluster.url('postgres'));
    return { ...(await prepare(cluster.url('postgres'), TEMPLATE)), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** The superuser's password, which is older than the server's settings. */
async function hashAgain(adminUrl: string): Promise<void> {
  const admin = connect(adminUrl, { max: 1 });
  try {
    await admin.unsafe(
      `alter role current_user password '${decodeURIComponent(new URL(adminUrl).password)}'`,
    );
  } finally {
    await admin.end();
  }
}

async function prepare(adminUrl: string, template: string): Promise<TestServer> {
  const admin = connect(adminUrl, { max: 1 });
  try {
    await admin`create database ${admin(template)}`;
  } finally {
    await admin.end();
  }
  const url = new URL(adminUrl);
  url.pathname = `/${template}`;
  await migrate(url.href);
  const made = connect(adminUrl, { max: 1 });
  try {
    await made`alter role gordon_reader login password 'reader'`;
  } finally {
    await made.end();
  }
  return { adminUrl, template };
}

async function drop(adminUrl: string): Promise<void> {
  const admin = connect(adminUrl, { max: 1 });
  try {
    await admin`drop database if exists ${admin(`${TEMPLATE}_${process.pid}`)} with (force)`;
  } finally {
    await admin.end();
  }
}

/** Stops the servers of earlier runs that were killed. */
async function sweep(): Promise<void> {
  for (const name of readdirSync(tmpdir()).filter((n) => n.startsWith(PREFIX))) {
    const home = join(tmpdir(), name);
    const owner = join(home, 'owner.pid');
    if (!existsSync(owner) || isAlive(Number(readFileSync(owner, 'utf8')))) continue;
    await removeCluster(join(home, 'data'));
    rmSync(home, { recursive: true, force: true });
  }
}
