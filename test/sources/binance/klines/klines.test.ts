import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ListingProbe, PagesTier, Source } from '../../../../functions/core/series/source.ts';
import { periodAt } from '../../../../functions/core/time/period.ts';
import { DAY, HOUR, iso, MINUTE } from '../../../../functions/core/time/time.ts';
import { klines_perp } from '../../../../functions/sources/klines/klines_perp.ts';
import { klines_spot } from '../../../../functions/sources/klines/klines_spot.ts';
import { tiersOf } from '../../conformance.ts';

const start = Date.UTC(2025, 2, 1);
const seriesOf = (source: Source) => ({ source: source.id, symbol: 'BTCUSDT', timeframe: '1m' as const });
const rest = (source: Source): PagesTier => tiersOf(source, 'pages')[0]!;
const ask = (source: Source, minutes: number) =>
  rest(source).request(seriesOf(source), { start, end: start + minutes * MINUTE });

describe('a page of candles', () => {
  it('is requested with inclusive bounds', () => {
    expect(ask(klines_spot, 60)).toMatchObject({
      path: '/api/v3/klines',
      query: {
        symbol: 'BTCUSDT',
        interval: '1m',
        limit: 1000,
        startTime: start,
        endTime: start + HOUR - 1,
      },
      family: { id: 'binance-spot', limit: 6000, windowMs: 60_000 },
      weight: 2,
    });
  });

  it.each([
    [1, 99, 1],
    [99, 99, 1],
    [100, 499, 2],
    [499, 499, 2],
    [500, 1000, 5],
    [1000, 1000, 5],
    [1001, 1500, 10],
    [44_640, 1500, 10],
  ])('of %i minutes of the perpetual has limit %i and weight %i', (minutes, limit, weight) => {
    expect(ask(klines_perp, minutes)).toMatchObject({ query: { limit }, weight, path: '/fapi/v1/klines' });
  });

  it('holds its range or is as large as allowed', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(klines_spot, klines_perp),
        fc.integer({ min: 1, max: 5000 }),
        (source, n) => {
          const limit = ask(source, n).query!.limit as number;
          expect(limit).toBeLessThanOrEqual(rest(source).pageRows);
          expect(limit >= n || limit === rest(source).pageRows).toBe(true);
        },
      ),
    );
  });

  it('weighs for the ends of a life what the venue charges', () => {
    const weights = (source: Source) =>
      (['first', 'last', 'status'] as const).map(
        (probe) => (source.listing as ListingProbe)[probe](seriesOf(source)).weight,
      );
    expect(weights(klines_spot)).toEqual([2, 2, 20]);
    expect(weights(klines_perp)).toEqual([1, 1, 1]);
  });
});

describe('archive objects of candles', () => {
  const [month, day] = tiersOf(klines_spot, 'archive');

  it('lie where the venue puts them', () => {
    const march = periodAt('month', start);
    const paths = [klines_spot, klines_perp].flatMap((source) =>
      tiersOf(source, 'archive').map(
        (tier) => tier.object(seriesOf(source), periodAt(tier.unit, start)).file.path,
      ),
    );
    expect(paths).toEqual([
      '/data/spot/monthly/klines/BTCUSDT/1m/BTCUSDT-1m-2025-03.zip',
      '/data/spot/daily/klines/BTCUSDT/1m/BTCUSDT-1m-2025-03-01.zip',
      '/data/futures/um/monthly/klines/BTCUSDT/1m/BTCUSDT-1m-2025-03.zip',
      '/data/futures/um/daily/klines/BTCUSDT/1m/BTCUSDT-1m-2025-03-01.zip',
    ]);
    expect(month!.object(seriesOf(klines_spot), march).checksum?.path).toBe(`${paths[0]}.CHECKSUM`);
  });

  it('are expected the next morning, and a month on the first Monday after it', () => {
    const published = (at: number, of = month!) => iso(of.publishedAt(periodAt(of.unit, at)));
    expect(published(start, day)).toBe('2025-03-02T08:00:00Z');
    expect(published(Date.UTC(2025, 2))).toBe('2025-04-07T08:00:00Z');
    expect(published(Date.UTC(2025, 8))).toBe('2025-10-06T08:00:00Z');
    // A first of the month that is a Monday is that Monday.
    expect(published(Date.UTC(2025, 8) - DAY)).toBe('2025-09-01T08:00:00Z');
  });
});

it('cuts seconds by day and everything else by month, and has no seconds of the perpetual', () => {
  expect(klines_spot.timeframes.map((t) => [t, klines_spot.chunkUnit(t)])).toContainEqual(['1s', 'day']);
  expect(klines_spot.timeframes.filter((t) => klines_spot.chunkUnit(t) !== 'month')).toEqual(['1s']);
  expect(klines_perp.timeframes).toEqual(klines_spot.timeframes.filter((t) => t !== '1s'));
});
