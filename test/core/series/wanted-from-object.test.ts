import { describe, expect, it } from 'vitest';
import type { ArchiveTier } from '../../../functions/core/series/source.ts';
import { wantedFromObject } from '../../../functions/core/series/tiers/wanted-from-object.ts';
import { periodAt } from '../../../functions/core/time/period.ts';
import { DAY, HOUR } from '../../../functions/core/time/time.ts';
import { funding_binance } from '../../../functions/sources/funding/funding_binance.ts';
import { klines_perp } from '../../../functions/sources/klines/klines_perp.ts';

const march = periodAt('month', Date.UTC(2025, 2));
const now = Date.UTC(2025, 4);
const hole = [{ start: march.start + DAY, end: march.start + DAY + HOUR }];
const monthOf = ({ tiers }: typeof funding_binance): ArchiveTier =>
  tiers.find((tier): tier is ArchiveTier => tier.kind === 'archive' && tier.unit === 'month')!;

describe('a month for a hole of an hour', () => {
  it('is not read where daily files hold the same rows', () => {
    expect(wantedFromObject(klines_perp, monthOf(klines_perp), march, hole, now, HOUR)).toEqual([]);
  });

  it('is read where it is the only file', () => {
    expect(wantedFromObject(funding_binance, monthOf(funding_binance), march, hole, now, HOUR)).toEqual(hole);
  });

  it('is not read before it is published', () => {
    const early = march.end + HOUR;
    expect(wantedFromObject(funding_binance, monthOf(funding_binance), march, hole, early, HOUR)).toEqual([]);
  });
});

describe('the end of a month that was published before its last settlements are due', () => {
  const { end } = march;
  const lost = (hours: number) => [{ start: end - hours * HOUR, end: end + 9 * HOUR }];
  const wanted = (hours: number, now: number) =>
    wantedFromObject(funding_binance, early, march, lost(hours), now, HOUR);
  const early: ArchiveTier = {
    ...monthOf(funding_binance),
    publishedAt: ({ end: month }) => month + 8 * HOUR,
  };

  it('is left to the API while they may come', () => {
    for (let hour = 8; hour <= 20; hour++) expect(wanted(12, end + hour * HOUR)).toEqual([]);
  });

  it('is read once they are late', () => {
    expect(wanted(12, end + 21 * HOUR)).toEqual([{ start: end - 12 * HOUR, end }]);
  });

  it('is read with what is older, and for a first order', () => {
    expect(wanted(48, end + 8 * HOUR)).toEqual([{ start: end - 48 * HOUR, end }]);
    expect(wanted(31 * 24, end + 8 * HOUR)).toEqual([{ start: march.start, end }]);
  });
});
