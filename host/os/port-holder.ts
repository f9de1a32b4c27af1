import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** Who listens on a port of this machine. */
export interface PortHolder {
  /** absent: another user's process */
  readonly pid?: number;
  /** as a sentence names it: `postgres (process 4711)` */
  readonly name: string;
}

const UNKNOWN: PortHolder = { name: 'a process of another user' };

/** The program that listens on the port; undefined: none does, or this system does not show it. */
export function portHolder(port: number): PortHolder | undefined {
  return existsSync('/proc/net/tcp') ? byProc(port) : byLsof(port);
}

/** The state that the kernel's table of connections gives to a socket that listens. */
const LISTENS = '0A';

function byProc(port: number): PortHolder | undefined {
  const hex = port.toString(16).toUpperCase().padStart(4, '0');
  const inodes = ['/proc/net/tcp', '/proc/net/tcp6']
    .filter((file) => existsSync(file))
    .flatMap((file) => readFileSync(file, 'utf8').split('\n').slice(1))
    .map((line) => line.trim().split(/\s+/))
    .filter(([, local, , state]) => state === LISTENS && local?.endsWith(`:${hex}`))
    .map((fields) => fields[9]!);
  if (inodes.length === 0) return undefined;
  const sockets = new Set(inodes.map((inode) => `socket:[${inode}]`));
  const pid = processes().find((one) => holds(one, sockets));
  return pid === undefined ? UNKNOWN : { pid, name: nameOf(pid) };
}

const processes = (): number[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);

function holds(pid: number, sockets: ReadonlySet<string>): boolean {
  const folder = `/proc/${pid}/fd`;
  const files = attempt(() => readdirSync(folder)) ?? [];
  return files.some((file) => sockets.has(attempt(() => readlinkSync(`${folder}/${file}`)) ?? ''));
}

/** A process may end while it is looked at, and another user's cannot be looked at. */
function attempt<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch (error) {
    if (['ENOENT', 'ESRCH', 'EACCES', 'EPERM'].includes((error as NodeJS.ErrnoException).code!))
      return undefined;
    throw error;
  }
}

const HOST = /(\S*)\/host\/main\.ts/;

function nameOf(pid: number): string {
  const words = attempt(() => readFileSync(`/proc/${pid}/cmdline`, 'utf8'))?.split('\0') ?? [];
  const own = HOST.exec(words.find((word) => HOST.test(word)) ?? '');
  if (own) {
    const env = attempt(() => readFileSync(`/proc/${pid}/environ`, 'utf8'))?.split('\0') ?? [];
    const folder = env.find((one) => one.startsWith('GORDON_DIR='))?.slice('GORDON_DIR='.length);
    return `the gordon-data of ${folder ?? own[1]} (process ${pid})`;
  }
  const comm = attempt(() => readFileSync(`/proc/${pid}/comm`, 'utf8'))?.trim();
  return `${comm || 'a program'} (process ${pid})`;
}

/** Elsewhere than on Linux. `-F` prints a field on each line: `p` the process, `c` its name. */
function byLsof(port: number): PortHolder | undefined {
  let fields: string;
  try {
    const args = ['-nP', `-iTCP:${port}`, '-sTCP:LISTEN', '-Fpc'];
    fields = execFileSync('lsof', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  } catch {
    // It is not installed, or nobody listens: it does not say which.
    return undefined;
  }
  const [, pid] = /^p(\d+)/m.exec(fields) ?? [];
  if (pid === undefined) return undefined;
  const [, name = 'a program'] = /^c(.+)/m.exec(fields) ?? [];
  return { pid: Number(pid), name: `${name} (process ${pid})` };
}
