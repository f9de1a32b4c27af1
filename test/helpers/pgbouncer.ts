import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect as connectTo } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { freePort } from '../../host/os/ports.ts';
import { until } from './until.ts';

const PLACES = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin'].map((folder) =>
  join(folder, 'pgbouncer'),
);
/** `GORDON_PGBOUNCER` names one elsewhere. */
const program = [process.env.GORDON_PGBOUNCER ?? '', ...PLACES].find(
  (path) => path !== '' && existsSync(path),
);

/** Why PgBouncer does not run here; undefined: it does. */
export const pgbouncerAbsent: string | undefined = program ? undefined : 'pgbouncer is not installed';

/** It refuses to run as root. */
const NOBODY = 65_534;

export interface PgBouncer extends AsyncDisposable {
  /** a URL of the server as it is reached through the pooler */
  url(direct: string, parameters?: string): string;
}

/** @param logins URLs of the server, whose logins the pooler knows */
export async function startPgBouncer(
  mode: 'transaction' | 'session',
  logins: readonly string[],
): Promise<PgBouncer> {
  const folder = mkdtempSync(join(tmpdir(), 'gordon-pgbouncer-'));
  const port = await freePort();
  const { hostname, port: serverPort } = new URL(logins[0]!);
  const users = logins.map((login) => {
    const { username, password } = new URL(login);
    return `"${decodeURIComponent(username)}" "${decodeURIComponent(password)}"`;
  });
  writeFileSync(join(folder, 'users.txt'), `${users.join('\n')}\n`);
  writeFileSync(
    join(folder, 'pgbouncer.ini'),
    `[databases]
* = host=${hostname} port=${serverPort}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = plain
auth_file = ${join(folder, 'users.txt')}
pool_mode = ${mode}
default_pool_size = ${mode === 'session' ? 20 : 4}
`,
  );
  chmodSync(folder, 0o755);
  const user = process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {};
  const child: ChildProcess = spawn(program!, [join(folder, 'pgbouncer.ini')], { ...user, stdio: 'ignore' });
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  await until('pgbouncer listens', () => {
    if (child.exitCode !== null) throw new Error(`pgbouncer ended with ${child.exitCode}`);
    return answers(port);
  });
  return {
    url(direct, parameters = '') {
      const url = new URL(direct);
      url.host = `127.0.0.1:${port}`;
      return url.href + parameters;
    },
    async [Symbol.asyncDispose]() {
      child.kill('SIGTERM');
      await gone;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const answers = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connectTo(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
