import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

/** All that the host keeps lies here: in the clone unless `GORDON_DIR` names another place; never in a home directory. */
export const GORDON_DIR = process.env.GORDON_DIR ?? fileURLToPath(new URL('../.gordon', import.meta.url));

const FILE = join(GORDON_DIR, 'host.json');

const HostState = z.object({
  pid: z.number(),
  mode: z.enum(['demo', 'live']),
  /** its schedules add no rows */
  frozen: z.boolean().optional(),
  ports: z.object({ jobs: z.number(), candles: z.number() }),
  /** of the login that migrated, with its password */
  databaseUrl: z.string(),
  /** of the login that only reads; absent: the database is the one that GORDON_DATABASE_URL named */
  readerUrl: z.string().optional(),
  /** which database it is and why, as one line; a host that was started by hand does not know */
  databaseReason: z.string().optional(),
  /** the variables by which it reaches venues elsewhere than at their own addresses */
  venueHosts: z.record(z.string(), z.string()).optional(),
  /** names of the variables that hold a key for a venue; never the keys */
  venueKeys: z.array(z.string()).optional(),
  /** base of the simulated venues; absent where the venues are real */
  simulatorUrl: z.string().optional(),
  /** endpoint of the job table, in which the venues' budgets are counted */
  jobTableUrl: z.string().optional(),
  startedAt: z.string(),
  logFile: z.string(),
});
/** What a running host publishes about itself, for the command line on the same machine. */
export type HostState = z.infer<typeof HostState>;

export function readState(): HostState | undefined {
  try {
    return HostState.parse(JSON.parse(readFileSync(FILE, 'utf8')));
  } catch (error) {
    if ((error as { code?: string }).code === 'ENOENT') return undefined;
    // A file of another version, or one cut short by a full disk: as good as none, the next start writes a new one.
    if (error instanceof z.ZodError || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Whole or not at all: readers must never see half a file. Not for other users: it holds the database's password. */
export function writeState(state: HostState): void {
  mkdirSync(GORDON_DIR, { recursive: true });
  writeFileSync(`${FILE}.new`, JSON.stringify(state, null, 2), { mode: 0o600 });
  renameSync(`${FILE}.new`, FILE);
}

export const clearState = (): void => rmSync(FILE, { force: true });

/** Whether the process lives. A pid can be given to another program after a crash, so check `isOurs` too. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as { code?: string }).code === 'EPERM';
  }
}

/** Whether the process with this pid is a host of ours; Linux knows; elsewhere a live process is taken for ours. */
export function isOurs(pid: number): boolean {
  if (!isAlive(pid)) return false;
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('host/main.ts');
  } catch {
    return process.platform !== 'linux';
  }
}
