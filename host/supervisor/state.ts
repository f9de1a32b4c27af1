import { join } from 'node:path';
import { z } from 'zod';
import { runs } from '../os/processes.ts';
import { stateFile } from '../os/state-file.ts';
import { GORDON_DIR } from '../state-file.ts';
import { PartState } from './part-state.ts';

const SupervisorState = z.object({
  pid: z.number(),
  mode: z.enum(['demo', 'live']),
  frozen: z.boolean(),
  startedAt: z.string(),
  /** absent: the host never ended */
  host: PartState.optional(),
});
/** The supervisor of this machine. As long as the file is there, the host is to run; `down` removes it first. */
export type SupervisorState = z.infer<typeof SupervisorState>;

export const {
  read: readSupervisor,
  write: writeSupervisor,
  clear: clearSupervisor,
} = stateFile(join(GORDON_DIR, 'supervisor.json'), SupervisorState);

/** Whether the process with this pid is a supervisor of ours. */
export const isSupervisor = (pid: number): boolean => runs(pid, 'supervisor/main.ts');
