import { expect, it } from 'vitest';
import { candleRange, candleTime } from '../../../functions/core/queries/candle-query.ts';
import { MINUTE } from '../../../functions/core/time/time.ts';

const noon = Date.UTC(2025, 0, 31, 12);

it.each([
  ['2025-01-31', Date.UTC(2025, 0, 31)],
  ['2025-01-31T12:00:00Z', noon],
  ['2025-01-31T14:00:00+02:00', noon],
  [noon, noon],
  [String(noon), noon],
])('reads %s', (text, at) => expect(candleTime(text, 'start')).toBe(at));

it.each(['', 'now', '2025-01-31T12:00:00', '2025-02-30', '1738324800', 1738324800, 1.5, Number.NaN])(
  'refuses %s',
  (text) => {
    expect(() => candleTime(text, 'start')).toThrow(
      expect.objectContaining({ code: 'invalid-time', subject: 'start' }),
    );
  },
);

it('forgives an end a moment ahead, and refuses what has not come', () => {
  expect(candleRange({ end: noon + MINUTE }, noon)).toEqual({ end: noon + MINUTE });
  expect(candleRange({}, noon)).toEqual({});
  const refused = (range: Parameters<typeof candleRange>[0], code: string) =>
    expect(() => candleRange(range, noon)).toThrow(expect.objectContaining({ code, status: 400 }));
  refused({ end: noon + 2 * MINUTE }, 'future-range');
  refused({ start: noon + 1 }, 'future-range');
  refused({ start: noon, end: noon }, 'empty-range');
});
