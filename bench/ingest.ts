/**
 * `npm run bench`: one symbol-year of 1m klines into the same table three ways, in one run on one machine, because
 * absolute times drift and only ratios compare: raw COPY of the very rows, gordon-data end to end, and a plain ccxt loop.
 * The simulator's archive files are made before the clock starts: a venue has them lying there.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { JobDetail } from '../functions/core/job-view.ts';
import { connect, type Sql } from '../functions/stores/postgres.ts';
import { type Host, startHost } from '../localstack/embedded/host.ts';
import { startVenuesProcess } from '../localstack/embedded/venues-process.ts';
import { ccxtLoop } from './ccxt-loop.ts';
import { dump, rawCopy } from './raw-copy.ts';

const SYMBOL = 'BTCUSDT';
const FROM = '2025-01-01';
const TO = '2026-01-01';
const ROWS = 525_600;
const ROUNDS = Number(process.env.ROUNDS ?? 3);

const folder = mkdtempSync(join(tmpdir(), 'gordon-bench-'));
const venues = await startVenuesProcess({ cacheDir: join(folder, 'venues'), seed: 1 });
const host = await startHost({
  ...{ folder, ports: { jobs: 0, candles: 0, database: 0 }, simulated: false, env: { ...venues.env } },
});
const sql = connect(host.databaseUrl, { max: 2 });
try {
  await empty(sql);
  await endToEnd(host);
  const rows = join(folder, 'rows.copy');
  await dump(sql, rows);
  const seconds = { raw: [] as number[], gordon: [] as number[] };
  for (let round = 1; round <= ROUNDS; round++) {
    await empty(sql);
    seconds.raw.push(await timed(() => rawCopy(sql, rows)));
    await empty(sql);
    seconds.gordon.push(await timed(() => endToEnd(host)));
    console.log(
      `round ${round}: raw COPY ${show(seconds.raw.at(-1)!)}, gordon-data ${show(seconds.gordon.at(-1)!)}`,
    );
  }
  await empty(sql);
  const ccxt = await timed(() => ccxtLoop(sql, venues.env.GORDON_BINANCE_SPOT_URL!, SYMBOL, FROM, TO));
  const raw = median(seconds.raw);
  const gordon = median(seconds.gordon);
  const memory = Math.round(process.resourceUsage().maxRSS / 1_024);
  console.log(`
one year of ${SYMBOL} 1m, ${ROWS.toLocaleString('en')} rows, median of ${ROUNDS} rounds
  raw COPY            ${show(raw)}
  gordon-data         ${show(gordon)}   ${(raw / gordon).toFixed(2)} of raw COPY
  ccxt loop + INSERT  ${show(ccxt)}   gordon-data is ${(ccxt / gordon).toFixed(0)} times as fast
peak memory of the whole host (functions, state machine, job table, API): ${memory} MB`);
} finally {
  await sql.end();
  await host.close();
  await venues.close();
  rmSync(folder, { recursive: true, force: true });
}

async function endToEnd({ ports }: Host): Promise<void> {
  const api = `http://127.0.0.1:${ports.jobs}/backfill`;
  const body = JSON.stringify({ source: 'klines_spot', symbols: [SYMBOL], from: FROM, to: TO });
  const { id } = (await (await fetch(api, { method: 'POST', body })).json()) as JobDetail;
  for (;;) {
    const job = (await (await fetch(`${api}/jobs/${id}`)).json()) as JobDetail;
    if (job.finished_at === null) {
      // Each look is a query of the job table in the same process: no more of them than a person's client makes.
      await sleep(100);
      continue;
    }
    if (job.status === 'succeeded' && job.rows_fetched === ROWS) return;
    throw new Error(`the job ended as ${job.status} with ${job.rows_fetched} rows: ${job.reason}`);
  }
}

/** An empty table, and a server that has written down what came before: each way starts alike. */
async function empty(on: Sql): Promise<void> {
  await on`truncate market_data.spot_klines, market_data.coverage, market_data.series`;
  await on`checkpoint`;
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return (performance.now() - began) / 1_000;
}

function show(seconds: number): string {
  const rate = Math.round(ROWS / seconds).toLocaleString('en');
  return `${seconds.toFixed(2).padStart(7)} s ${rate.padStart(9)} rows/s`;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]!;
}
