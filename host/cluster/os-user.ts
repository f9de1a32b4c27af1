import { execFileSync, spawn } from 'node:child_process';
import { statSync } from 'node:fs';
import { dirname } from 'node:path';
import { GordonError } from '../../functions/core/errors/errors.ts';

/** The operating-system user that the server runs as; undefined: the one that we are. */
export type ServerUser = { readonly uid: number; readonly gid: number } | undefined;

/**
 * PostgreSQL refuses to run as root. Root's clusters run as the owner of an existing data folder, else as `postgres` where
 * the machine has such a user and as `nobody` where it has not, so that no user has to be made.
 */
export function serverUser(dataDir: string): ServerUser {
  if (process.getuid?.() !== 0) return undefined;
  const owner = statSync(dataDir, { throwIfNoEntry: false });
  if (owner && owner.uid !== 0) return { uid: owner.uid, gid: owner.gid };
  for (const name of ['postgres', 'nobody']) {
    const uid = idOf('-u', name);
    const gid = idOf('-g', name);
    if (uid !== undefined && gid !== undefined) return { uid, gid };
  }
  throw new GordonError({
    code: 'no-server-user',
    subject: 'embedded database',
    message: 'PostgreSQL does not run as root, and this machine has neither a user postgres nor nobody.',
  });
}

function idOf(flag: '-u' | '-g', name: string): number | undefined {
  try {
    return Number(
      execFileSync('id', [flag, name], { stdio: ['ignore', 'pipe', 'ignore'], encoding: 'utf8' }),
    );
  } catch {
    // `id` ends with 1 for a user that does not exist: that is the answer.
    return undefined;
  }
}

/** True when the user can get to the path: every folder above it must let the user through. */
export function reachable(path: string, user: ServerUser): boolean {
  if (!user) return true;
  for (let at = path; ; at = dirname(at)) {
    const info = statSync(at, { throwIfNoEntry: false });
    if (info) {
      const bit = info.uid === user.uid ? 0o100 : info.gid === user.gid ? 0o010 : 0o001;
      if ((info.mode & bit) === 0) return false;
    }
    if (at === dirname(at)) return true;
  }
}

/** Runs one of PostgreSQL's programs to its end. @returns its exit code and what it printed */
export function runAs(
  user: ServerUser,
  program: string,
  args: readonly string[],
): Promise<{ code: number; output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      ...(user && { uid: user.uid, gid: user.gid }),
      cwd: '/',
      // Nothing of the caller's PG* variables or locale may reach the server.
      env: { PATH: process.env.PATH ?? '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    child.stdout.on('data', (text) => (output += text));
    child.stderr.on('data', (text) => (output += text));
    child.on('error', reject);
    child.on('close', (code) => resolve({ code: code ?? -1, output: output.trim() }));
  });
}
