import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { runs } from './os/processes.ts';
import { stateFile } from './os/state-file.ts';
import { PartState } from './supervisor/part-state.ts';

/** The folder of everything that the host keeps: in the clone unless `GORDON_DIR` names another place; never in a home directory. */
export const GORDON_DIR = process.env.GORDON_DIR ?? fileURLToPath(new URL('../.gordon', import.meta.url));

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
  /** the file of the job table, in which the venues' budgets are counted; absent: the table is in a DynamoDB */
  jobFile: z.string().optional(),
  /** the processes beside it that ended and were, or will be, started again */
  parts: z.record(z.string(), PartState).optional(),
  startedAt: z.string(),
  logFile: z.string(),
});
/** What a running host publishes about itself, for the command line on the same machine. */
export type HostState = z.infer<typeof HostState>;

export const {
  read: readState,
  write: writeState,
  clear: clearState,
} = stateFile(join(GORDON_DIR, 'host.json'), HostState);

/** Whether the process with this pid is a host of ours. */
export const isOurs = (pid: number): boolean => runs(pid, 'host/main.ts');
