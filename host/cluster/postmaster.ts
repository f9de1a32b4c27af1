import { existsSync, readdirSync, readFileSync, readlinkSync, realpathSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { isAlive } from '../os/processes.ts';

/** A running server, as its postmaster.pid describes it. */
export interface Postmaster {
  readonly pid: number;
  readonly port: number;
  readonly ready: boolean;
}

/**
 * The server that runs in a data folder, if any: perhaps one that outlived a killed program. A postmaster.pid whose
 * process is gone, or whose number another program has got since, is not one.
 */
export function runningIn(dataDir: string): Postmaster | undefined {
  const file = join(dataDir, 'postmaster.pid');
  if (!existsSync(file)) return undefined;
  const lines = readFileSync(file, 'utf8').split('\n');
  const pid = Number(lines[0]);
  if (!(pid > 0) || !serves(pid, dataDir)) return undefined;
  return { pid, port: Number(lines[3]), ready: lines[7]?.trim() === 'ready' };
}

function serves(pid: number, dataDir: string): boolean {
  if (!isAlive(pid)) return false;
  // Process numbers are used again, above all in containers.
  return hasProc ? worksIn(String(pid), dataDir) : true;
}

/**
 * Takes away the lock of a server that is no more, when its process number belongs to another program by now: PostgreSQL
 * would take that one for the server and never start. Only where it is certain that none of the old server's processes
 * still works on the data.
 */
export function removeStaleLock(dataDir: string): void {
  if (!hasProc || !existsSync(join(dataDir, 'postmaster.pid'))) return;
  const processes = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  if (processes.some((pid) => worksIn(pid, dataDir))) return;
  rmSync(join(dataDir, 'postmaster.pid'));
}

const hasProc = existsSync('/proc/self/cwd');

/** PostgreSQL's processes all work in their data folder. */
function worksIn(pid: string, dataDir: string): boolean {
  try {
    return readlinkSync(`/proc/${pid}/cwd`) === realpathSync(dataDir);
  } catch {
    // Gone by now, or another user's process: neither is a server that we could have started.
    return false;
  }
}
