import { join } from 'node:path';
import * as z from 'zod';
import { stateFile } from '../host/os/state-file.ts';
import { GORDON_DIR } from '../host/state-file.ts';

/** The folder of everything that host mode keeps. */
export const HOME = join(GORDON_DIR, 'localstack');

const State = z.object({
  server: z.object({ url: z.url(), pid: z.number(), logFile: z.string() }),
  /** whether the CDK's own stack is there */
  bootstrapped: z.boolean(),
  venues: z.object({ url: z.url(), pid: z.number(), env: z.record(z.string(), z.string()) }).optional(),
});
/** What runs, for the next command. */
export type State = z.infer<typeof State>;

export const {
  read: readState,
  write: writeState,
  clear: clearState,
} = stateFile(join(HOME, 'rehearsal.json'), State);
