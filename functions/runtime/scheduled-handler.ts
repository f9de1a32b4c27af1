import { describeError } from '../core/errors/errors.ts';
import { SECOND } from '../core/time/time.ts';
import { type Log, logWith } from './log.ts';
import { observed } from './observe.ts';
import type { Services } from './services.ts';
import type { StateHandler } from './state-handler.ts';

/** A run that started a job for each of many series names them all. */
const LONGEST_DETAIL = 500;

export interface ScheduleOptions {
  /** the schedule whose last run is kept for who looks; the function then writes to the job table */
  readonly noted?: string;
}

/** Makes the handler of a schedule or of an event. What it throws is the platform's to retry and to alarm on. */
export function scheduledHandler(
  work: (services: Services, log: Log, event: unknown) => Promise<unknown>,
  { noted }: ScheduleOptions = {},
): (services: () => Promise<Services>) => StateHandler {
  return (services) => {
    const handler = observed<unknown, unknown>().handler(async (event) => {
      const log = logWith({});
      try {
        const given = await services();
        const run = () => work(given, log, event);
        return await (noted === undefined ? run() : noting(noted, given, run));
      } catch (error) {
        log.error(describeError(error), error as Error);
        throw error;
      }
    });
    return handler as unknown as StateHandler;
  };
}

async function noting(
  schedule: string,
  { runs, clock }: Services,
  work: () => Promise<unknown>,
): Promise<unknown> {
  const at = clock();
  const note = (ok: boolean, detail: string) =>
    runs?.note(schedule, { at, seconds: (clock() - at) / SECOND, ok, detail });
  try {
    const result = await work();
    await note(true, JSON.stringify(result ?? null).slice(0, LONGEST_DETAIL));
    return result;
  } catch (error) {
    await note(false, describeError(error).slice(0, LONGEST_DETAIL));
    throw error;
  }
}
