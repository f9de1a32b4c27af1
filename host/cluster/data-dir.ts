import { randomBytes } from 'node:crypto';
import {
  appendFileSync,
  chownSync,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { GordonError } from '../../functions/core/errors/errors.ts';
import { isAlive } from '../os/processes.ts';
import { type Binaries, programOf } from './binaries.ts';
import { makeOwned, renameInto } from './location.ts';
import { runAs, type ServerUser } from './os-user.ts';

/** The cluster's superuser; its random password lies in the data folder, which only the server's user may enter. */
export const ADMIN = 'gordon_admin';
const PASSWORD_FILE = 'gordon.password';

export type Settings = Readonly<Record<string, string | number>>;

/** Made for filling: large steady writes, and nothing given up that protects the data in a power cut. */
export const SETTINGS: Settings = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  timezone: 'UTC',
  log_timezone: 'UTC',
  shared_buffers: '256MB',
  // No replica will ever follow this cluster.
  wal_level: 'minimal',
  max_wal_senders: 0,
  max_wal_size: '4GB',
  checkpoint_timeout: '15min',
  log_checkpoints: 'off',
  jit: 'off',
};

/** One call for the whole file system where there is one, instead of a thousand small files one by one. */
const SYNC = process.platform === 'linux' ? ['--sync-method=syncfs'] : [];

/** Makes the cluster if there is none. It appears at one stroke, so a kill on the way leaves nothing half made. */
export async function ensureDataDir(
  dataDir: string,
  binaries: Binaries,
  user: ServerUser,
  durable: boolean,
): Promise<void> {
  if (existsSync(join(dataDir, 'PG_VERSION'))) return refuseOtherMajor(dataDir, binaries);
  removeHalves(dataDir);
  const half = `${dataDir}.${process.pid}`;
  makeOwned(half, user);
  const password = `${half}.password`;
  writeSecret(password, `${randomBytes(24).toString('base64url')}\n`, user);
  try {
    const { code, output } = await runAs(user, programOf(binaries, 'initdb'), [
      '-D',
      half,
      '-U',
      ADMIN,
      '--auth=scram-sha-256',
      `--pwfile=${password}`,
      '--no-locale',
      '--encoding=UTF8',
      '--no-instructions',
      ...(durable ? SYNC : ['--no-sync']),
    ]);
    if (code !== 0) throw cannotMake(dataDir, output);
    writeSecret(join(half, PASSWORD_FILE), readFileSync(password, 'utf8'), user);
    appendFileSync(join(half, 'postgresql.conf'), "\ninclude_if_exists 'gordon.conf'\n");
    renameInto(half, dataDir);
  } finally {
    rmSync(password, { force: true });
    rmSync(half, { recursive: true, force: true });
  }
}

/** What an `initdb` that was killed left behind. */
function removeHalves(dataDir: string): void {
  for (const name of readdirSync(dirname(dataDir))) {
    const [, pid] = name.startsWith(basename(dataDir))
      ? (HALF.exec(name.slice(basename(dataDir).length)) ?? [])
      : [];
    if (pid && (Number(pid) === process.pid || !isAlive(Number(pid)))) {
      rmSync(join(dirname(dataDir), name), { recursive: true, force: true });
    }
  }
}

const HALF = /^\.(\d+)(?:\.password)?$/;

export const readPassword = (dataDir: string): string =>
  readFileSync(join(dataDir, PASSWORD_FILE), 'utf8').trim();

/** Written at each start, so that a newer program's settings reach an older cluster. */
export function writeSettings(dataDir: string, settings: Settings, user: ServerUser): void {
  const lines = Object.entries({ ...SETTINGS, ...settings }).map(([key, value]) => `${key} = '${value}'`);
  writeSecret(join(dataDir, 'gordon.conf'), `${lines.join('\n')}\n`, user);
}

function writeSecret(path: string, text: string, user: ServerUser): void {
  writeFileSync(path, text, { mode: 0o600 });
  if (user) chownSync(path, user.uid, user.gid);
}

/** The major version of the PostgreSQL that made a cluster, such as `17`; undefined: there is none. */
export function majorOf(dataDir: string): string | undefined {
  const file = join(dataDir, 'PG_VERSION');
  return existsSync(file) ? readFileSync(file, 'utf8').trim() : undefined;
}

function refuseOtherMajor(dataDir: string, binaries: Binaries): void {
  const major = majorOf(dataDir);
  if (major === binaries.major) return;
  throw new GordonError({
    code: 'other-postgres-major',
    subject: dataDir,
    message: `this data folder was made by PostgreSQL ${major}; the installed one is ${binaries.major} and cannot read it.`,
    ...(Number(major) > Number(binaries.major) && {
      remedy: 'Install the version of gordon-data that made it.',
    }),
  });
}

const cannotMake = (dataDir: string, output: string): GordonError =>
  new GordonError({
    code: 'cluster-not-made',
    subject: dataDir,
    message: `initdb failed: ${output}`,
  });
