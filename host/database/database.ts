import { createHmac } from 'node:crypto';
import { GordonError } from '../../functions/core/errors/errors.ts';
import { migrate } from '../../functions/stores/postgres/migrate.ts';
import { connect } from '../../functions/stores/postgres/postgres.ts';
import {
  credentialsOf,
  LOGIN_NAMES,
  type Logins,
  urlFor,
} from '../../functions/stores/postgres/roles/logins.ts';
import { type ClusterOptions, isRunning, startCluster, stopCluster } from '../cluster/index.ts';

export interface Database {
  /** of the user that migrates */
  readonly url: string;
  /** URLs of the logins that work beside it; an absent one is managed by the user, whose database it is */
  readonly logins: Logins;
  /** of our own; absent: somebody else keeps the server running */
  readonly server?: {
    isRunning(): boolean;
    /** starts it again at the same address */
    start(): Promise<void>;
  };
  close(): Promise<void>;
}

export interface DatabaseOptions {
  /** an existing database; absent: a PostgreSQL server of our own */
  readonly url?: string | undefined;
  /** true: the server at `url` is this machine's alone, so its logins are ours to make */
  readonly ours?: boolean;
  readonly dataDir: string;
  readonly port: number;
  readonly simulated: boolean;
  /** URLs of logins that the user manages */
  readonly logins?: Logins;
  readonly durable?: boolean;
}

const NAME = 'gordon';
/** Good for nothing but reading a server that listens on the loopback address alone. */
const READER_PASSWORD = 'reader';

/** Opens the warehouse and brings it to the newest schema. */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  if (options.url) {
    const logins = { ...(options.ours && ownLogins(options.url)), ...options.logins };
    await prepare(options.url, options.simulated, logins);
    return { url: options.url, logins, close: async () => {} };
  }
  const start = (port: number) =>
    startCluster({
      dataDir: options.dataDir,
      port,
      ...(options.durable !== undefined && { durable: options.durable }),
    });
  const cluster = await start(options.port);
  try {
    await createDatabase(cluster.url('postgres'));
    const url = cluster.url(NAME);
    const logins = ownLogins(url);
    await prepare(url, options.simulated, logins);
    const server = {
      isRunning: () => isRunning(cluster.dataDir),
      start: async () => void (await start(cluster.port)),
    };
    return { url, logins, server, close: () => cluster.stop() };
  } catch (error) {
    await cluster.stop();
    throw error;
  }
}

/**
 * Runs work on a server of our own, started for it, with an empty or an older warehouse: nothing is migrated.
 * @param work gets the URL of its superuser
 */
export async function onOwnServer<T>(
  options: Pick<ClusterOptions, 'dataDir' | 'binaries' | 'durable'>,
  work: (url: string) => Promise<T>,
): Promise<T> {
  const cluster = await startCluster(options);
  try {
    await createDatabase(cluster.url('postgres'));
    return await work(cluster.url(NAME));
  } finally {
    await cluster.stop();
  }
}

/** Stops our own server, no matter who started it. @returns false when none ran */
export const stopDatabase = (dataDir: string): Promise<boolean> => stopCluster(dataDir);

async function createDatabase(url: string): Promise<void> {
  const sql = connect(url, { max: 1 });
  try {
    const [found] = await sql`select 1 from pg_database where datname = ${NAME}`;
    if (!found) await sql`create database ${sql(NAME)}`;
  } finally {
    await sql.end({ timeout: 5 });
  }
}

/**
 * The logins of a server that is this machine's alone. Passwords follow from the owner's, so that each start finds them without keeping
 * them, and a login that may not take the owner's role cannot write.
 */
function ownLogins(url: string): Logins {
  const { password } = credentialsOf(url);
  const derived = (name: string) => createHmac('sha256', password).update(name).digest('base64url');
  const { writer, reader, refresher } = LOGIN_NAMES;
  return {
    writer: urlFor(url, writer, derived(writer)),
    reader: urlFor(url, reader, READER_PASSWORD),
    refresher: urlFor(url, refresher, derived(refresher)),
  };
}

/** Migrates, and holds simulated and real data apart: a database is always one or the other. */
async function prepare(url: string, simulated: boolean, logins: Logins): Promise<void> {
  await migrate(url, { logins });
  const sql = connect(url, { max: 1 });
  try {
    await sql`insert into market_data.meta (key, value) values ('simulated', ${sql.json(simulated)})
              on conflict (key) do nothing`;
    const [row] = await sql`select value from market_data.meta where key = 'simulated'`;
    if (row?.value === simulated) return;
    throw new GordonError({
      code: 'simulated-mismatch',
      subject: 'the database',
      message: `it holds ${row?.value ? 'simulated' : 'real'} data, and this host would add ${simulated ? 'simulated' : 'real'} ones.`,
    });
  } finally {
    await sql.end({ timeout: 5 });
  }
}
