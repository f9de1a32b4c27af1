import { describe, expect, it } from 'vitest';
import type { Series } from '../../../functions/core/series/series.ts';
import { DAY, HOUR } from '../../../functions/core/time/time.ts';
import { sources } from '../../../functions/sources/index.ts';
import { judgeDays } from '../../../simulation/properties/days.ts';
import type { JudgedSpan } from '../../../simulation/properties/held.ts';
import { inWords } from '../../../simulation/properties/violations.ts';
import { Values } from '../../../simulation/venue/market/values.ts';
import { capOf } from '../../../simulation/venue/wire/market-cap.ts';

const series: Series = { source: 'btc_market_cap', symbol: 'BTC', timeframe: '1d' };
const values = new Values(7);
const start = Date.UTC(2025, 4, 1);
const now = start + 60 * DAY;
const days = Array.from({ length: 50 }, (_, i) => start + i * DAY);
const rows = days.map((time) => ({ time, cells: ['BTC', time, capOf(values, time)] as unknown[] }));
const proof = (from: number, to: number): JudgedSpan => ({
  start: days[from]!,
  end: days[to]!,
  state: 'empty',
  reason: 'not-published',
  object: null,
  sha256: null,
  fetchedAt: now - DAY,
});

function judge(some: typeof rows, spans: readonly JudgedSpan[] = []): string[] {
  const held = {
    series,
    source: sources.btc_market_cap!,
    requested: [{ start, end: start + 50 * DAY }],
    since: start,
    spans,
  };
  return judgeDays(values, held, some, now, [{ start, end: now }]).map(inWords);
}

describe('days of a market capitalisation', () => {
  it('are all there, with the values of the venue', () => {
    expect(judge(rows)).toEqual([]);
    expect(judge(rows.slice(1))).toEqual([expect.stringContaining(': missing, 1 rows: the API has it')]);
    const other = rows.map((row, i) => (i === 3 ? { ...row, cells: ['BTC', row.time, 5] } : row));
    expect(judge(other)).toEqual([expect.stringContaining(': other value, 1 rows')]);
    const early = { time: now - DAY - HOUR, cells: ['BTC', now, capOf(values, now - DAY - HOUR)] };
    expect(judge([...rows, early])).toEqual([expect.stringContaining(': other value, 1 rows')]);
  });

  it('are never proven not to be for longer than the source says, also in pieces', () => {
    expect(judge(rows.slice(0, 21), [proof(21, 49)]).filter((one) => one.includes('proof'))).toEqual([]);
    expect(judge(rows.slice(0, 10), [proof(10, 31), proof(31, 49)])).toContainEqual(
      expect.stringContaining('39 days without a row were proven'),
    );
  });
});
