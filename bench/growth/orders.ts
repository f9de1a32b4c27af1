import { setTimeout as sleep } from 'node:timers/promises';
import type { JobDetail } from '../../functions/core/api/jobs/schemas.ts';
import { isFinished } from '../../functions/core/jobs/job.ts';
import { iso } from '../../functions/core/time/time.ts';
import type { Host } from '../../host/host.ts';
import { ROWS_OF_YEAR, YEAR } from './testbed.ts';

/** A year of each symbol through the API. @throws Error when the job does not succeed with just those rows */
export async function order(
  { ports, services }: Host,
  symbols: readonly string[],
  expected: 'all' | 'nothing',
): Promise<void> {
  const body = JSON.stringify({
    source: 'klines_spot',
    symbols,
    from: iso(YEAR.start),
    to: iso(YEAR.end),
  });
  const answer = await fetch(`http://127.0.0.1:${ports.jobs}/backfill`, { method: 'POST', body });
  const { id } = (await answer.json()) as JobDetail;
  if (!id) throw new Error(`the order was refused with ${answer.status}`);
  for (;;) {
    const job = await services.jobs.get(id);
    if (job && isFinished(job.status)) {
      const rows = expected === 'all' ? symbols.length * ROWS_OF_YEAR : 0;
      if (job.status === 'succeeded' && job.rows === rows) return;
      throw new Error(`the job ended as ${job.status} with ${job.rows} of ${rows} rows: ${job.reason}`);
    }
    await sleep(expected === 'all' ? 100 : 5);
  }
}
