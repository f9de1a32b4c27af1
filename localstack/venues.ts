import { spawn } from 'node:child_process';
import { mkdirSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { GordonError } from '../functions/core/errors/errors.ts';
import { end, runs } from '../host/os/processes.ts';

export interface Simulator {
  readonly url: string;
  readonly pid: number;
  /** variables that point every adapter at it */
  readonly env: Readonly<Record<string, string>>;
}

const MAIN = fileURLToPath(new URL('../simulator/main.ts', import.meta.url));
const PATIENCE_MS = 20_000;

/** Starts the simulator of the venues in the background; it outlives this process. */
export async function startSimulator(folder: string): Promise<Simulator> {
  mkdirSync(folder, { recursive: true });
  const logFile = join(folder, 'simulator.log');
  const log = openSync(logFile, 'w');
  const child = spawn(process.execPath, [MAIN, '--port', '0', '--cache-dir', join(folder, 'cache')], {
    detached: true,
    stdio: ['ignore', log, log],
  });
  child.unref();
  // Its first line is the address where it listens.
  for (const deadline = Date.now() + PATIENCE_MS; Date.now() < deadline; await sleep(100)) {
    const [, line] = /^(\{.*\})\n/.exec(readFileSync(logFile, 'utf8')) ?? [];
    if (line) return { pid: child.pid!, ...(JSON.parse(line) as Omit<Simulator, 'pid'>) };
    if (child.exitCode !== null) break;
  }
  throw new GordonError({
    code: 'simulator-not-started',
    subject: 'the venue simulator',
    message: 'it did not start.',
    remedy: `Its log is ${logFile}.`,
  });
}

export const isSimulator = (pid: number): boolean => runs(pid, MAIN);

export const stopSimulator = (pid: number): Promise<void> => end(pid, MAIN, 5_000);
