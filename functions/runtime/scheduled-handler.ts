import { describeError } from '../core/errors/errors.ts';
import { SECOND } from '../core/time/time.ts';
import { type Log, logWith } from './log.ts';
import { observed } from './observe.ts';
import type { Uses } from './services.ts';
import type { StateHandler } from './state-handler.ts';

/** A run that started a job for each of many series names them all. */
const LONGEST_DETAIL = 500;

type NotingPorts = Uses<'runs' | 'clock'>;

/**
 * Makes the handler of an event. What it throws is the platform's to retry and to alarm on.
 * @param work names the ports that it uses by the type of its argument
 */
export function eventHandler<Ports>(
  work: (ports: Ports, log: Log, event: unknown) => Promise<unknown>,
): (ports: () => Promise<Ports>) => StateHandler {
  return (ports) => {
    const handler = observed<unknown, unknown>().handler(async (event) => {
      const log = logWith({});
      try {
        return await work(await ports(), log, event);
      } catch (error) {
        log.error(describeError(error), error as Error);
        throw error;
      }
    });
    return handler as unknown as StateHandler;
  };
}

/**
 * Makes the handler of a schedule, as `eventHandler` does, and keeps its last run in the job table for who looks.
 * @param schedule its name in the manifest
 */
export const scheduledHandler = <Ports>(
  schedule: string,
  work: (ports: Ports, log: Log) => Promise<unknown>,
): ((ports: () => Promise<Ports & NotingPorts>) => StateHandler) =>
  eventHandler((ports: Ports & NotingPorts, log) => noting(schedule, ports, () => work(ports, log)));

async function noting(
  schedule: string,
  { runs, clock }: NotingPorts,
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
