import { Cron } from 'croner';
import { functions } from '../../functions/manifest.ts';

export interface Scheduler {
  stop(): void;
}

/** Runs the manifest's schedules; a run that is still at work when the next is due is not started twice. */
export function startScheduler(
  invoke: (handler: string, event: unknown) => Promise<unknown>,
  failed: (schedule: string, error: unknown) => void,
): Scheduler {
  const crons = functions.flatMap(({ handler, schedules = [] }) =>
    schedules.map(
      ({ name, everyMinutes }) =>
        new Cron(
          `*/${everyMinutes} * * * *`,
          { protect: true, timezone: 'UTC', catch: (error) => failed(name, error) },
          async () => {
            await invoke(handler, { source: 'gordon.schedule', 'detail-type': name });
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
