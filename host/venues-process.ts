import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { GordonError } from '../functions/core/errors/errors.ts';

export interface VenuesProcess {
  readonly url: string;
  /** variables that point every adapter at the simulator */
  readonly env: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

const MAIN = fileURLToPath(new URL('../simulator/main.ts', import.meta.url));

/** Starts the venue simulator as a process of its own, as venues are: its work must not slow the fetchers. */
export async function startVenuesProcess(options: {
  cacheDir: string;
  seed: number;
}): Promise<VenuesProcess> {
  const args = [MAIN, '--port', '0', '--seed', String(options.seed), '--cache-dir', options.cacheDir];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] });
  const ready = await firstLine(child);
  const { url, env } = JSON.parse(ready) as Pick<VenuesProcess, 'url' | 'env'>;
  return {
    url,
    env,
    async close() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = once(child, 'exit');
      child.kill('SIGTERM');
      await gone;
    },
  };
}

async function firstLine(child: ChildProcess): Promise<string> {
  const lines = createInterface({ input: child.stdout! });
  const line = once(lines, 'line').then(([text]) => text as string);
  const death = once(child, 'exit').then(([code]) => {
    throw new GordonError({
      code: 'simulator-not-started',
      subject: 'the venue simulator',
      message: `it ended with code ${code}.`,
    });
  });
  return Promise.race([line, death]);
}
