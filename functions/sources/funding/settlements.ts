import { sortAndDedupe, toBatch } from '../../core/series/batch.ts';
import { MARKET_SYMBOL } from '../../core/series/names/spelling.ts';
import type { Series } from '../../core/series/series.ts';
import type { Finding, Parsed, Source } from '../../core/series/source.ts';
import { KNOWN_AT, type TableSpec } from '../../core/series/table.ts';
import { DAY, floorTo, HOUR, MINUTE } from '../../core/time/time.ts';
import { inferIntervals, LONGEST_INTERVAL } from './intervals.ts';

/** A request reaches this far beyond its range on both sides: the neighbours show the intervals at its ends. */
export const AROUND = DAY;

/** What the perpetuals of every venue have in common. */
export const fundingSource = {
  family: 'funding',
  timeframes: ['1h'],
  defaultTimeframe: '1h',
  defaultSymbols: ['BTCUSDT', 'ETHUSDT'],
  symbolPattern: MARKET_SYMBOL,
  chunkUnit: () => 'year',
  instants: true,
  finalAfterMs: MINUTE,
  // A silence longer than the intervals before it is only explained by the second settlement after it.
  settleMs: 2 * LONGEST_INTERVAL + 10 * MINUTE,
  arrivesWithinMs: 10 * MINUTE,
  refreshEveryMs: 15 * MINUTE,
  longestSilenceMs: LONGEST_INTERVAL,
  // Where several settlements in a row are missing, or come later than that, those around them look like a longer interval. Only a later answer
  // shows that there were more.
  restates: { recentMonths: 2, sampledIn: 30 },
} as const satisfies Partial<Source>;

export interface Settlement {
  /** the stamp as the venue wrote it, epoch ms */
  readonly stamp: number;
  readonly rate: number;
  /** since the settlement before, as the venue states it; absent where it does not */
  readonly intervalHours?: number;
  /** absent where the venue does not publish it */
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
  computed: [KNOWN_AT],
  cadence: 'irregular',
  pace: { column: 'interval_hours', unitMs: HOUR },
});

/** Stamps are the time of execution, up to about 50 ms late; a larger deviation is not jitter. */
const JITTER = MINUTE;

/** The hour at which a settlement was due; epoch ms. */
export function dueAt(stamp: number): number {
  const nearest = Math.round(stamp / HOUR) * HOUR;
  return Math.abs(stamp - nearest) <= JITTER ? nearest : floorTo(stamp, HOUR);
}

/**
 * Settlements in any order as rows of the table. An interval that the venue does not state follows from the neighbours, if they
 * are among the settlements. It is never assumed, because symbols change it back and forth.
 */
export function settlementRows(table: TableSpec, series: Series, settlements: readonly Settlement[]): Parsed {
  const ordered = settlements.toSorted((a, b) => a.stamp - b.stamp);
  // The same settlement twice is not its own predecessor.
  const dues = [...new Set(ordered.map(({ stamp }) => dueAt(stamp)))];
  const intervals = new Map(inferIntervals(dues).map((interval, i) => [dues[i]!, interval]));
  const rows = ordered.map(({ stamp, rate, intervalHours, markPrice }) => {
    const at = dueAt(stamp);
    const interval = intervals.get(at) ?? null;
    const hours = intervalHours ?? (interval === null ? null : interval / HOUR);
    return [table.fixed!.venue!, series.symbol, at, stamp, rate, hours, markPrice ?? null];
  });
  const { batch, findings } = sortAndDedupe(toBatch(table, rows));
  return { batch, findings: [...offGrid(ordered), ...findings] };
}

const offGrid = (settlements: readonly Settlement[]): Finding[] =>
  settlements
    .filter(({ stamp }) => Math.abs(stamp - dueAt(stamp)) > JITTER)
    .map(({ stamp }) => ({
      kind: 'off-grid-time',
      time: dueAt(stamp),
      detail: { rawTime: stamp, offsetMs: stamp - dueAt(stamp) },
    }));
