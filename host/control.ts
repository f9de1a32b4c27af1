import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { GordonError } from '../functions/core/errors/errors.ts';
import { stopDatabase } from './database/database.ts';
import { prepareDatabase, releaseDatabase } from './database/prepare-database.ts';
import { clearState, GORDON_DIR, type HostState, isOurs, readState } from './state-file.ts';
import { clearSupervisor, isSupervisor, readSupervisor, type SupervisorState } from './supervisor/state.ts';
import { SUPERVISOR } from './supervisor/watch.ts';

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
  // The host may be between two starts: this start says what is the matter.
  if (supervision()) await down();
  const database = await prepareDatabase(mode);
  clearState();
  mkdirSync(GORDON_DIR, { recursive: true });
  const logFile = join(GORDON_DIR, `${mode}.log`);
  const log = openSync(logFile, 'a');
  const child = spawn(process.execPath, [SUPERVISOR, mode, ...(frozen ? ['--frozen'] : [])], {
    detached: true,
    stdio: ['ignore', log, log, 'ipc'],
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
    // What the host itself said is a sentence already.
    message: `${outcome.failed ?? 'it wrote no state'}.`.replace(/\.\.$/, '.'),
    remedy: `Its log is ${logFile}.`,
  });
}

/**
 * Stops the host and the database server that was started for it, also one that a killed host left behind.
 * @returns false when nothing ran
 */
export async function down(): Promise<boolean> {
  const state = await status();
  const supervisor = supervision();
  const ends = (): boolean => (state && isOurs(state.pid)) || Boolean(supervision());
  // From here on nobody starts the other one again.
  clearSupervisor();
  if (supervisor) terminate(supervisor.pid);
  if (state) terminate(state.pid);
  for (let waited = 0; ends() || (supervisor && isSupervisor(supervisor.pid)); waited += 100) {
    if (waited > PATIENCE_MS) throw notStopped(state?.pid ?? supervisor!.pid);
    await sleep(100);
    // One that was on its way while the file was taken away.
    const late = supervision();
    clearSupervisor();
    if (late) terminate(late.pid);
  }
  const orphans = await Promise.all(
    (['demo', 'live'] as const).map((mode) => stopDatabase(join(GORDON_DIR, mode, 'postgres'))),
  );
  clearState();
  const released = await releaseDatabase();
  return state !== undefined || supervisor !== undefined || orphans.includes(true) || released;
}

function terminate(pid: number): void {
  try {
    process.kill(pid, 'SIGTERM');
  } catch (error) {
    // It has just ended.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** The supervisor of this machine, while it runs. */
export function supervision(): SupervisorState | undefined {
  const state = readSupervisor();
  return state && isSupervisor(state.pid) ? state : undefined;
}

/** The running host, if one runs. */
export async function status(): Promise<HostState | undefined> {
  const state = readState();
  return state && isOurs(state.pid) ? state : undefined;
}

const notStopped = (pid: number): GordonError =>
  new GordonError({
    code: 'host-not-stopped',
    subject: `process ${pid}`,
    message: 'it did not end.',
    remedy: `See the log in ${GORDON_DIR}; kill -9 ${pid} ends it.`,
  });
