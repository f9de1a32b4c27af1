import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { GordonError } from '../../functions/core/errors/errors.ts';
import { freePort } from '../os/ports.ts';
import { portInUse } from '../ports.ts';
import { type Binaries, findBinaries, programOf } from './binaries.ts';
import { ADMIN, ensureDataDir, readPassword, type Settings, writeSettings } from './data-dir.ts';
import { isAnswering } from './is-answering.ts';
import { isPlaced, placeBinaries, placeData } from './location.ts';
import { runAs, type ServerUser, serverUser } from './os-user.ts';
import { type Postmaster, removeStaleLock, runningIn } from './postmaster.ts';

export interface ClusterOptions {
  /** made if it does not exist; see `Cluster.dataDir` for where it lies in the end */
  readonly dataDir: string;
  /** 0 or absent: any free one */
  readonly port?: number;
  /** added to, and stronger than, the settings for filling */
  readonly settings?: Settings;
  /** of another version than the installed one, for a folder that it made */
  readonly binaries?: Binaries;
  /** false: made without waiting for the disk, for clusters that nobody will miss */
  readonly durable?: boolean;
}

export interface Cluster {
  readonly dataDir: string;
  readonly port: number;
  readonly pid: number;
  /** true when the server ran already, such as one that outlived a killed program */
  readonly adopted: boolean;
  /** for the superuser; holds a password, so it is not a log line */
  url(database: string): string;
  stop(): Promise<void>;
}

const PATIENCE_MS = 60_000;

/**
 * Starts the PostgreSQL server of a data folder, or adopts the one that runs there. The server is detached: it outlives
 * a killed program, and the next start finds it.
 * @throws GordonError `no-binaries`, `no-server-user`, `other-postgres-major`, `cluster-not-made`, `cluster-not-started`,
 *   `port-in-use`, `data-folder-forbidden`
 */
export async function startCluster(options: ClusterOptions): Promise<Cluster> {
  try {
    return await startOrAdopt(options);
  } catch (error) {
    throw forbidden(options.dataDir, error) ?? error;
  }
}

/** Whether a server runs in the folder that `Cluster.dataDir` names. */
export const isRunning = (dataDir: string): boolean => runningIn(dataDir) !== undefined;

/** Whether the data folder has a cluster. It appears atomically, so there are no half-made ones. */
export const hasCluster = (dataDir: string): boolean => isPlaced(dataDir);

/** Stops the server of a data folder, no matter who started it. @returns false when none ran */
export async function stopCluster(dataDir: string): Promise<boolean> {
  const user = serverUser(dataDir);
  const at = placeData(dataDir, user);
  if (!runningIn(at)) return false;
  await halt(at, placeBinaries(findBinaries(), user), user);
  return true;
}

async function startOrAdopt(options: ClusterOptions): Promise<Cluster> {
  const user = serverUser(options.dataDir);
  const binaries = placeBinaries(options.binaries ?? findBinaries(), user);
  const dataDir = placeData(options.dataDir, user);
  await ensureDataDir(dataDir, binaries, user, options.durable ?? true);
  const found = await settled(dataDir);
  const running = found ?? (await start(dataDir, binaries, user, options));
  const password = readPassword(dataDir);
  return {
    dataDir,
    port: running.port,
    pid: running.pid,
    adopted: found !== undefined,
    url: (database) => `postgres://${ADMIN}:${password}@127.0.0.1:${running.port}/${database}`,
    stop: () => halt(dataDir, binaries, user),
  };
}

async function start(
  dataDir: string,
  binaries: Binaries,
  user: ServerUser,
  options: ClusterOptions,
): Promise<Postmaster> {
  writeSettings(dataDir, options.settings ?? {}, user);
  const log = join(dataDir, 'server.log');
  for (const deadline = Date.now() + PATIENCE_MS; ; ) {
    const port = options.port || (await freePort());
    rmSync(log, { force: true });
    removeStaleLock(dataDir);
    const { code, output } = await runAs(user, programOf(binaries, 'pg_ctl'), [
      'start',
      '-w',
      '-t',
      String(PATIENCE_MS / 1000),
      '-D',
      dataDir,
      '-l',
      log,
      '-o',
      `-p ${port}`,
    ]);
    // Another program may have started the same folder a moment before us; then its server is the one.
    const running = await settled(dataDir);
    if (running) return running;
    const said = existsSync(log) ? readFileSync(log, 'utf8').trim() : '';
    const mayPass =
      // a killed server or its children, on their way out
      /lock file|shared memory block/.test(said) ||
      // somebody took the free port before the server did
      (said.includes('Address already in use') && !options.port);
    if (!mayPass || Date.now() > deadline) throw notStarted(dataDir, port, code, said || output);
    await sleep(200);
  }
}

/** The folder's server once it accepts connections; a server in recovery is waited for. */
async function settled(dataDir: string): Promise<Postmaster | undefined> {
  for (const deadline = Date.now() + PATIENCE_MS; ; await sleep(50)) {
    const running = runningIn(dataDir);
    if (!running) return undefined;
    // A server that was killed a moment ago still has its lock and its process, but answers no more.
    if (running.ready && (await isAnswering(running.port))) return running;
    if (Date.now() > deadline) throw notStarted(dataDir, running.port, 0, 'the server is not ready yet');
  }
}

async function halt(dataDir: string, binaries: Binaries, user: ServerUser): Promise<void> {
  if (!runningIn(dataDir)) return;
  const { code, output } = await runAs(user, programOf(binaries, 'pg_ctl'), [
    'stop',
    '-m',
    'fast',
    '-w',
    '-t',
    String(PATIENCE_MS / 1000),
    '-D',
    dataDir,
  ]);
  if (code === 0 || !runningIn(dataDir)) return;
  throw new GordonError({
    code: 'cluster-not-stopped',
    subject: dataDir,
    message: `the database server did not stop: ${output}`,
  });
}

function notStarted(dataDir: string, port: number, code: number, said: string): GordonError {
  if (said.includes('Address already in use')) return portInUse(port, 'database');
  return new GordonError({
    name: 'PermanentError',
    code: 'cluster-not-started',
    subject: dataDir,
    message: `the database server did not start (pg_ctl ended with ${code}): ${said}`,
    remedy: 'The whole story is in server.log there.',
  });
}

function forbidden(dataDir: string, error: unknown): GordonError | undefined {
  const { code, path } = error as NodeJS.ErrnoException;
  if (code !== 'EACCES' && code !== 'EPERM') return undefined;
  return new GordonError({
    code: 'data-folder-forbidden',
    subject: path ?? dataDir,
    cause: error,
    message: 'this user may not work there.',
  });
}
