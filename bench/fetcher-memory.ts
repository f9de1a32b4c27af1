/**
 * `node bench/fetcher-memory.ts`: the most memory that one fetcher takes, as Lambda runs it: the handler alone in a process,
 * for the largest objects there are: a month of minutes and a day of seconds.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startHost } from '../localstack/embedded/host.ts';

const chunks = [
  {
    source: 'klines_spot',
    timeframe: '1m',
    label: 'a month of minutes',
    start: '2025-03-01',
    end: '2025-04-01',
  },
  {
    source: 'klines_perp',
    timeframe: '1m',
    label: 'a month of minutes',
    start: '2025-03-01',
    end: '2025-04-01',
  },
  {
    source: 'klines_spot',
    timeframe: '1s',
    label: 'a day of seconds',
    start: '2025-03-14',
    end: '2025-03-15',
  },
];

async function measure(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'gordon-memory-'));
  const ports = { jobs: 0, candles: 0, database: 0 };
  const host = await startHost({ folder, ports, simulated: true });
  try {
    for (const { start, end, ...chunk } of chunks) {
      const env = { ...process.env, ...host.env };
      const child = fork(fileURLToPath(import.meta.url), { env, stdio: 'inherit' });
      const { job } = await host.services.jobs.create(orderOf(chunk.source, start, end));
      child.send({
        ...{ jobId: job.id, wave: 1, resume: { since: 0 } },
        chunk: { ...chunk, symbol: 'BTCUSDT', start: Date.parse(start), end: Date.parse(end) },
      });
      const [result] = (await once(child, 'message')) as [{ rows: number; megabytes: number }];
      console.log(`${chunk.source} ${chunk.label}: ${result.rows} rows, peak ${result.megabytes} MB`);
      child.kill();
    }
  } finally {
    await host.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function asFetcher(): Promise<void> {
  const { handler } = await import('../functions/handlers/fetch-chunk.ts');
  const [event] = await once(process, 'message');
  const { rows } = (await handler(event, {} as never)) as { rows: number };
  process.send!({ rows, megabytes: Math.round(process.resourceUsage().maxRSS / 1_024) });
}

const orderOf = (source: string, start: string, end: string) => ({
  ...{
    source: 'klines' as const,
    sources: [source],
    symbols: ['BTCUSDT'],
    skipped: [],
    timeframe: '1m' as const,
  },
  ...{ from: Date.parse(start), to: Date.parse(end), alsoRequested: false },
});

if (process.send) await asFetcher();
else await measure();
