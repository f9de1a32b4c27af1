import {
  estimateWork,
  sum,
  times,
  type Usage,
  usageOfJob,
  usageOfRefresh,
  type Work,
} from '../../functions/core/costs/usage.ts';
import type { Source } from '../../functions/core/series/source.ts';
import { addYears, DAY, MINUTE } from '../../functions/core/time/time.ts';
import { functions } from '../../functions/manifest.ts';
import { klines_perp } from '../../functions/sources/klines/klines_perp.ts';
import { klines_spot } from '../../functions/sources/klines/klines_spot.ts';

export interface Scenario {
  readonly title: string;
  readonly jobs: number;
  readonly work: Work;
  readonly usage: Usage;
  /** it fills a month, so what the stack costs by being there is part of it */
  readonly monthly: boolean;
}

const MONTH = 30 * DAY;
/** Symbols of one order; more are several orders. */
const SYMBOLS_PER_JOB = 1_000;

/** 1m candles of some symbols, spot and perpetual, kept current for 30 days. @param of the symbols in words */
export function refreshMonth(now: number, symbols = 2, of = 'BTC and ETH'): Scenario {
  const { everyMinutes } = functions.find(({ handler }) => handler === 'refresh')!.schedules![0]!;
  const runs = MONTH / (everyMinutes * MINUTE);
  const tail = { start: now - everyMinutes * MINUTE, end: now };
  // Sources of one family that want the same are one job.
  const each = {
    ...added([klines_spot, klines_perp].map((source: Source) => estimateWork(source, '1m', tail, symbols))),
    scheduled: true,
  };
  return {
    title: `a month of ${of}, spot and perpetual, 1m, refreshed every ${everyMinutes === 1 ? 'minute' : `${everyMinutes} minutes`}`,
    jobs: runs,
    work: scaled(runs, each),
    usage: times(runs, sum(usageOfRefresh(), usageOfJob(each))),
    monthly: true,
  };
}

/** 1m spot candles of many symbols over ten years, once. */
export function largeBackfill(now: number, symbols = 10_000, years = 10): Scenario {
  const range = { start: addYears(now, -years), end: now };
  const jobs = Math.ceil(symbols / SYMBOLS_PER_JOB);
  const each = estimateWork(klines_spot, '1m', range, Math.ceil(symbols / jobs));
  return {
    title: `${symbols.toLocaleString('en')} symbols, ${years} years of 1m spot candles, once`,
    jobs,
    work: scaled(jobs, each),
    usage: times(jobs, usageOfJob(each)),
    monthly: false,
  };
}

const scaled = (n: number, { series, chunks, rows }: Work): Work => ({
  series: n * series,
  chunks: n * chunks,
  rows: n * rows,
});

const added = (all: readonly Work[]): Work =>
  all.reduce((a, b) => ({
    series: a.series + b.series,
    chunks: a.chunks + b.chunks,
    rows: a.rows + b.rows,
    sharing: (a.sharing ?? 0) + (b.sharing ?? 0),
  }));
