import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { CliError } from './failure.ts';
import type { Terminal } from './terminal.ts';

/** What the embedded host writes about itself while it runs. */
const HostState = z.looseObject({
  pid: z.number().int().positive(),
  ports: z.object({ jobs: z.number().int(), candles: z.number().int() }),
  mode: z.enum(['demo', 'live']),
  databaseUrl: z.string(),
  readerUrl: z.string(),
  startedAt: z.string(),
  version: z.string(),
  logFile: z.string(),
});
export type HostState = z.infer<typeof HostState>;

const REPOSITORY = fileURLToPath(new URL('..', import.meta.url));

/** The folder of the embedded host's files. */
export const hostFolder = (env: Terminal['env']): string => env.GORDON_HOME ?? join(REPOSITORY, '.gordon');

/** @returns undefined when no embedded host runs here */
export function readHostState(env: Terminal['env']): HostState | undefined {
  const file = join(hostFolder(env), 'host.json');
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  return parseHostState(text, file);
}

function parseHostState(text: string, file: string): HostState {
  try {
    return HostState.parse(JSON.parse(text));
  } catch (cause) {
    const message = `${file} is damaged: run \`gordon-data down\`, remove the file and start again`;
    throw new CliError(message, 1, cause);
  }
}

/** Whether the process still runs; that of another user counts. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
