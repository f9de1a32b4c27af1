import { setTimeout as sleep } from 'node:timers/promises';
import type { JobDetail } from '../../functions/core/api/jobs/schemas.ts';
import type { Host } from '../../host/host.ts';
import { type Description, WANTED } from './peer.ts';

/** What all others are compared with. */
export const gordonData: Description = {
  name: 'gordon-data',
  to: 'the table and the ledger',
  leavesOut: '',
};

const { symbol, from, to } = WANTED;
const SYMBOL_YEAR = { source: 'klines_spot', symbols: [symbol], from, to };

/**
 * A job by the API, as anybody orders one.
 * @returns seconds from the order to the end of its job, which the host of this process notes by the same clock
 * @throws Error when the job does not succeed with this number of rows fetched
 */
export async function backfill({ ports }: Host, rows: number, order: object = SYMBOL_YEAR): Promise<number> {
  const api = `http://127.0.0.1:${ports.jobs}/backfill`;
  const body = JSON.stringify(order);
  const began = Date.now();
  const { id } = (await (await fetch(api, { method: 'POST', body })).json()) as JobDetail;
  for (;;) {
    const job = (await (await fetch(`${api}/jobs/${id}`)).json()) as JobDetail;
    if (job.finished_at === null) {
      // Each look is a query of the job table in the same process: no more of them than a person's client makes.
      await sleep(100);
      continue;
    }
    if (job.status === 'succeeded' && job.rows_fetched === rows)
      return (Date.parse(job.finished_at) - began) / 1_000;
    throw new Error(`the job ended as ${job.status} with ${job.rows_fetched} rows: ${job.reason}`);
  }
}
