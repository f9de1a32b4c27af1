import { normalize, type Range, type RangeSet } from '../time/range.ts';
import { ceilTo, DAY, floorTo, HOUR, MINUTE } from '../time/time.ts';
import type { Timeframe } from '../time/timeframe.ts';

/** The source and timeframe that the aggregates are computed from. */
export const AGGREGATED = { source: 'price_klines', timeframe: '5m' } as const satisfies {
  source: string;
  timeframe: Timeframe;
};

export interface Aggregate {
  /** its name in `market_data` */
  readonly name: string;
  /** length of a bucket in ms */
  readonly width: number;
}

/** Each is computed from the 5-minute rows, so one can be refreshed without the others. */
export const AGGREGATES: readonly Aggregate[] = [
  { name: 'price_klines_15m', width: 15 * MINUTE },
  { name: 'price_klines_30m', width: 30 * MINUTE },
  { name: 'price_klines_1h', width: HOUR },
  { name: 'price_klines_4h', width: 4 * HOUR },
  { name: 'price_klines_12h', width: 12 * HOUR },
  { name: 'price_klines_1d', width: DAY },
];

/** The buckets that a set of rows touches, including the open one. */
export const touchedBuckets = ({ width }: Aggregate, touched: RangeSet): RangeSet =>
  normalize(
    touched.map(({ start, end }): Range => ({ start: floorTo(start, width), end: ceilTo(end, width) })),
  );

/** Rows of a job that no refresh has covered yet. */
export interface PendingRefresh {
  readonly jobId: string;
  readonly symbols: readonly string[];
  readonly touched: RangeSet;
}

export interface AggregateStatus {
  readonly name: string;
  /** epoch ms; null before the first refresh */
  readonly lastRefresh: number | null;
  readonly nextRefresh: number | null;
  /** end of what is materialised, epoch ms; null when nothing is */
  readonly watermark: number | null;
  readonly healthy: boolean;
}

export interface RefreshHow {
  /** symbols whose rows changed; defaults to all. TimescaleDB finds out by itself */
  readonly symbols?: readonly string[];
  /** how long to wait in all for other sessions that refresh the same; ms */
  readonly patience?: number;
  /** called before each aggregate with its number, from 1, and how many there are */
  onAggregate?(number: number, of: number): Promise<void>;
}

/** The bounds of a refresh, epoch ms; null: unbounded. */
export interface Window {
  readonly start: number | null;
  readonly end: number | null;
}

/** The aggregates of `price_klines`, on TimescaleDB and on plain PostgreSQL. */
export interface AggregateStore {
  /** Jobs that have written since an instant and are not marked as refreshed. @param since epoch ms */
  pendingRefreshes(since: number): Promise<readonly PendingRefresh[]>;
  markRefreshed(jobIds: readonly string[]): Promise<void>;
  /**
   * Refreshes the buckets that the set touches, and short stretches between them.
   * @throws GordonError `refresh-busy` when other sessions refreshed the same for longer than `how.patience`
   */
  refresh(touched: RangeSet, how?: RefreshHow): Promise<void>;
  /**
   * Refreshes the whole buckets of one aggregate within a window. Without an end the open bucket is one of them.
   * @param name one of `AGGREGATES`
   */
  refreshWindow(name: string, window: Window): Promise<void>;
  /** The range of the rows that the aggregates are computed from; undefined when there are none. */
  extent(): Promise<Range | undefined>;
  /**
   * Refreshes the newest buckets of all, where the database does not do so by itself.
   * @param everySeconds how often this is called
   * @returns whether there was anything to do
   */
  refreshRecent(everySeconds: number): Promise<boolean>;
  status(): Promise<readonly AggregateStatus[]>;
}
