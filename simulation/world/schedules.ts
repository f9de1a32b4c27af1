import { MINUTE } from '../../functions/core/time/time.ts';
import { functions } from '../../functions/manifest.ts';
import type { Random } from '../engine/random.ts';
import type { Scheduler } from '../engine/scheduler.ts';
import type { Functions } from './functions.ts';

/** What only computes from rows depends on nothing that is simulated here. */
const TURNS = functions.flatMap(({ handler, schedules = [] }) =>
  schedules
    .filter(({ derives }) => !derives)
    .map(({ everyMinutes }) => ({ handler, everyMs: everyMinutes * MINUTE })),
);

/** EventBridge: every schedule's turn when it is due, each from a moment on that the seed chooses. */
export function startSchedules(scheduler: Scheduler, random: Random, lambda: Functions): void {
  for (const { handler, everyMs } of TURNS) {
    let due = scheduler.now() + random.fork(handler).int(everyMs);
    const turn = (): void => {
      void lambda.send(handler, {});
      due += everyMs;
      scheduler.at(due, turn);
    };
    scheduler.at(due, turn);
  }
}
