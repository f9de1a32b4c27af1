import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { GordonError } from '../../functions/core/errors/errors.ts';
import { type Part, untilGone } from './part.ts';
import { isSupervisor, readSupervisor } from './state.ts';

export const SUPERVISOR = fileURLToPath(new URL('main.ts', import.meta.url));

/** The supervisor of this host: where it is killed, the host starts another one and passes itself to it. */
export const supervisorPart = (args: readonly string[], note: Part['note']): Part => ({
  async ended(signal) {
    const pid = readSupervisor()?.pid ?? 0;
    await untilGone(() => readSupervisor()?.pid === pid && isSupervisor(pid), signal);
    return `process ${pid} is gone`;
  },

  async start() {
    const child = spawn(process.execPath, [SUPERVISOR, ...args, '--adopt', String(process.pid)], {
      detached: true,
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    child.unref();
    let failed = false;
    once(child, 'exit').then(() => {
      failed = true;
    });
    while (readSupervisor()?.pid !== child.pid) {
      if (failed) {
        const message = 'the new supervisor ended at once.';
        throw new GordonError({ code: 'host-not-started', subject: 'the supervisor', message });
      }
      await sleep(50);
    }
  },

  note,
  wanted: () => readSupervisor() !== undefined,
});
