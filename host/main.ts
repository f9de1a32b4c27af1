/** The host as a process of its own: `node host/main.ts <demo|live> [--frozen]`. */
import { join } from 'node:path';
import { describeError } from '../functions/core/errors/errors.ts';
import { iso } from '../functions/core/time/time.ts';
import { rootLogger } from '../functions/runtime/log.ts';
import { preparedDatabase } from './database/prepare-database.ts';
import { exportSettings } from './export-settings.ts';
import { jobFileIn, startHost } from './host.ts';
import { listenSettings } from './http/listen-settings.ts';
import { apiPorts, databasePort } from './ports.ts';
import { clearState, GORDON_DIR, type HostState, writeState } from './state-file.ts';
import { keepRunning, type PartState } from './supervisor/part.ts';
import { clearSupervisor } from './supervisor/state.ts';
import { supervisorPart } from './supervisor/watch.ts';
import { venueSettings } from './venue-settings.ts';

const mode = process.argv[2] === 'demo' ? 'demo' : 'live';
const frozen = process.argv.includes('--frozen');
const { GORDON_DATABASE_URL: databaseUrl, GORDON_LOG_FILE } = process.env;
const folder = join(GORDON_DIR, mode);
const prepared = preparedDatabase(process.env);

let state: HostState | undefined;
const parts: Record<string, PartState> = {};
/** Publishes what ended and was started again. */
const note = (name: string) => (part: PartState) => {
  parts[name] = part;
  if (state) writeState({ ...state, parts });
};
const ending = new AbortController();

try {
  // One that was left behind by a power cut must not be taken for this host's.
  if (!process.env.GORDON_SUPERVISED) clearSupervisor();
  const host = await startHost({
    folder,
    ports: {
      ...apiPorts(process.env),
      database: databasePort(process.env),
    },
    listen: listenSettings(process.env),
    simulated: mode === 'demo',
    ...(mode === 'live' && { databaseUrl: prepared?.dockerUrl ?? databaseUrl }),
    databaseIsOurs: prepared?.dockerUrl !== undefined,
    // A user of the demo who deletes something wants to see it come back, and not in an hour.
    env: {
      ...(mode === 'live' ? process.env : { GORDON_AUDIT_MINUTES: '1' }),
      ...exportSettings(process.env),
    },
    // Frozen, it shows what was loaded into it: no row is added in the background.
    schedules: frozen ? 'derived' : 'all',
    noted: (name, part) => note(name)(part),
  });
  state = {
    pid: process.pid,
    mode,
    frozen,
    ports: host.ports,
    startedAt: iso(Date.now()),
    databaseUrl: host.databaseUrl,
    ...(host.readerUrl && { readerUrl: host.readerUrl }),
    logFile: GORDON_LOG_FILE ?? '',
    databaseReason: prepared?.reason,
    ...venueSettings(mode === 'live' ? process.env : {}),
    ...(host.simulatorUrl && { simulatorUrl: host.simulatorUrl }),
    ...(!host.env.AWS_ENDPOINT_URL_DYNAMODB && { jobFile: jobFileIn(folder) }),
  };
  writeState({ ...state, parts });
  process.send?.({ ready: true });
  process.disconnect?.();
  const stop = async (): Promise<void> => {
    if (ending.signal.aborted) return;
    ending.abort();
    // A host that was stopped on purpose is not replaced.
    if (process.env.GORDON_SUPERVISED) clearSupervisor();
    await host.close();
    clearState();
    process.exit(0);
  };
  process.on('SIGTERM', () => void stop());
  process.on('SIGINT', () => void stop());
  if (process.env.GORDON_SUPERVISED) {
    const part = supervisorPart(process.argv.slice(2), note('supervisor'));
    await keepRunning(part, ending.signal);
  }
} catch (error) {
  rootLogger.error(describeError(error), error as Error);
  process.send?.({ failed: describeError(error) });
  process.exitCode = 1;
  process.disconnect?.();
}
