import { expect, it } from 'vitest';
import { findContradiction } from '../../../functions/core/jobs/job-gaps.ts';
import type { SeriesReport } from '../../../functions/core/ledger/ports.ts';
import { HOUR } from '../../../functions/core/time/time.ts';
import { sources } from '../../../functions/sources/index.ts';

const DAY = Date.UTC(2025, 0, 2);
const hours = (from: number, to: number) => ({ start: DAY + from * HOUR, end: DAY + to * HOUR });
const series = {
  source: 'klines_spot',
  symbol: 'BTCUSDT',
  timeframe: '1h' as const,
  spec: sources.klines_spot!,
};
const { spec: _, ...plain } = series;
const report = (...gaps: readonly ReturnType<typeof hours>[]): SeriesReport => ({
  ...plain,
  requested: [hours(0, 24)],
  rows: 0,
  followed: false,
  gaps: gaps.map((gap) => ({ ...gap, steps: 1, cause: 'ours' })),
  empty: [],
  findings: 0,
});
const remainder = (missing: readonly ReturnType<typeof hours>[] = []) => ({
  series,
  wanted: [hours(0, 20)],
  missing,
});

it('finds a gap that the report shows where the ledger lacks nothing', () => {
  const now = DAY + 240 * HOUR;
  expect(findContradiction([remainder()], [report(hours(3, 4))], now)).toBe(
    'klines_spot BTCUSDT 1h: a job that succeeded has no gap, but from 2025-01-02T03:00:00Z to 2025-01-02T04:00:00Z: the report has a gap there, and the ledger has none',
  );
});

it('finds none where both agree, outside of what was ordered and in what may still come', () => {
  const now = DAY + 240 * HOUR;
  expect(findContradiction([remainder()], [report()], now)).toBeUndefined();
  expect(findContradiction([remainder([hours(3, 4)])], [report(hours(3, 4))], now)).toBeUndefined();
  expect(findContradiction([remainder()], [report(hours(20, 24))], now)).toBeUndefined();
  expect(findContradiction([remainder()], [report(hours(19, 20))], DAY + 20 * HOUR)).toBeUndefined();
});
