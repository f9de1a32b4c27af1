import { Cron } from 'croner';
import { functions } from '../../functions/manifest.ts';

export interface Scheduler {
  stop(): void;
}

/** Which of the manifest's schedules: all, or those that only compute from what is there. */
export type Schedules = 'all' | 'derived';

/**
 * Runs the manifest's schedules; a run that is still at work when the next is due is not started twice.
 * @param between seconds from run to run of those that the manifest counts in minutes
 */
export function startScheduler(
  which: Schedules,
  invoke: (handler: string, event: unknown) => Promise<unknown>,
  failed: (schedule: string, error: unknown) => void,
  between?: number,
): Scheduler {
  const crons = functions.flatMap(({ handler, schedules = [] }) =>
    schedules
      .filter(({ derives }) => which === 'all' || derives)
      .map(
        ({ name, everyMinutes, everySeconds = between }) =>
          new Cron(
            everySeconds === undefined ? everyMinutesAsCron(everyMinutes) : `*/${everySeconds} * * * * *`,
            { protect: true, timezone: 'UTC', catch: (error) => failed(name, error) },
            async () => {
              const often = everySeconds === undefined ? {} : { everySeconds };
              await invoke(handler, { source: 'gordon.schedule', 'detail-type': name, ...often });
            },
          ),
      ),
  );
  return {
    stop: () => {
      for (const cron of crons) cron.stop();
    },
  };
}

/** A field of a cron pattern ends where the next larger unit begins. */
const everyMinutesAsCron = (minutes: number): string =>
  minutes < 60 ? `*/${minutes} * * * *` : `0 */${minutes / 60} * * *`;
