import { GordonError } from '../../functions/core/errors/errors.ts';
import { migrate } from '../../functions/stores/postgres/migrate.ts';
import { connect } from '../../functions/stores/postgres/postgres.ts';
import { type ClusterOptions, isRunning, startCluster, stopCluster } from '../cluster/index.ts';

export interface Database {
  /** of the user that migrates; the functions take the role `gordon_writer` */
  readonly url: string;
  /** of the login that only reads; absent: the user brought the database and manages its logins */
  readonly readerUrl?: string;
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
  /** true: the server at `url` is this machine's alone, so its reader may have the usual password */
  readonly ours?: boolean;
  readonly dataDir: string;
  readonly port: number;
  readonly simulated: boolean;
  /** of the login that is to own the aggregates, where TimescaleDB keeps them */
  readonly aggregatesUrl?: string | undefined;
  readonly durable?: boolean;
}

const NAME = 'gordon';
/** Good for nothing but reading a server that listens on the loopback address alone. */
const READER_PASSWORD = 'reader';

/** Opens the warehouse and brings it to the newest schema. */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  if (options.url) {
    await prepare(options.url, options.simulated, options.aggregatesUrl);
    const readerUrl = options.ours ? await openReader(options.url) : undefined;
    return { url: options.url, ...(readerUrl && { readerUrl }), close: async () => {} };
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
    await prepare(url, options.simulated);
    const server = {
      isRunning: () => isRunning(cluster.dataDir),
      start: async () => void (await start(cluster.port)),
    };
    return { url, readerUrl: await openReader(url), server, close: () => cluster.stop() };
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

/** Stops the server of our own, whoever started it. @returns false when none ran */
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

/** @returns the URL of the login that only reads */
async function openReader(url: string): Promise<string> {
  const sql = connect(url, { max: 1 });
  try {
    await sql.unsafe(`alter role gordon_reader login password '${READER_PASSWORD}'`);
    return Object.assign(new URL(url), { username: 'gordon_reader', password: READER_PASSWORD }).href;
  } finally {
    await sql.end({ timeout: 5 });
  }
}

/** Migrates, and holds simulated and real data apart: a database is one or the other for ever. */
async function prepare(url: string, simulated: boolean, aggregatesUrl?: string): Promise<void> {
  await migrate(url, { aggregatesUrl });
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
