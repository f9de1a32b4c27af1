import { ASSUMED } from '../../functions/core/costs/assumptions.ts';
import { periodsIn } from '../../functions/core/time/period.ts';
import type { Timeframe } from '../../functions/core/time/timeframe.ts';
import type { Host } from '../../host/host.ts';
import { emptyTables, enterJob, eventOf } from './orders.ts';
import { startSandbox } from './sandbox.ts';

export interface FetchRow {
  readonly memoryMb: number;
  readonly rows: number;
  readonly chunks: number;
  /** until the bundle is loaded, ms; billed once for each process */
  readonly start: { readonly wallMs: number; readonly cpuMs: number };
  /** of the first chunk, whose code is not compiled yet and who opens the connections */
  readonly firstMs: number;
  /** per million rows, of all chunks */
  readonly cpuSeconds: number;
  readonly wallSeconds: number;
  /** the most memory, of all chunks */
  readonly megabytes: number;
}

/** Seconds that a chunk waits for a venue that is not on this machine. */
export const WAIT_PER_CHUNK = ASSUMED.fetchSeconds;

const SPOT = { source: 'klines_spot', symbol: 'BTCUSDT' };

export interface Fetching {
  readonly months: number;
  /** by the kernel, to the share of a processor that the memory brings */
  readonly limited: boolean;
  readonly timeframe?: Timeframe;
}

/** Its months from here on are there to be fetched. */
const FIRST_YEAR = 2024;

/** Months of candles, by default of minutes, through the bundle of `fetch-chunk`, one after the other in one process, as a function gets them that stays warm. */
export async function fetchMonths(
  host: Host,
  url: string,
  memoryMb: number,
  { months, limited, timeframe = '1m' }: Fetching,
): Promise<FetchRow> {
  await emptyTables(host);
  const series = { ...SPOT, timeframe };
  const range = { start: Date.UTC(FIRST_YEAR, 0), end: Date.UTC(FIRST_YEAR, months) };
  const jobId = await enterJob(host, series, range);
  const sandbox = await startSandbox(url, memoryMb, { env: host.env, limited });
  try {
    const calls = [];
    for (const period of periodsIn('month', range)) {
      calls.push(await sandbox.invoke(eventOf(jobId, series, period.name, period)));
    }
    const rows = sum(calls.map(({ result }) => (result as { rows: number }).rows));
    const perMillion = (ms: readonly number[]): number => (sum(ms) / rows) * 1_000;
    return {
      memoryMb,
      rows,
      chunks: calls.length,
      start: sandbox.start.ready,
      firstMs: calls[0]!.wallMs,
      cpuSeconds: perMillion(calls.map(({ cpuMs }) => cpuMs)),
      wallSeconds: perMillion(calls.map(({ wallMs }) => wallMs)),
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
