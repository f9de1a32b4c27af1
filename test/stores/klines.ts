import type { EmptySpan, Page } from '../../functions/core/ledger/coverage.ts';
import type { Series } from '../../functions/core/series/series.ts';
import type { Batch, TableSpec } from '../../functions/core/series/table.ts';
import { intersect, type Range, type RangeSet, runsOf } from '../../functions/core/time/range.ts';
import { MINUTE } from '../../functions/core/time/time.ts';
import { stepOf } from '../../functions/core/time/timeframe.ts';

const NUMBERS = ['open', 'high', 'low', 'close', 'volume', 'quote_volume'];
const TAKER = ['taker_buy_volume', 'taker_buy_quote_volume'];

export const SPOT: TableSpec = {
  name: 'spot_klines',
  time: 'open_time',
  columns: [
    { name: 'symbol', type: 'text' },
    { name: 'timeframe', type: 'text' },
    { name: 'open_time', type: 'timestamptz' },
    ...NUMBERS.map((name) => ({ name, type: 'float8' as const })),
    { name: 'trades', type: 'int4' },
    ...TAKER.map((name) => ({ name, type: 'float8' as const })),
  ],
  key: ['symbol', 'timeframe', 'open_time'],
};

export const BTC: Series = { source: 'klines_spot', symbol: 'BTCUSDT', timeframe: '1m' };
export const JOB = { jobId: 'job-1', chunk: 'klines_spot BTCUSDT 1m 2025-03' };

/** 2025-03-01, in minutes from there on */
export const T0 = Date.UTC(2025, 2);
export const minutes = (from: number, to: number): Range => ({
  start: T0 + from * MINUTE,
  end: T0 + to * MINUTE,
});

/** Candles for every step of a set, with prices that follow from the time, so that a row can be recognised. */
export function candles(set: RangeSet, series: Series = BTC, price = (at: number) => at / MINUTE): Batch {
  const step = stepOf(series.timeframe);
  const times = Float64Array.from(
    set.flatMap(({ start, end }) => Array.from({ length: (end - start) / step }, (_, i) => start + i * step)),
  );
  const prices = times.map(price);
  const columns = SPOT.columns.map((column) => {
    if (column.name === 'symbol') return { constant: series.symbol };
    if (column.name === 'timeframe') return { constant: series.timeframe };
    if (column.name === 'open_time') return times;
    return column.type === 'int4' ? times.map(() => 7) : prices;
  });
  return { length: times.length, times, columns };
}

export function pageOf(have: RangeSet, more: Partial<Page> = {}): Page {
  const series = more.series ?? BTC;
  const rows = more.rows ?? candles(have, series);
  const runs = runsOf(rows.times, stepOf(series.timeframe));
  return {
    series,
    rows,
    have: intersect(runs, have),
    empty: [],
    findings: [],
    object: 'spot/BTCUSDT-1m-2025-03.zip',
    ...more,
  };
}

export const proof = (span: Range, reason: EmptySpan['reason'] = 'venue-outage'): EmptySpan => ({
  span,
  reason,
  evidence: [{ what: 'GET /api/v3/klines', status: 200, at: T0 }],
});
