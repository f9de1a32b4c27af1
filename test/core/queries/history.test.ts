import { describe, expect, it } from 'vitest';
import {
  daysUntilFull,
  growthOf,
  growthPerDay,
  minutesOf,
  totalsOf,
} from '../../../functions/core/queries/status/history.ts';
import { DAY, HOUR, MINUTE, SECOND } from '../../../functions/core/time/time.ts';

const NOON = Date.UTC(2025, 5, 1, 12);

describe('a rate budget over time', () => {
  it('has the fullest window of each minute', () => {
    const windows = [
      { at: NOON + MINUTE, used: 9 },
      { at: NOON, used: 3 },
      { at: NOON + 5 * SECOND, used: 7 },
    ];
    expect(minutesOf(windows)).toEqual([
      { at: NOON, used: 7 },
      { at: NOON + MINUTE, used: 9 },
    ]);
  });
});

describe('the growth of the database', () => {
  const sample = (hours: number, name: string, bytes: number) => ({ at: NOON + hours * HOUR, name, bytes });
  const samples = [
    sample(0, 'spot_klines', 1_000),
    sample(0, 'funding', 500),
    sample(12, 'spot_klines', 2_000),
    sample(12, 'funding', 400),
    sample(12, 'macro_observations', 10),
  ];

  it('is that between the first and the last sample of each table', () => {
    expect(growthOf(samples)).toEqual([
      { name: 'spot_klines', bytes: 2_000, perDay: 2_000 },
      { name: 'funding', bytes: 400, perDay: -200 },
      { name: 'macro_observations', bytes: 10, perDay: undefined },
    ]);
    expect(totalsOf(samples)).toEqual([
      { at: NOON, bytes: 1_500 },
      { at: NOON + 12 * HOUR, bytes: 2_410 },
    ]);
  });

  it('is not known from samples that lie close together', () => {
    expect(growthPerDay([{ at: NOON, bytes: 1 }])).toBeUndefined();
    expect(
      growthPerDay([
        { at: NOON, bytes: 1 },
        { at: NOON + MINUTE, bytes: 9e9 },
      ]),
    ).toBeUndefined();
    expect(
      growthPerDay([
        { at: NOON + DAY, bytes: 9 },
        { at: NOON, bytes: 1 },
      ]),
    ).toBe(8);
  });

  it('fills the disk in so many days, or never', () => {
    const disk = { free: 100, total: 1_000 };
    expect(daysUntilFull(disk, 40)).toBe(2.5);
    expect([0, -1, undefined].map((perDay) => daysUntilFull(disk, perDay))).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });
});
