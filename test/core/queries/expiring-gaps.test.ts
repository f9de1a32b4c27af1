import { describe, expect, it } from 'vitest';
import { findExpiringGaps } from '../../../functions/core/queries/status/expiring-gaps.ts';
import { limitFamilies, listVenues } from '../../../functions/core/queries/status/limit-families.ts';
import type { PagesTier } from '../../../functions/core/series/source.ts';
import { DAY, HOUR, MINUTE } from '../../../functions/core/time/time.ts';
import { sources } from '../../../functions/sources/index.ts';

const NOW = Date.UTC(2025, 5, 1);
const series = { source: 'x', symbol: 'BTCUSDT', timeframe: '1h' as const };
const forgets = { tiers: [{ kind: 'pages', reachMs: 30 * DAY } as PagesTier] };

describe('what a source forgets', () => {
  it('is lost when its reach has passed over the beginning of the gap', () => {
    const gaps = [
      { start: NOW - 5 * DAY, end: NOW - 4 * DAY },
      { start: NOW - 28 * DAY, end: NOW - 27 * DAY },
    ];
    expect(findExpiringGaps(series, forgets, { gaps, failed: [] }, NOW)).toEqual([
      { ...series, ...gaps[1]!, lostAt: NOW + 2 * DAY, daysLeft: 2 },
    ]);
  });

  it('is no news where it is lost already, and counts from what is left of it where a part is', () => {
    const left = (start: number, end: number) =>
      findExpiringGaps(series, forgets, { gaps: [{ start, end }], failed: [] }, NOW);
    expect(left(NOW - 40 * DAY, NOW - 31 * DAY)).toEqual([]);
    expect(left(NOW - 40 * DAY, NOW - 20 * DAY)).toMatchObject([{ start: NOW - 30 * DAY, daysLeft: 0 }]);
  });

  it('is lost sooner in short rows, where the venue keeps a number of rows', () => {
    const source = { tiers: [{ kind: 'pages', reachRows: 5_000 } as PagesTier] };
    const gap = { start: NOW - 3 * DAY, end: NOW - 2 * DAY };
    const daysLeft = (timeframe: '1m' | '1h') =>
      findExpiringGaps({ ...series, timeframe }, source, { gaps: [gap], failed: [] }, NOW)[0]?.daysLeft;
    expect([daysLeft('1m'), daysLeft('1h')]).toEqual([0.47, 205.33]);
  });

  it('is nothing where the venue or its archive keeps everything', () => {
    const known = {
      gaps: [{ start: NOW - 28 * DAY, end: NOW }],
      failed: [{ start: NOW - 28 * DAY, end: NOW }],
    };
    for (const id of ['klines_spot', 'funding_binance', 'open_interest_bybit', 'macro_fred'])
      expect(findExpiringGaps(series, sources[id]!, known, NOW)).toEqual([]);
  });
});

describe('what has an archive of its days behind it', () => {
  const source = sources.open_interest_binance!;
  const gap = { start: NOW - 28 * DAY, end: NOW };

  it('is in danger where the archive has not published yet', () => {
    // At midnight the newest file is of the day before yesterday: yesterday's comes at eight.
    const [first] = findExpiringGaps(series, source, { gaps: [gap], failed: [] }, NOW);
    expect(first).toMatchObject({ start: NOW - DAY, daysLeft: expect.closeTo(29, 0) });
    expect(findExpiringGaps(series, source, { gaps: [{ ...gap, end: NOW - DAY }], failed: [] }, NOW)).toEqual(
      [],
    );
  });

  it('is in danger where the archive was requested in vain', () => {
    const failed = [{ start: NOW - 26 * DAY, end: NOW - 25 * DAY }];
    const [first] = findExpiringGaps(series, source, { gaps: [{ ...gap, end: NOW - DAY }], failed }, NOW);
    expect(first).toMatchObject({ ...failed[0], lostAt: NOW + 4 * DAY - HOUR, daysLeft: 3.95 });
  });
});

describe('a snapshot', () => {
  const source = sources.gex_deribit!;
  const at = (now: number, latestEnd?: number) =>
    findExpiringGaps(series, source, { gaps: [], failed: [], latestEnd }, now);

  it('is in danger when half of its step has gone, or the one before was missed', () => {
    expect(at(NOW + 29 * MINUTE, NOW)).toEqual([]);
    expect(at(NOW + 30 * MINUTE, NOW)).toMatchObject([{ start: NOW, lostAt: NOW + HOUR, daysLeft: 0.02 }]);
    expect(at(NOW, NOW - HOUR)).toMatchObject([{ start: NOW, end: NOW + HOUR }]);
    expect(at(NOW + 59 * MINUTE, NOW + HOUR)).toEqual([]);
    expect(at(NOW)).toHaveLength(1);
  });
});

describe('rate budgets', () => {
  it('are computed from the requests that the sources would send', () => {
    const families = limitFamilies(sources);
    expect(families.map(({ family }) => family.id)).toContain('binance-spot');
    expect(families.find(({ family }) => family.id === 'binance-spot')).toMatchObject({ venue: 'binance' });
    expect(listVenues(sources)).toEqual(expect.arrayContaining(['binance', 'binance-archive', 'deribit']));
  });
});
