/**
 * `node bench/order-symbols.ts`: how long `POST /backfill` takes that names many symbols, while each answer of a venue takes
 * LATENCY_MS. SYMBOLS by name of both Binance markets, of one, and by a selector; `dry_run`, so that only the order is measured, and
 * once as a real order, which is cancelled.
 */
import type { JobDetail } from '../functions/core/api/jobs/schemas.ts';
import { startHost } from '../host/host.ts';
import { startVenues } from '../simulator/index.ts';
import { inFolder, unlessInterrupted } from './temporary-folder.ts';

const LATENCY_MS = Number(process.env.LATENCY_MS ?? 150);
const SYMBOLS = Number(process.env.SYMBOLS ?? 1_000);
const NAMES = Array.from({ length: SYMBOLS }, (_, i) => `LOT${String(i + 1).padStart(4, '0')}USDT`);
const RANGE = { from: '2025-03-01', to: '2025-03-02', timeframe: '1h' };

await inFolder('order-symbols', async (folder) => {
  const venues = await startVenues({ cacheDir: `${folder}/venues`, seed: 1 });
  venues.control.switches.set('binance-fillers', String(SYMBOLS));
  venues.faults.add({ kind: 'delay', ms: LATENCY_MS });
  const host = await startHost({
    folder,
    ports: { jobs: 0, candles: 0, database: 0 },
    simulated: false,
    env: { ...venues.env },
  });
  const ask = async <T>(path: string, init: RequestInit): Promise<{ status: number; body: T }> => {
    const response = await fetch(`http://127.0.0.1:${host.ports.jobs}${path}`, init);
    return { status: response.status, body: (await response.json()) as T };
  };
  async function measure(what: string, query: string, source: string, symbols: readonly string[]) {
    venues.requests.clear();
    const began = performance.now();
    const body = JSON.stringify({ source, symbols, ...RANGE });
    const { status, body: answer } = await ask<JobDetail>(`/backfill${query}`, { method: 'POST', body });
    const seconds = (performance.now() - began) / 1_000;
    const requests = Object.values(venues.requests.counts()).reduce((sum, n) => sum + n, 0);
    console.log(`${what}: HTTP ${status}, ${seconds.toFixed(2)} s, ${requests} requests to venues`);
    return answer;
  }
  try {
    await unlessInterrupted(
      (async () => {
        await measure(`${SYMBOLS} names, perpetuals`, '?dry_run=true', 'klines_perp', NAMES);
        await measure(`${SYMBOLS} names, spot and perpetuals`, '?dry_run=true', 'klines', NAMES);
        await measure(`@usdt-perps:${SYMBOLS}`, '?dry_run=true', 'klines_perp', [`@usdt-perps:${SYMBOLS}`]);
        const job = await measure(`${SYMBOLS} names, ordered`, '', 'klines_perp', NAMES);
        await ask(`/backfill/jobs/${job.id}`, { method: 'DELETE' });
      })(),
    );
  } finally {
    await host.close();
    await venues.close();
  }
});
