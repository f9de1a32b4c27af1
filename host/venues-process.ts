import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { GordonError } from '../functions/core/errors/errors.ts';

export interface VenuesProcess {
  readonly url: string;
  /** variables that point every adapter at the simulator */
  readonly env: Readonly<Record<string, string>>;
  /** Resolves when the process has ended, with how; also when `signal` is aborted. */
  ended(signal: AbortSignal): Promise<string>;
  /** Starts it again at the same address. */
  start(): Promise<void>;
  close(): Promise<void>;
}

const MAIN = fileURLToPath(new URL('../simulator/main.ts', import.meta.url));

/** Starts the venue simulator as a process of its own, as venues are: its work must not slow the fetchers. */
export async function startVenuesProcess(options: {
  cacheDir: string;
  seed: number;
}): Promise<VenuesProcess> {
  const launch = async (port: number) => {
    const args = ['--port', String(port), '--seed', String(options.seed), '--cache-dir', options.cacheDir];
    const child = spawn(process.execPath, [MAIN, ...args], { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] });
    const said = JSON.parse(await firstLine(child)) as Pick<VenuesProcess, 'url' | 'env'> & { port: number };
    return { child, ...said };
  };
  const { url, env, port, ...first } = await launch(0);
  let { child } = first;
  const isOver = (): boolean => child.exitCode !== null || child.signalCode !== null;
  return {
    url,
    env,
    async ended(signal) {
      // An abort is not a failure here.
      if (!isOver()) await once(child, 'exit', { signal }).catch(() => {});
      return child.signalCode ? `${child.signalCode} ended it` : `it ended with code ${child.exitCode}`;
    },
    async start() {
      ({ child } = await launch(port));
    },
    async close() {
      if (isOver()) return;
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
