import type { Reply } from '../../core/api/operations.ts';
import { describeError } from '../../core/errors/errors.ts';
import { readClock } from '../../core/queries/status/clock-state.ts';
import { type ClockReading, describeOffset } from '../../core/series/clock-offset.ts';
import { httpHandler } from '../../runtime/http-handler.ts';
import { servicesFromEnv, type Uses } from '../../runtime/services.ts';

interface Check {
  readonly ok: boolean;
  readonly detail?: string;
}

/** Checks what every job needs. Answers 503 with the error when a dependency does not answer. */
export const createHandler = httpHandler(
  async (
    _request,
    services: Uses<'pingDatabase' | 'jobs' | 'simulated' | 'clock' | 'clockChecks'>,
  ): Promise<Reply<'health'>> => {
    const [database, job_table] = await Promise.all([
      check(() => services.pingDatabase()),
      check(() => services.jobs.list({ statuses: ['queued'], limit: 1 })),
    ]);
    const ok = database.ok && job_table.ok;
    const clock = job_table.ok ? await readClock(services) : null;
    return {
      status: ok ? 200 : 503,
      body: {
        status: ok ? 'ok' : 'unavailable',
        checks: { database, job_table, ...(clock && !clock.ok && { clock: wrongClock(clock) }) },
        simulated: services.simulated,
      },
    };
  },
);

/** It stops snapshots and nothing else, so the service itself is well. */
const wrongClock = ({ venue, aheadMs }: ClockReading): Check => ({
  ok: false,
  detail: `our clock is ${describeOffset(aheadMs)} that of ${venue}`,
});

async function check(call: () => Promise<unknown>): Promise<Check> {
  try {
    await call();
    return { ok: true };
  } catch (error) {
    return { ok: false, detail: describeError(error) };
  }
}

export const handler = createHandler(servicesFromEnv);
