/**
 * Keeps the host running: `node host/supervisor/main.ts <demo|live> [--frozen] [--adopt PID]`. The host, in turn, starts another
 * supervisor where this one is killed, and passes itself to it with `--adopt`.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { describeError } from '../../functions/core/errors/errors.ts';
import { iso } from '../../functions/core/time/time.ts';
import { rootLogger } from '../../functions/runtime/log.ts';
import { isOurs } from '../state-file.ts';
import { keepRunning, untilGone } from './part.ts';
import type { PartState } from './part-state.ts';
import { clearSupervisor, readSupervisor, writeSupervisor } from './state.ts';

const HOST = fileURLToPath(new URL('../main.ts', import.meta.url));

const { values, positionals } = parseArgs({
  options: { frozen: { type: 'boolean', default: false }, adopt: { type: 'string' } },
  allowPositionals: true,
});
const mode = positionals[0] === 'demo' ? 'demo' : 'live';
const { frozen } = values;
const startedAt = iso(Date.now());
const before = values.adopt === undefined ? undefined : readSupervisor();
// Taken down while this process began.
if (values.adopt !== undefined && !before) process.exit(0);

let host = Number(values.adopt ?? 0);
let how: string | undefined;
const write = (state: PartState | undefined): void =>
  writeSupervisor({ pid: process.pid, mode, frozen, startedAt, ...(state && { host: state }) });

/** Starts the host and waits until it serves. @throws Error with what it reported */
async function start(): Promise<void> {
  const child = spawn(process.execPath, [HOST, mode, ...(frozen ? ['--frozen'] : [])], {
    detached: true,
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    env: { ...process.env, GORDON_SUPERVISED: '1' },
  });
  const exit = once(child, 'exit').then(([code, signal]) => {
    how = signal ? `${signal} ended it` : `it ended with code ${code}`;
    return { ready: false, failed: how };
  });
  const outcome = await Promise.race([
    once(child, 'message').then(([message]) => message as { ready?: boolean; failed?: string }),
    exit,
  ]);
  if (child.connected) child.disconnect();
  if (!outcome.ready) {
    await exit;
    throw new Error(outcome.failed ?? 'it gave no reason');
  }
  host = child.pid!;
}

process.on('SIGTERM', () => {
  clearSupervisor();
  if (host > 0 && isOurs(host)) process.kill(host, 'SIGTERM');
});

write(before?.host);
if (values.adopt === undefined) {
  try {
    await start();
    process.send?.({ ready: true });
  } catch (error) {
    clearSupervisor();
    process.send?.({ failed: describeError(error) });
    process.exitCode = 1;
  }
  if (process.connected) process.disconnect();
}
if (process.exitCode !== 1) {
  await keepRunning(
    {
      async ended(signal) {
        how = undefined;
        const pid = host;
        await untilGone(() => isOurs(pid), signal);
        return how ?? `process ${pid} is gone`;
      },
      start,
      note(state) {
        write(state);
        const next = state.nextAt ? `, and is started again at ${state.nextAt}` : ', and was started again';
        rootLogger.warn(`the host ended: ${state.why}${next}`);
      },
      wanted: () => readSupervisor()?.pid === process.pid,
    },
    new AbortController().signal,
    { restarts: before?.host?.restarts ?? 0 },
  );
}
