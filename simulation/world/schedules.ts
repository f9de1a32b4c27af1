import { DAY, MINUTE } from '../../functions/core/time/time.ts';
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

/** How often each schedule is due in a day, by its function. */
export const DUE_A_DAY: ReadonlyMap<string, number> = TURNS.reduce(
  (all, { handler, everyMs }) => all.set(handler, (all.get(handler) ?? 0) + DAY / everyMs),
  new Map<string, number>(),
);

/** EventBridge: every schedule's turn when it is due, each from a moment on that the seed chooses. */
export function startSchedules(
  scheduler: Scheduler,
  random: Random,
  lambda: Functions,
  took: (handler: string) => void,
  isOff: () => boolean,
): void {
  for (const { handler, everyMs } of TURNS) {
    let due = scheduler.now() + random.fork(handler).int(everyMs);
    const turn = (): void => {
      if (!isOff()) {
        took(handler);
        void lambda.send(handler, {});
      }
      due += everyMs;
      scheduler.at(due, turn);
    };
    scheduler.at(due, turn);
  }
}
