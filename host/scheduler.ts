import { Cron } from 'croner';
import type { FunctionSpec } from '../functions/function-spec.ts';
import { functions } from '../functions/manifest.ts';

export interface Scheduler {
  stop(): void;
}

/** Which of the manifest's schedules: all, or those that only compute from what is there. */
export type Schedules = 'all' | 'derived';

export interface SchedulerOptions {
  readonly which: Schedules;
  invoke(handler: string, event: unknown): Promise<unknown>;
  failed(schedule: string, error: unknown): void;
  /** how many minutes ago a schedule ran last, whichever way the clock was set since; undefined: never */
  minutesSince(schedule: string): Promise<number | undefined>;
  /** minutes from run to run of those that have another pace on this host than in the manifest, by name */
  readonly minutes?: Readonly<Record<string, number>>;
  /** functions that the operator turned on, with their schedules */
  readonly also?: readonly FunctionSpec[];
  /** seconds from run to run of those that the manifest counts in minutes */
  readonly between?: number | undefined;
}

/** Whether a host with this setting runs a schedule. */
export const isOn = (which: Schedules | undefined, { derives }: { readonly derives?: boolean }): boolean =>
  which === 'all' || (which === 'derived' && derives === true);

/** The next run of a schedule is never further away than this, so a missed run need not be made up for. */
const SOON = 60;

/**
 * Runs the manifest's schedules; a run that is still at work when the next is due is not started twice. What was due while
 * the host was down runs at once.
 */
export function startScheduler(options: SchedulerOptions): Scheduler {
  const { which, invoke, failed, between, minutes = {}, also = [] } = options;
  const due = [...functions, ...also].flatMap(({ handler, schedules = [] }) =>
    schedules.map((schedule) => ({
      handler,
      ...schedule,
      everyMinutes: minutes[schedule.name] ?? schedule.everyMinutes,
    })),
  );
  const crons = due
    .filter((schedule) => isOn(which, schedule))
    .map(({ handler, name, everyMinutes, everySeconds = between }) => {
      const cron = new Cron(
        everySeconds === undefined ? everyMinutesAsCron(everyMinutes) : `*/${everySeconds} * * * * *`,
        { protect: true, timezone: 'UTC', catch: (error) => failed(name, error) },
        async () => {
          const often = everySeconds === undefined ? {} : { everySeconds };
          await invoke(handler, { source: 'gordon.schedule', 'detail-type': name, ...often });
        },
      );
      if (everySeconds === undefined && everyMinutes >= SOON) {
        makeUp(cron, everyMinutes, () => options.minutesSince(name)).catch((error: unknown) =>
          failed(name, error),
        );
      }
      return cron;
    });
  return {
    stop: () => {
      for (const cron of crons) cron.stop();
    },
  };
}

async function makeUp(
  cron: Cron,
  everyMinutes: number,
  minutesSince: () => Promise<number | undefined>,
): Promise<void> {
  const since = await minutesSince();
  if (since !== undefined && since >= everyMinutes && !cron.isStopped()) await cron.trigger();
}

/** Seconds into the minute: by then the venues have closed the last one's candle. */
const PAST = 5;

/** A field of a cron pattern ends where the next larger unit begins. */
function everyMinutesAsCron(minutes: number): string {
  if (minutes < 60) return `${PAST} */${minutes} * * * *`;
  return minutes < 24 * 60 ? `${PAST} 0 */${minutes / 60} * * *` : `${PAST} 0 0 * * *`;
}
