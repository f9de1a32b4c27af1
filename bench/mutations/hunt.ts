import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const PLANT = fileURLToPath(new URL('plant.ts', import.meta.url));
const SIMULATE = fileURLToPath(new URL('../../simulation/simulate.ts', import.meta.url));
const FAILED = /^seed (\d+) FAILED/;

/** A run of the simulation that failed. */
export interface Caught {
  readonly seed: number;
  /** since the simulation was started */
  readonly seconds: number;
  /** the first thing that must not be */
  readonly problem: string;
}

export interface Hunt {
  readonly seed: number;
  readonly days: number;
  /** seeds follow each other for so long; absent: the one seed */
  readonly seconds?: number;
  /** the fault to plant; absent: none */
  readonly mutation?: string;
}

/** Runs seeds until one fails. @returns undefined when none did. @throws Error when the simulation did not run at all */
export function hunt({ seed, days, seconds, mutation }: Hunt): Promise<Caught | undefined> {
  const planted = mutation === undefined ? [] : ['--import', PLANT];
  const many = seconds === undefined ? [] : ['--seconds', String(seconds)];
  const args = [...planted, SIMULATE, '--seed', String(seed), '--days', String(days), '--no-shrink', ...many];
  const env = {
    ...process.env,
    POWERTOOLS_LOG_LEVEL: 'SILENT',
    ...(mutation && { GORDON_MUTATION: mutation }),
  };
  const began = performance.now();
  const passed = () => (performance.now() - began) / 1_000;
  const child = spawn(process.execPath, args, { cwd: ROOT, env, stdio: ['ignore', 'pipe', 'pipe'] });
  // Whatever it hangs in, it is ended; a seed that began in time may take as long again.
  const patience = setTimeout(() => child.kill('SIGKILL'), 2_000 * (seconds ?? 300) + 30_000);
  let errors = '';
  child.stderr.on('data', (data) => (errors += data));
  return new Promise((resolve, reject) => {
    let found: Omit<Caught, 'problem'> | undefined;
    createInterface({ input: child.stdout }).on('line', (line) => {
      const failed = FAILED.exec(line)?.[1];
      if (found) {
        resolve({ ...found, problem: line.trim() });
        child.kill('SIGKILL');
      } else if (failed) found = { seed: Number(failed), seconds: passed() };
    });
    child.on('close', (code) => {
      clearTimeout(patience);
      // It was ended for it took too long, which says nothing: the machine may be busy.
      if (code === 0 || code === null) return resolve(undefined);
      // A fault may as well stop the simulation itself, which is as good as a problem.
      const problem = errors.split('\n').find((line) => /Error/.test(line)) ?? `exit code ${code}`;
      if (mutation !== undefined) resolve({ seed, seconds: passed(), problem });
      else reject(new Error(errors || `the simulation ended with exit code ${code}`));
    });
  });
}
