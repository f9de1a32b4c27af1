/**
 * `node bench/candle-jobs.ts`: candle jobs of the largest sizes that people order, on an embedded host of its own and the simulated
 * Bybit. Five years of 5-minute candles for one symbol, for five symbols as five orders at once and as one order, and an
 * order that finds 3,000 scattered rows deleted. Each must end `succeeded` with every row there and all six aggregates
 * equal to the candles. The end of a job, from its last chunk on, is mostly the refresh of the aggregates.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { AGGREGATES } from '../functions/core/aggregates/aggregates.ts';
import type { JobDetail } from '../functions/core/api/jobs/schemas.ts';
import { connect, type Sql } from '../functions/stores/postgres/postgres.ts';
import type { Host } from '../host/host.ts';
import { inWarehouse } from './peers/warehouse.ts';

const FIVE_YEARS = { from: '2021-11-01', to: '2026-11-01' };
const ROWS = ((Date.parse(FIVE_YEARS.to) - Date.parse(FIVE_YEARS.from)) / 86_400_000) * 288;
const SYMBOLS = ['BTCUSDT', 'ETHUSDT', 'XRPUSDT', 'DOGEUSDT', 'SOLUSDT'];
const HOLES = 3_000;

await inWarehouse('candle-jobs', async (host) => {
  const sql = connect(host.databaseUrl, { max: 2 });
  try {
    await cases(host, sql);
  } finally {
    await sql.end();
  }
});

async function cases(host: Host, sql: Sql): Promise<void> {
  const one = SYMBOLS.slice(0, 1);
  await measure(sql, 'one symbol', one, () => run(host, [one]));
  await sql`
    delete from market_data.price_klines where ("timestamp", symbol) in (
      select "timestamp", symbol from market_data.price_klines order by md5("timestamp"::text) limit ${HOLES})`;
  await measure(sql, `${HOLES} scattered holes`, one, () => run(host, [one]));
  await empty(sql);
  await measure(sql, 'five symbols, five orders at once', SYMBOLS, () =>
    run(
      host,
      SYMBOLS.map((symbol) => [symbol]),
    ),
  );
  await empty(sql);
  await measure(sql, 'five symbols, one order', SYMBOLS, () => run(host, [SYMBOLS]));
}

/** Each case begins with nothing. */
async function empty(sql: Sql): Promise<void> {
  const views = AGGREGATES.map(({ name }) => `market_data.${name}`).join(', ');
  await sql.unsafe(
    `truncate market_data.price_klines, market_data.coverage, market_data.series, market_data.refreshed_jobs, ${views}`,
  );
}

interface Ended {
  readonly job: JobDetail;
  /** from the order, and from its last chunk, to its end */
  readonly seconds: number;
  readonly ending: number;
  readonly phases: readonly string[];
}

async function measure(
  sql: Sql,
  name: string,
  symbols: readonly string[],
  work: () => Promise<Ended[]>,
): Promise<void> {
  const began = performance.now();
  const ended = await work();
  const seconds = (performance.now() - began) / 1_000;
  const statuses = ended.map(({ job }) => `${job.status}${job.reason ? `: ${job.reason}` : ''}`);
  const ending = Math.max(...ended.map((of) => of.ending));
  console.log(
    `${name}: ${seconds.toFixed(1)} s, of which ${ending.toFixed(1)} s to end: ${[...new Set(statuses)].join('; ')}`,
  );
  console.log(`  phases seen: ${[...new Set(ended.flatMap(({ phases }) => phases))].join(', ')}`);
  for (const { job } of ended) {
    if (job.status !== 'succeeded') process.exitCode = 1;
  }
  await verify(sql, ROWS * symbols.length);
}

function run(host: Host, orders: readonly (readonly string[])[]): Promise<Ended[]> {
  return Promise.all(orders.map((symbols) => order(host, symbols)));
}

async function order({ ports }: Host, symbols: readonly string[]): Promise<Ended> {
  const api = `http://127.0.0.1:${ports.jobs}/backfill`;
  const body = JSON.stringify({ source: 'candles', symbols, timeframe: '5m', ...FIVE_YEARS });
  const began = performance.now();
  const answer = await fetch(api, { method: 'POST', body });
  if (answer.status !== 202) throw new Error(`refused: ${await answer.text()}`);
  const { id } = (await answer.json()) as JobDetail;
  const phases = new Set<string>();
  for (let fetched = began; ; await sleep(100)) {
    const job = (await (await fetch(`${api}/jobs/${id}`)).json()) as JobDetail;
    const now = performance.now();
    if (job.phase) phases.add(job.phase);
    const { done = 0, ...others } = job.chunk_counts;
    if (job.finished_at !== null) {
      return { job, seconds: (now - began) / 1_000, ending: (now - fetched) / 1_000, phases: [...phases] };
    }
    if (done === 0 || Object.keys(others).length > 0) fetched = now;
  }
}

/** Holds rows and aggregates against what must be there. @throws Error where they differ */
async function verify(sql: Sql, rows: number): Promise<void> {
  const counts = await Promise.all(
    AGGREGATES.map(async ({ name }) => {
      const [row] = await sql.unsafe(`select sum(count)::int8 as rows from market_data.${name}`);
      return `${name} ${row?.rows}`;
    }),
  );
  const [stored] = await sql<{ rows: number }[]>`select count(*)::int8 as rows from market_data.price_klines`;
  const wrong = counts.filter((of) => !of.endsWith(` ${rows}`));
  if (stored!.rows !== rows || wrong.length > 0) {
    process.exitCode = 1;
    console.log(`  expected ${rows} rows: price_klines ${stored!.rows}, ${counts.join(', ')}`);
  }
}
