import { ASSUMED } from '../../functions/core/costs/assumptions.ts';
import { periodsIn } from '../../functions/core/time/period.ts';
import type { Host } from '../../host/host.ts';
import { emptyTables, enterJob, eventOf } from './orders.ts';
import { startSandbox } from './sandbox.ts';

export interface FetchRow {
  readonly memoryMb: number;
  readonly rows: number;
  readonly chunks: number;
  /** until the bundle is loaded, and the first chunk's wall time beyond a later one's */
  readonly coldMs: number;
  /** per million rows, of all chunks but the first */
  readonly cpuSeconds: number;
  readonly wallSeconds: number;
  /** the most memory, of all chunks */
  readonly megabytes: number;
}

/** Seconds that a chunk waits for a venue that is not on this machine. */
export const WAIT_PER_CHUNK = ASSUMED.fetchSeconds;

const SERIES = { source: 'klines_spot', symbol: 'BTCUSDT', timeframe: '1m' } as const;

/** Months of minutes through the bundle of `fetch-chunk`, one after the other in one process, as a warm function gets them. */
export async function fetchMonths(
  host: Host,
  url: string,
  memoryMb: number,
  { months, limited }: { readonly months: number; readonly limited: boolean },
): Promise<FetchRow> {
  await emptyTables(host);
  const range = { start: Date.UTC(2025, 0), end: Date.UTC(2025, months) };
  const jobId = await enterJob(host, SERIES, range);
  const sandbox = await startSandbox(url, memoryMb, { env: host.env, limited });
  try {
    const calls = [];
    for (const period of periodsIn('month', range)) {
      calls.push(await sandbox.invoke(eventOf(jobId, SERIES, period.name, period)));
    }
    const rows = calls.map(({ result }) => (result as { rows: number }).rows);
    const [first, ...warm] = calls;
    const counted = sum(rows.slice(1));
    const wallMs = sum(warm.map((call) => call.wallMs));
    return {
      memoryMb,
      rows: sum(rows),
      chunks: calls.length,
      coldMs: sandbox.start.ready.wallMs + first!.wallMs - wallMs / warm.length,
      cpuSeconds: (sum(warm.map((call) => call.cpuMs)) / counted) * 1_000,
      wallSeconds: (wallMs / counted) * 1_000,
      megabytes: Math.max(...calls.map(({ megabytes }) => megabytes)),
    };
  } finally {
    await sandbox.close();
  }
}

/** Requests every file from the simulator once, because a real venue has its files already. */
export async function warmUp(host: Host, url: string, months: number): Promise<void> {
  await fetchMonths(host, url, 3_008, { months, limited: false });
}

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
