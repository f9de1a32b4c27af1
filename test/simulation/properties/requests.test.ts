import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Series } from '../../../functions/core/series/series.ts';
import { DAY, HOUR } from '../../../functions/core/time/time.ts';
import { sources } from '../../../functions/sources/index.ts';
import { isFresh } from '../../../simulation/memory/ledger/ledger.ts';
import {
  judgeRequests,
  optimum,
  type RequestsAbout,
  renewals,
} from '../../../simulation/properties/requests.ts';
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
      judgeRequests([...logged(15, file), ...sums, ...logged(40, { ...file, status: 404 })], about),
    ).toEqual([]);
    expect(judgeRequests(logged(16, file), about)).toEqual([
      expect.stringContaining('/data/a.zip was loaded 16 times'),
    ]);
  });
});

/** The end of a hole, and when it was proven; ms. */
type Proof = Parameters<typeof isFresh>[0];

/** When the holes of one file are requested again, within so many days after the first proof. */
function renewalsOf(first: readonly Proof[], days: number): number {
  const start = Math.min(...first.map(({ fetchedAt }) => fetchedAt));
  let proofs: Proof[] = [];
  let times = 0;
  for (let now = start; now < start + days * DAY; now += HOUR / 4) {
    proofs.push(...first.filter(({ fetchedAt }) => fetchedAt >= now && fetchedAt < now + HOUR / 4));
    if (proofs.every((proof) => isFresh(proof, now, 1))) continue;
    times++;
    proofs = proofs.map((proof) => (isFresh(proof, now, 0.5) ? proof : { ...proof, fetchedAt: now }));
  }
  return times;
}

describe('renewals of the proofs of a file', () => {
  it('come more often than those of one hole where each hour of a day was proven by itself', () => {
    const hourly = Array.from({ length: 24 }, (_, i) => ({ end: i * HOUR, fetchedAt: (i + 1) * HOUR }));
    expect(renewalsOf(hourly.slice(0, 1), 3)).toBe(2);
    expect(renewalsOf(hourly, 3)).toBe(3);
  });

  it('are never more than the property allows', () => {
    const hole = fc.record({
      hour: fc.integer({ min: 1, max: 24 }),
      after: fc.integer({ min: 1, max: 200 }),
    });
    fc.assert(
      fc.property(
        fc.array(hole, { minLength: 1, maxLength: 24 }),
        fc.integer({ min: 1, max: 30 }),
        (holes, days) => {
          const proofs = holes.map(({ hour, after }) => ({
            end: hour * HOUR,
            fetchedAt: hour * HOUR + (after * HOUR) / 4,
          }));
          expect(renewalsOf(proofs, days)).toBeLessThanOrEqual(renewals(days));
        },
      ),
    );
  });
});
