import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { GordonError } from '../functions/core/errors/errors.ts';
import { stopDatabase } from './database/database.ts';
import { prepareDatabase, releaseDatabase } from './database/prepare-database.ts';
import { clearState, GORDON_DIR, type HostState, isOurs, readState } from './state-file.ts';

const MAIN = fileURLToPath(new URL('main.ts', import.meta.url));
const PATIENCE_MS = 120_000;

export interface Up {
  readonly state: HostState;
  /** false when it ran already */
  readonly started: boolean;
}

export interface UpSettings {
  /** simulated venues and a database of their own */
  readonly demo: boolean;
  /** schedules add no rows */
  readonly frozen?: boolean;
}

/**
 * Starts the host in the background and waits until it serves.
 * @throws GordonError `other-mode-runs`, `host-not-started`, and what `prepareDatabase` throws
 */
export async function up({ demo, frozen = false }: UpSettings): Promise<Up> {
  const mode = demo ? 'demo' : 'live';
  const running = await status();
  if (running) {
    if (running.mode === mode && Boolean(running.frozen) === frozen)
      return { state: running, started: false };
    const venues = running.mode === 'demo' ? 'simulated' : 'live';
    throw new GordonError({
      code: 'other-mode-runs',
      subject: 'the host',
      status: 409,
      message: `it runs with ${venues} venues${running.frozen ? ', frozen' : ''}.`,
    });
  }
  const database = await prepareDatabase(mode);
  clearState();
  mkdirSync(GORDON_DIR, { recursive: true });
  const logFile = join(GORDON_DIR, `${mode}.log`);
  const log = openSync(logFile, 'a');
  const child = spawn(process.execPath, [MAIN, mode, ...(frozen ? ['--frozen'] : [])], {
    detached: true,
    stdio: ['ignore', log, log, 'ipc'],
    // Metrics are lines in the log that only CloudWatch reads.
    env: { ...process.env, ...database, GORDON_LOG_FILE: logFile },
  });
  const outcome = await Promise.race([
    once(child, 'message').then(([message]) => message as { ready?: boolean; failed?: string }),
    once(child, 'exit').then(([code]) => ({ ready: false, failed: `it ended with code ${code}` })),
    sleep(PATIENCE_MS, { ready: false, failed: 'it was not ready after two minutes' }, { ref: false }),
  ]);
  child.unref();
  if (child.connected) child.disconnect();
  const state = readState();
  if (outcome.ready && state) return { state, started: true };
  throw new GordonError({
    code: 'host-not-started',
    subject: 'the host',
    message: `${outcome.failed ?? 'it wrote no state'}.`,
    remedy: `Its log is ${logFile}.`,
  });
}

/**
 * Stops the host and the database server that was started for it, also one that a killed host left behind.
 * @returns false when nothing ran
 */
export async function down(): Promise<boolean> {
  const state = await status();
  if (state) {
    process.kill(state.pid, 'SIGTERM');
    for (let waited = 0; isOurs(state.pid); waited += 100) {
      if (waited > PATIENCE_MS) throw notStopped(state);
      await sleep(100);
    }
  }
  const orphans = await Promise.all(
    (['demo', 'live'] as const).map((mode) => stopDatabase(join(GORDON_DIR, mode, 'postgres'))),
  );
  clearState();
  const released = await releaseDatabase();
  return state !== undefined || orphans.includes(true) || released;
}

/** The running host, if one runs. */
export async function status(): Promise<HostState | undefined> {
  const state = readState();
  return state && isOurs(state.pid) ? state : undefined;
}

const notStopped = (state: HostState): GordonError =>
  new GordonError({
    code: 'host-not-stopped',
    subject: `process ${state.pid}`,
    message: 'it did not end.',
    remedy: `See ${state.logFile}; kill -9 ${state.pid} ends it.`,
  });
