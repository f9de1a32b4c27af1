import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const PLANT = fileURLToPath(new URL('plant.ts', import.meta.url));
const SEEDS = fileURLToPath(new URL('seeds.ts', import.meta.url));

/** What `seeds.ts` writes of a seed. */
export interface SeedLine {
  readonly seed: number;
  /** of the process so far, its start included */
  readonly cpuSeconds: number;
  /** the first thing that must not be */
  readonly problem?: string;
}

export interface Hunt {
  readonly seed: number;
  /** how many seeds at most; absent: as many as the time allows */
  readonly seeds?: number;
  /** CPU seconds of the process, after which nothing further is begun and a run is broken off */
  readonly cpu: number;
  /** the fault to plant; absent: none */
  readonly mutation?: string;
}

/**
 * Runs seeds until one fails or the time is spent.
 * @returns the last seed that came to its end, undefined when none did
 * @throws Error when the simulation itself stopped: that is not a property that caught a fault
 */
export function hunt({ seed, seeds = 1_000, cpu, mutation }: Hunt): Promise<SeedLine | undefined> {
  const planted = mutation === undefined ? [] : ['--import', PLANT];
  const flags = ['--seed', String(seed), '--seeds', String(seeds), '--cpu', String(cpu)];
  const env = {
    ...process.env,
    POWERTOOLS_LOG_LEVEL: 'SILENT',
    ...(mutation && { GORDON_MUTATION: mutation }),
  };
  const child = spawn(process.execPath, [...planted, SEEDS, ...flags], {
    cwd: ROOT,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let errors = '';
  child.stderr.on('data', (data) => (errors += data));
  return new Promise((resolve, reject) => {
    let last: SeedLine | undefined;
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (line.startsWith('{"seed":')) last = JSON.parse(line) as SeedLine;
    });
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve(last);
      else reject(new Error(errors || `the simulation ended with exit code ${code}`));
    });
  });
}
