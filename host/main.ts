/** The host as a process of its own: `node host/main.ts <demo|live> [--frozen]`. */
import { join } from 'node:path';
import { describeError } from '../functions/core/errors/errors.ts';
import { iso } from '../functions/core/time/time.ts';
import { rootLogger } from '../functions/runtime/log.ts';
import { preparedDatabase } from './database/prepare-database.ts';
import { exportSettings } from './export-settings.ts';
import { startHost } from './host.ts';
import { listenSettings } from './http/listen-settings.ts';
import { apiPorts } from './ports.ts';
import { clearState, GORDON_DIR, writeState } from './state-file.ts';
import { venueSettings } from './venue-settings.ts';

const mode = process.argv[2] === 'demo' ? 'demo' : 'live';
const frozen = process.argv.includes('--frozen');
const { GORDON_DATABASE_URL: databaseUrl, GORDON_LOG_FILE } = process.env;
const prepared = preparedDatabase(process.env);

try {
  const host = await startHost({
    folder: join(GORDON_DIR, mode),
    ports: {
      ...apiPorts(process.env),
      database: Number(process.env.GORDON_PG_PORT ?? 0),
    },
    listen: listenSettings(process.env),
    simulated: mode === 'demo',
    ...(mode === 'live' && { databaseUrl: prepared?.dockerUrl ?? databaseUrl }),
    databaseIsOurs: prepared?.dockerUrl !== undefined,
    // Who looks at a demo deletes something and wants to see it come back, not in an hour.
    env: {
      ...(mode === 'live' ? process.env : { GORDON_AUDIT_MINUTES: '1' }),
      ...exportSettings(process.env),
    },
    // Frozen, it shows what was loaded into it: no row is added in the background.
    schedules: frozen ? 'derived' : 'all',
  });
  writeState({
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
    ...(host.env.AWS_ENDPOINT_URL_DYNAMODB && { jobTableUrl: host.env.AWS_ENDPOINT_URL_DYNAMODB }),
  });
  process.send?.({ ready: true });
  process.disconnect?.();
  let stopping = false;
  const stop = async (): Promise<void> => {
    if (stopping) return;
    stopping = true;
    await host.close();
    clearState();
    process.exit(0);
  };
  process.on('SIGTERM', () => void stop());
  process.on('SIGINT', () => void stop());
} catch (error) {
  rootLogger.error(describeError(error), error as Error);
  process.send?.({ failed: describeError(error) });
  process.exitCode = 1;
  process.disconnect?.();
}
