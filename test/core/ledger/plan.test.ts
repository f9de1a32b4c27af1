import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inLoadingOrder, planChunks, planSource } from '../../../functions/core/ledger/plan.ts';
import type { Series } from '../../../functions/core/series/series.ts';
import { type PeriodUnit, periodAt } from '../../../functions/core/time/period.ts';
import { hull, normalize } from '../../../functions/core/time/range.ts';
import { DAY, MINUTE } from '../../../functions/core/time/time.ts';
import { sources } from '../../../functions/sources/index.ts';

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

  it('leaves the instant at which a month ends with that month, where its file has it', () => {
    const { open_interest_binance: source } = sources;
    const hourly: Series = { source: 'open_interest_binance', symbol: 'BTCUSDT', timeframe: '1h' };
    const range = { start: Date.UTC(2025, 1), end: Date.UTC(2025, 2) + 2 * DAY };
    expect(
      planSource(source!, hourly, [range]).map(({ chunk }) => [
        chunk.label.slice(-7),
        chunk.start,
        chunk.end,
      ]),
    ).toEqual([
      ['2025-01', range.start, range.start + 3_600_000],
      ['2025-02', range.start + 3_600_000, Date.UTC(2025, 2, 1, 1)],
      ['2025-03', Date.UTC(2025, 2, 1, 1), range.end],
    ]);
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

describe('the order of loading', () => {
  it('is year by year, then by symbol and time, with the sources of a symbol side by side', () => {
    const range = { start: Date.UTC(2023, 10), end: Date.UTC(2024, 1) };
    const planned = ['ETHUSDT', 'BTCUSDT'].flatMap((symbol) =>
      ['klines_spot', 'klines_perp'].flatMap((source) =>
        planChunks({ source, symbol, timeframe: '1m' }, [range], 'month'),
      ),
    );
    const months = (symbol: string, ...names: string[]) =>
      names.flatMap((name) => ['spot', 'perp'].map((market) => `klines_${market} ${symbol} 1m ${name}`));
    expect(inLoadingOrder(planned).map(({ chunk }) => chunk.label)).toEqual([
      ...months('BTCUSDT', '2023-11', '2023-12'),
      ...months('ETHUSDT', '2023-11', '2023-12'),
      ...months('BTCUSDT', '2024-01'),
      ...months('ETHUSDT', '2024-01'),
    ]);
  });
});
