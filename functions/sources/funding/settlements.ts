import { batchOf, sortAndDedupe } from '../../core/batch.ts';
import type { Series } from '../../core/series.ts';
import type { Finding, Parsed, Source } from '../../core/source.ts';
import type { TableSpec } from '../../core/table.ts';
import { floorTo, HOUR, MINUTE } from '../../core/time.ts';

/** The longest time between two settlements that any perpetual has; a longer silence is a hole. */
export const LONGEST_INTERVAL = 8 * HOUR;

/** What the perpetuals of every venue have in common. */
export const fundingSource = {
  family: 'funding',
  timeframes: ['1h'],
  defaultTimeframe: '1h',
  defaultSymbols: ['BTCUSDT', 'ETHUSDT'],
  symbolPattern: /^[A-Z0-9]{2,30}$/,
  chunkUnit: () => 'year',
  finalAfterMs: MINUTE,
  settleMs: 10 * MINUTE,
  refreshEveryMs: 15 * MINUTE,
  longestSilenceMs: LONGEST_INTERVAL,
} as const satisfies Partial<Source>;

export interface Settlement {
  /** the stamp as the venue wrote it, epoch ms */
  readonly stamp: number;
  readonly rate: number;
  /** since the settlement before, as the venue states it; absent where it does not */
  readonly intervalHours?: number;
  /** absent where the venue does not tell */
  readonly markPrice?: number;
}

/** The table of one venue's settlements, as `sql/` creates it. */
export const fundingTable = (venue: string): TableSpec => ({
  name: 'funding_rates',
  columns: [
    { name: 'venue', type: 'text' },
    { name: 'symbol', type: 'text' },
    { name: 'time', type: 'timestamptz' },
    { name: 'raw_time', type: 'timestamptz' },
    { name: 'rate', type: 'float8' },
    { name: 'interval_hours', type: 'int4' },
    { name: 'mark_price', type: 'float8' },
  ],
  key: ['venue', 'symbol', 'time'],
  fixed: { venue },
  rhythm: 'events',
});

/** Stamps are the time of execution, up to some 50 ms late; one that is off by more than this was no jitter. */
const JITTER = MINUTE;

/** The hour at which a settlement was due. */
export function dueAt(stamp: number): number {
  const nearest = Math.round(stamp / HOUR) * HOUR;
  return Math.abs(stamp - nearest) <= JITTER ? nearest : floorTo(stamp, HOUR);
}

/**
 * Settlements in any order as rows of the table. An interval that the venue does not state is the time since the
 * settlement before, where that is among them: it is never taken for granted, for symbols change it back and forth.
 */
export function settlementRows(table: TableSpec, series: Series, settlements: readonly Settlement[]): Parsed {
  const ordered = settlements.toSorted((a, b) => a.stamp - b.stamp);
  let before = Number.NEGATIVE_INFINITY;
  let due = Number.NEGATIVE_INFINITY;
  const rows = ordered.map(({ stamp, rate, intervalHours, markPrice }) => {
    const at = dueAt(stamp);
    // The same settlement twice is not its own predecessor.
    if (at > due) [before, due] = [due, at];
    const hours = intervalHours ?? hoursBetween(before, at);
    return [table.fixed!.venue!, series.symbol, at, stamp, rate, hours, markPrice ?? null];
  });
  const { batch, findings } = sortAndDedupe(batchOf(table, rows));
  return { batch, findings: [...offGrid(ordered), ...findings] };
}

/** After a silence that is too long a settlement lacks, and nothing tells how long the interval was. */
const hoursBetween = (before: number, at: number): number | null =>
  at - before <= LONGEST_INTERVAL ? (at - before) / HOUR : null;

const offGrid = (settlements: readonly Settlement[]): Finding[] =>
  settlements
    .filter(({ stamp }) => Math.abs(stamp - dueAt(stamp)) > JITTER)
    .map(({ stamp }) => ({
      ...{ kind: 'off-grid-time', time: dueAt(stamp) },
      detail: { rawTime: stamp, offsetMs: stamp - dueAt(stamp) },
    }));
