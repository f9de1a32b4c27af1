import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';

export interface Ran {
  readonly code: number | null;
  /** without the status that curl appends */
  readonly stdout: string;
  readonly stderr: string;
  /** HTTP status that curl received */
  readonly http: string | undefined;
}

const STATUS = /\nHTTP (\d{3})$/;

/**
 * Runs a command in a shell like that of the runbooks' reader: in the repository, with `bin/` in its PATH.
 * @param folder for the host's data and for what adapts the shell to a test: a `make` that installs nothing, and settings of
 *   curl by which it also prints the status
 */
export function createShell(folder: string, env: NodeJS.ProcessEnv) {
  const own = join(folder, 'shell');
  mkdirSync(own, { recursive: true });
  const make = execFileSync('sh', ['-c', 'command -v make'], { encoding: 'utf8' }).trim();
  const script = `#!/bin/sh\nexec ${make} -o node_modules/.package-lock.json "$@"\n`;
  writeFileSync(join(own, 'make'), script, { mode: 0o755 });
  writeFileSync(join(own, '.curlrc'), 'silent\nshow-error\nwrite-out = "\\nHTTP %{http_code}"\n');
  const PATH = [own, resolve('bin'), process.env.PATH].join(':');
  return async (line: string, more: NodeJS.ProcessEnv = {}): Promise<Ran> => {
    const child = spawn('sh', ['-c', line], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...env, ...more, PATH, CURL_HOME: own },
    });
    const [stdout, stderr, [code]] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      once(child, 'exit') as Promise<[number | null]>,
    ]);
    return { code, stdout: stdout.replace(STATUS, ''), stderr, http: STATUS.exec(stdout)?.[1] };
  };
}
