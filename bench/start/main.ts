/**
 * `npm run bench:start`: from the order of a symbol-year to the end of its job where nothing is missing, and where a day is. Median,
 * best and processor time of `ROUNDS` (40) orders, in parts: until the API answers, until the job is at work, until it has ended.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { JobDetail } from '../../functions/core/api/jobs/schemas.ts';
import { connect } from '../../functions/stores/postgres/postgres.ts';
import { backfill } from '../peers/gordon-data.ts';
import { WANTED } from '../peers/peer.ts';
import { median } from '../peers/table.ts';
import { inWarehouse } from '../peers/warehouse.ts';

const ROUNDS = Number(process.env.ROUNDS ?? 40);
/** Each look is a request to the same process: more often would slow what is measured. */
const LOOK_MS = 10;

await inWarehouse('start', async (host) => {
  await backfill(host, WANTED.rows);
  const sql = connect(host.databaseUrl, { max: 1 });
  const api = `http://127.0.0.1:${host.ports.jobs}/backfill`;
  const body = JSON.stringify({
    source: 'klines_spot',
    symbols: [WANTED.symbol],
    from: WANTED.from,
    to: WANTED.to,
  });
  const order = async (): Promise<Timed> => {
    const began = performance.now();
    const cpu = process.cpuUsage();
    const { id } = (await (await fetch(api, { method: 'POST', body })).json()) as JobDetail;
    const answered = performance.now();
    for (;;) {
      const job = (await (await fetch(`${api}/jobs/${id}`)).json()) as JobDetail;
      if (job.finished_at === null) {
        await sleep(LOOK_MS);
        continue;
      }
      if (job.status !== 'succeeded') throw new Error(`the job ended as ${job.status}: ${job.reason}`);
      const { user, system } = process.cpuUsage(cpu);
      const ended = performance.now();
      return { answer: answered - began, ended: ended - began, cpu: (user + system) / 1_000 };
    }
  };
  await report('nothing missing', order);
  await report('a day missing', async () => {
    await sql`delete from market_data.spot_klines where open_time >= '2025-06-10' and open_time < '2025-06-11'`;
    return order();
  });
  await sql.end();
});

interface Timed {
  readonly answer: number;
  readonly ended: number;
  /** of the whole host, ms */
  readonly cpu: number;
}

async function report(what: string, order: () => Promise<Timed>): Promise<void> {
  const rounds: Timed[] = [];
  for (let round = 0; round < ROUNDS; round++) rounds.push(await order());
  const of = (part: keyof Timed): string => {
    const all = rounds.map((round) => round[part]);
    return `${median(all).toFixed(0)} (best ${Math.min(...all).toFixed(0)})`;
  };
  console.log(`${what}, ms: answered ${of('answer')}, ended ${of('ended')}, processor ${of('cpu')}`);
}
