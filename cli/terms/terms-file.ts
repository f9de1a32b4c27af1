import { join } from 'node:path';
import { z } from 'zod';
import { type StateFile, stateFile } from '../../host/os/state-file.ts';
import { GORDON_DIR } from '../../host/state-file.ts';

const Accepted = z.object({
  /** the clause that was accepted: a changed text is shown again */
  clause: z.string(),
  at: z.string(),
});
export type Accepted = z.infer<typeof Accepted>;

/** The clause of FRED that the user of this machine accepted, if there was one. */
export const termsFile = (): StateFile<Accepted> => stateFile(join(GORDON_DIR, 'fred-terms.json'), Accepted);
