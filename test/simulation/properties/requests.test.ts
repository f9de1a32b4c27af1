import { describe, expect, it } from 'vitest';
import type { Series } from '../../../functions/core/series/series.ts';
import { DAY } from '../../../functions/core/time/time.ts';
import { sources } from '../../../functions/sources/index.ts';
import { judgeRequests, optimum, type RequestsAbout } from '../../../simulation/properties/requests.ts';
import type { Logged } from '../../../simulation/venue/wire/wire-venue.ts';

const now = Date.UTC(2025, 5, 10);
const of = (source: string, symbol: string, timeframe: Series['timeframe']): Series => ({
  source,
  symbol,
  timeframe,
});
const about: RequestsAbout = {
  series: [of('klines_perp', 'AAAUSDT', '1m'), of('open_interest_binance', 'AAAUSDT', '5m')],
  sources,
  within: { start: now - 3 * DAY, end: now },
  followedFrom: now - DAY,
  disturbances: 0,
};

const logged = (times: number, more: Partial<Logged> = {}): Logged[] =>
  Array.from({ length: times }, () => ({
    at: now,
    host: 'usdm',
    what: '/fapi/v1/klines',
    status: 200,
    ...more,
  }));

describe('the optimum', () => {
  it('is a request for each new row and a page for each of the history', () => {
    // A day of minutes and two days of 1,500 on a page; a day of five minutes and two days of 500.
    expect(optimum(about)).toBe(1_440 + 2 + 288 + 2);
    // Of a snapshot each hour has two requests, and no history.
    expect(optimum({ ...about, series: [of('gex_deribit', 'BTC', '1h')] })).toBe(48);
  });
});

describe('requests', () => {
  it('are well as long as they are less than twice the optimum and what lists take', () => {
    expect(judgeRequests(logged(3_600), about)).toEqual([]);
  });

  it('are too many beyond it', () => {
    const [found] = judgeRequests(logged(3_700), about);
    expect(found).toMatch(/^3700 requests to the API where 1732 are the fewest/);
    expect(judgeRequests(logged(3_700), { ...about, disturbances: 1 })).toEqual([]);
  });

  it('load a file so often as five series have a reason to', () => {
    const file = { host: 'archive', what: '/data/a.zip' } as const;
    const sums = logged(40, { ...file, what: '/data/a.zip.CHECKSUM' });
    expect(
      judgeRequests([...logged(10, file), ...sums, ...logged(40, { ...file, status: 404 })], about),
    ).toEqual([]);
    expect(judgeRequests(logged(11, file), about)).toEqual([
      expect.stringContaining('/data/a.zip was loaded 11 times'),
    ]);
  });
});
