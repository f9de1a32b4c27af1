import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import * as z from 'zod';
import { GORDON_DIR } from '../host/state-file.ts';

/** All that host mode keeps lies here. */
export const HOME = join(GORDON_DIR, 'localstack');

const FILE = join(HOME, 'rehearsal.json');

const State = z.object({
  server: z.object({ url: z.url(), pid: z.number(), logFile: z.string() }),
  /** whether the CDK's own stack is there */
  bootstrapped: z.boolean(),
  venues: z.object({ url: z.url(), pid: z.number(), env: z.record(z.string(), z.string()) }).optional(),
});
/** What runs, for the next command. */
export type State = z.infer<typeof State>;

export function readState(): State | undefined {
  try {
    return State.parse(JSON.parse(readFileSync(FILE, 'utf8')));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

export function writeState(state: State): void {
  mkdirSync(dirname(FILE), { recursive: true });
  writeFileSync(`${FILE}.new`, JSON.stringify(state, null, 2));
  renameSync(`${FILE}.new`, FILE);
}

export const clearState = (): void => rmSync(FILE, { force: true });
