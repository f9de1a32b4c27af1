import prices from '../../functions/core/costs/aws.json' with { type: 'json' };
import type { ColdRow } from './cold-starts.ts';
import { type FetchRow, WAIT_PER_CHUNK } from './fetching.ts';
import type { PeakRow } from './peaks.ts';
import { processorsOf } from './processor.ts';

/** USD for a GB-second. */
export const PRICE = prices.regions['us-east-1'].lambdaGbSecond;
const MILLION = 1e6;
type Table = readonly (readonly string[])[];

interface FetchCost {
  /** seconds of this machine for a million rows */
  readonly here: number;
  /** until the bundle is loaded */
  readonly startSeconds: number;
  /** those, and the wait for a venue that is far away: what is billed */
  readonly seconds: number;
  readonly gbSeconds: number;
  readonly usd: number;
}

function costOf(row: FetchRow, limited: boolean): FetchCost {
  const { memoryMb, rows, chunks, cpuSeconds, wallSeconds, start } = row;
  // Without an enforced share: processor time stretched to it. JavaScript does not use more than one processor.
  const stretch = 1 / Math.min(processorsOf(memoryMb), 1);
  const here = limited ? wallSeconds : cpuSeconds * stretch;
  const startSeconds = (limited ? start.wallMs : start.cpuMs * stretch) / 1_000;
  const seconds = here + (chunks / rows) * MILLION * WAIT_PER_CHUNK;
  const gbSeconds = seconds * (memoryMb / 1_024);
  return { here, startSeconds, seconds, gbSeconds, usd: gbSeconds * PRICE };
}

export const fetchTable = (rows: readonly FetchRow[], limited: boolean): Table => [
  [
    'memory',
    'processors',
    'CPU s',
    's',
    'GB-s',
    'USD',
    'GB-s with start',
    's with waits',
    'GB-s with waits',
    'USD with waits',
    'start s',
    'first chunk s',
    'peak MB',
  ],
  ...rows.map((row) => {
    const { here, startSeconds, seconds, gbSeconds, usd } = costOf(row, limited);
    const bare = here * (row.memoryMb / 1_024);
    return [
      `${row.memoryMb} MB`,
      processorsOf(row.memoryMb).toFixed(2),
      row.cpuSeconds.toFixed(1),
      here.toFixed(1),
      bare.toFixed(1),
      (bare * PRICE).toFixed(6),
      ((here + startSeconds) * (row.memoryMb / 1_024)).toFixed(1),
      seconds.toFixed(1),
      gbSeconds.toFixed(1),
      usd.toFixed(6),
      startSeconds.toFixed(2),
      (row.firstMs / 1_000).toFixed(2),
      row.megabytes.toFixed(0),
    ];
  }),
];

export const peakTable = (rows: readonly PeakRow[], sizes: readonly number[]): Table => [
  ['three of', 'rows', ...sizes.map((size) => `MB of ${size}`)],
  ...rows.map(({ what, rows: count, megabytes }) => [
    what,
    count.toLocaleString('en'),
    ...megabytes.map((peak) => peak.toFixed(0)),
  ]),
];

export const coldTable = (rows: readonly ColdRow[]): Table => [
  [
    'function',
    'memory',
    'bundle kB',
    'CPU ms',
    'of it Node',
    'ms, 1 processor',
    'ms, its own share',
    'peak MB',
  ],
  ...rows.map((row) => [
    row.handler,
    `${row.memoryMb} MB`,
    row.kilobytes.toFixed(0),
    row.cpuMs.toFixed(0),
    row.bootCpuMs.toFixed(0),
    row.wholeMs.toFixed(0),
    row.ownMs.toFixed(0),
    row.megabytes.toFixed(0),
  ]),
];

/** Columns side by side; as Markdown on request. */
export function shown(table: Table, markdown: boolean): string {
  const widths = table[0]!.map((_, i) => Math.max(...table.map((row) => row[i]!.length)));
  const cell = (text: string, i: number): string =>
    i === 0 ? text.padEnd(widths[i]!) : text.padStart(widths[i]!);
  const lines = table.map((row) => row.map(cell).join(markdown ? ' | ' : '  '));
  if (!markdown) return lines.join('\n');
  const rule = widths
    .map((width, i) => (i === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`))
    .join(' | ');
  return [lines[0]!, rule, ...lines.slice(1)].map((line) => `| ${line} |`).join('\n');
}
