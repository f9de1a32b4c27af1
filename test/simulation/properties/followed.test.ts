import { expect, it } from 'vitest';
import { HOUR } from '../../../functions/core/time/time.ts';
import { judgeFollowed } from '../../../simulation/properties/followed.ts';

const NOW = Date.UTC(2025, 5, 10);
const series = { source: 'klines_spot', symbol: 'BBBUSDT', timeframe: '1h' } as const;
const record = { followed: true, since: NOW };
const hours = (start: number, end: number) => ({ start: NOW + start * HOUR, end: NOW + end * HOUR });

it('what is followed is requested without a hole from the first order on', () => {
  const requested = [hours(-9, -7), hours(-3, 8)];
  expect(judgeFollowed({ series, record: { ...record, requested } }, NOW, [])).toEqual([]);
});

it('what is followed must not be left out after a pause', () => {
  const holed = [hours(-3, 2), hours(5, 8)];
  expect(judgeFollowed({ series, record: { ...record, requested: holed } }, NOW, [])).toEqual([
    'klines_spot BBBUSDT 1h at 2025-06-10T02:00:00Z: it is followed, and nobody requested it',
  ]);
  expect(
    judgeFollowed({ series, record: { ...record, followed: false, requested: holed } }, NOW, []),
  ).toEqual([]);
  expect(judgeFollowed({ series, record: undefined }, NOW, [])).toEqual([]);
});

it('what a job that has not begun will request is not left out', () => {
  const holed = { series, record: { ...record, requested: [hours(-3, 2), hours(5, 8)] } };
  expect(judgeFollowed(holed, NOW, [hours(2, 5)])).toEqual([]);
  expect(judgeFollowed(holed, NOW, [hours(2, 4)])).toHaveLength(1);
});
