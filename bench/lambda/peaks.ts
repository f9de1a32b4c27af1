import { DAY } from '../../functions/core/time/time.ts';
import type { Timeframe } from '../../functions/core/time/timeframe.ts';
import type { Host } from '../../host/host.ts';
import { emptyTables, enterJob, eventOf } from './orders.ts';
import { startSandbox } from './sandbox.ts';

export interface PeakRow {
  readonly what: string;
  readonly rows: number;
  /** by the function's memory, in the order of the sizes */
  readonly megabytes: readonly number[];
}

interface Large {
  readonly what: string;
  readonly source: string;
  readonly timeframe: Timeframe;
  readonly start: number;
  readonly days: number;
}

/** The largest objects that there are. */
const LARGEST: readonly Large[] = [
  {
    what: 'spot, a month of minutes',
    source: 'klines_spot',
    timeframe: '1m',
    start: Date.UTC(2025, 2),
    days: 31,
  },
  {
    what: 'perpetual, a month of minutes',
    source: 'klines_perp',
    timeframe: '1m',
    start: Date.UTC(2025, 2),
    days: 31,
  },
  {
    what: 'spot, a day of seconds',
    source: 'klines_spot',
    timeframe: '1s',
    start: Date.UTC(2025, 2, 14),
    days: 1,
  },
];

/** The most memory that a fetcher takes for each, in a fresh process of each size; then for two more, as a warm one meets them. */
export async function peaks(host: Host, url: string, sizes: readonly number[]): Promise<PeakRow[]> {
  const rows: PeakRow[] = [];
  for (const large of LARGEST) {
    const all = [];
    for (const memoryMb of sizes) all.push(await peakOf(host, url, memoryMb, large));
    rows.push({ what: large.what, rows: all[0]!.rows, megabytes: all.map(({ megabytes }) => megabytes) });
  }
  return rows;
}

async function peakOf(host: Host, url: string, memoryMb: number, { source, timeframe, start, days }: Large) {
  await emptyTables(host);
  const series = { source, symbol: 'BTCUSDT', timeframe };
  const jobId = await enterJob(host, series, { start, end: start + 3 * days * DAY });
  // Without a limited share: it changes when memory is used, not how much.
  const sandbox = await startSandbox(url, memoryMb, { env: host.env, limited: false });
  try {
    let last = { megabytes: 0, rows: 0 };
    for (let i = 0; i < 3; i++) {
      const from = start + i * days * DAY;
      const event = eventOf(jobId, series, `${i}`, { start: from, end: from + days * DAY });
      const { megabytes, result } = await sandbox.invoke(event);
      last = { megabytes, rows: last.rows + (result as { rows: number }).rows };
    }
    return last;
  } finally {
    await sandbox.close();
  }
}
