import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addYears,
  ceilTo,
  DAY,
  floorTo,
  iso,
  isoDay,
  isoMonth,
  parseInstant,
} from '../../../functions/core/time/time.ts';

const instant = fc.integer({ min: Date.UTC(1971, 0), max: Date.UTC(2199, 0) });

describe('parseInstant', () => {
  it('reads back what iso writes', () => {
    fc.assert(
      fc.property(instant, (at) => {
        expect(parseInstant(iso(at))).toBe(at);
      }),
    );
  });

  it('reads a day as its midnight', () => {
    fc.assert(
      fc.property(instant, (at) => {
        expect(parseInstant(isoDay(at))).toBe(floorTo(at, DAY));
      }),
    );
  });

  it.each([
    ['2025-03-01T00:00Z', Date.UTC(2025, 2, 1)],
    ['2025-03-01T01:30:00+01:30', Date.UTC(2025, 2, 1)],
    ['2025-03-01T00:00:00.5Z', Date.UTC(2025, 2, 1) + 500],
    ['2024-02-29', Date.UTC(2024, 1, 29)],
  ])('reads %s', (text, at) => expect(parseInstant(text)).toBe(at));

  it.each([
    '2025-03-01T00:00:00',
    '2025-03-01 00:00:00Z',
    '2025-3-1',
    '20250301',
    '2025-03',
    '',
    ' 2025-03-01',
    '2025-02-29',
    '2025-02-30T00:00:00Z',
    '2025-13-01',
    '2025-00-10',
    '2025-01-00',
    '2025-04-31',
    '2025-03-01T25:00:00Z',
    '2025-03-01T00:61:00Z',
    '1740787200000',
    'yesterday',
  ])('refuses %j', (text) => expect(parseInstant(text)).toBeUndefined());
});

describe('the written forms', () => {
  it('keeps milliseconds only where there are any', () => {
    expect(iso(Date.UTC(2025, 2, 1))).toBe('2025-03-01T00:00:00Z');
    expect(iso(Date.UTC(2025, 2, 1) + 7)).toBe('2025-03-01T00:00:00.007Z');
    expect(isoDay(Date.UTC(2025, 2, 1) - 1)).toBe('2025-02-28');
    expect(isoMonth(Date.UTC(2025, 2, 1) - 1)).toBe('2025-02');
  });
});

describe('floorTo and ceilTo', () => {
  it('bracket an instant with one step', () => {
    fc.assert(
      fc.property(fc.integer({ min: -1e12, max: 1e13 }), fc.integer({ min: 1, max: 1e8 }), (at, step) => {
        const [down, up] = [floorTo(at, step), ceilTo(at, step)];
        expect(down % step === 0 && up % step === 0).toBe(true);
        expect(down <= at && at <= up && up - down <= step).toBe(true);
      }),
    );
  });
});

describe('addYears', () => {
  it('keeps the date and the time of day', () => {
    fc.assert(
      fc.property(instant, fc.integer({ min: -40, max: 40 }), (at, years) => {
        const [from, to] = [new Date(at), new Date(addYears(at, years))];
        expect(to.getUTCFullYear()).toBe(from.getUTCFullYear() + years);
        expect(to.getUTCMonth()).toBe(from.getUTCMonth());
        expect(iso(to.getTime()).slice(10)).toBe(iso(from.getTime()).slice(10));
        expect(from.getUTCDate() - to.getUTCDate()).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('makes 29 February the 28th where there is none', () => {
    expect(iso(addYears(Date.UTC(2024, 1, 29, 5), 1))).toBe('2025-02-28T05:00:00Z');
    expect(iso(addYears(Date.UTC(2024, 1, 29), 4))).toBe('2028-02-29T00:00:00Z');
  });
});
