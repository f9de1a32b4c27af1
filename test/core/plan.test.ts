import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type PeriodUnit, periodAt } from '../../functions/core/period.ts';
import { planChunks } from '../../functions/core/plan.ts';
import { hull, normalize } from '../../functions/core/range.ts';
import type { Series } from '../../functions/core/series.ts';
import { DAY, MINUTE } from '../../functions/core/time.ts';

const series: Series = { source: 'klines_spot', symbol: 'BTCUSDT', timeframe: '1m' };
const unit = fc.constantFrom<PeriodUnit>('day', 'month', 'year');
const missing = fc
  .array(
    fc
      .tuple(fc.integer({ min: 0, max: 500 * 1440 }), fc.integer({ min: 1, max: 90 * 1440 }))
      .map(([from, minutes]) => {
        const start = Date.UTC(2023, 10, 5) + from * MINUTE;
        return { start, end: start + minutes * MINUTE };
      }),
    { maxLength: 6 },
  )
  .map(normalize);

describe('planChunks', () => {
  it('tiles what is missing exactly, in order, with one chunk for each period', () => {
    fc.assert(
      fc.property(missing, unit, (set, u) => {
        const planned = planChunks(series, set, u);
        expect(normalize(planned.flatMap((p) => p.missing))).toEqual(set);
        const sum = planned.flatMap((p) => p.missing).reduce((ms, r) => ms + r.end - r.start, 0);
        expect(sum).toBe(set.reduce((ms, r) => ms + r.end - r.start, 0));
        for (const { chunk, missing } of planned) {
          const period = periodAt(u, chunk.start);
          expect(chunk.label).toBe(`klines_spot BTCUSDT 1m ${period.name}`);
          expect(chunk.end).toBeLessThanOrEqual(period.end);
          expect(hull(missing)).toEqual({ start: chunk.start, end: chunk.end });
          expect(normalize(missing)).toEqual(missing);
        }
        const starts = planned.map((p) => p.chunk.start);
        expect(starts).toEqual(starts.toSorted((a, b) => a - b));
        expect(new Set(planned.map((p) => p.chunk.label)).size).toBe(planned.length);
      }),
    );
  });

  it('plans the same twice', () => {
    fc.assert(
      fc.property(missing, unit, (set, u) => {
        expect(planChunks(series, set, u)).toEqual(planChunks(series, [...set], u));
      }),
    );
  });

  it('cuts at the border of a month', () => {
    const start = Date.UTC(2025, 1, 27);
    const planned = planChunks(series, [{ start, end: start + 3 * DAY }], 'month');
    expect(planned.map(({ chunk }) => [chunk.label, chunk.start, chunk.end])).toEqual([
      ['klines_spot BTCUSDT 1m 2025-02', start, Date.UTC(2025, 2, 1)],
      ['klines_spot BTCUSDT 1m 2025-03', Date.UTC(2025, 2, 1), start + 3 * DAY],
    ]);
  });
});
