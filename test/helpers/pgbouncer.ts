import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { connect as connectTo } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { connect } from '../../functions/stores/postgres/postgres.ts';
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
  readonly port: number;
  /** a URL of the server as it is reached through the pooler */
  url(direct: string, parameters?: string): string;
  /** takes these URLs of the server for the logins that it knows, as its operator does after a rotation; waits until it has */
  learn(logins: readonly string[]): Promise<void>;
}

/** @param logins URLs of the server, whose logins the pooler knows */
export async function startPgBouncer(
  mode: 'transaction' | 'session',
  logins: readonly string[],
): Promise<PgBouncer> {
  const folder = mkdtempSync(join(tmpdir(), 'gordon-pgbouncer-'));
  const port = await freePort();
  const { hostname, port: serverPort } = new URL(logins[0]!);
  const write = (known: readonly string[]): void => {
    const users = known.map((login) => {
      const { username, password } = new URL(login);
      return `"${decodeURIComponent(username)}" "${decodeURIComponent(password)}"\n`;
    });
    // A new file: of one that has the same size and second it believes that nothing has changed.
    writeFileSync(join(folder, 'next.txt'), users.join(''));
    renameSync(join(folder, 'next.txt'), join(folder, 'users.txt'));
  };
  write(logins);
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
server_login_retry = 1
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
  const through = (direct: string, parameters = ''): string => {
    const url = new URL(direct);
    url.host = `127.0.0.1:${port}`;
    return url.href + parameters;
  };
  return {
    port,
    url: through,
    async learn(known) {
      write(known);
      child.kill('SIGHUP');
      for (const login of known) {
        await until('pgbouncer knows the new password', () => logsIn(through(login, '?pooler=transaction')));
      }
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

async function logsIn(url: string): Promise<boolean> {
  const sql = connect(url, { max: 1, application: 'test' });
  try {
    await sql`select 1`;
    return true;
  } catch {
    return false;
  } finally {
    await sql.end({ timeout: 0 });
  }
}
