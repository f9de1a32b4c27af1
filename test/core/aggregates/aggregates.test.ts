import { expect, it } from 'vitest';
import { AGGREGATES, touchedBuckets } from '../../../functions/core/aggregates/aggregates.ts';
import { DAY, HOUR, iso, MINUTE } from '../../../functions/core/time/time.ts';

const at = Date.UTC(2025, 0, 10, 11, 50);
const windows = (touched: { start: number; end: number }[]) =>
  Object.fromEntries(
    AGGREGATES.map((aggregate) => [
      aggregate.name.replace('price_klines_', ''),
      touchedBuckets(aggregate, touched).map(({ start, end }) => `${iso(start)}/${iso(end)}`),
    ]),
  );

it('one row touches one bucket of each aggregate', () => {
  expect(windows([{ start: at, end: at + 5 * MINUTE }])).toEqual({
    '15m': ['2025-01-10T11:45:00Z/2025-01-10T12:00:00Z'],
    '30m': ['2025-01-10T11:30:00Z/2025-01-10T12:00:00Z'],
    '1h': ['2025-01-10T11:00:00Z/2025-01-10T12:00:00Z'],
    '4h': ['2025-01-10T08:00:00Z/2025-01-10T12:00:00Z'],
    '12h': ['2025-01-10T00:00:00Z/2025-01-10T12:00:00Z'],
    '1d': ['2025-01-10T00:00:00Z/2025-01-11T00:00:00Z'],
  });
});

it('runs that share a bucket are one window, others stay apart', () => {
  const touched = [
    { start: at, end: at + 15 * MINUTE },
    { start: at + HOUR, end: at + HOUR + 5 * MINUTE },
    { start: at + 3 * DAY, end: at + 3 * DAY + 5 * MINUTE },
  ];
  expect(windows(touched)).toMatchObject({
    '15m': [
      '2025-01-10T11:45:00Z/2025-01-10T12:15:00Z',
      '2025-01-10T12:45:00Z/2025-01-10T13:00:00Z',
      '2025-01-13T11:45:00Z/2025-01-13T12:00:00Z',
    ],
    '4h': ['2025-01-10T08:00:00Z/2025-01-10T16:00:00Z', '2025-01-13T08:00:00Z/2025-01-13T12:00:00Z'],
    '1d': ['2025-01-10T00:00:00Z/2025-01-11T00:00:00Z', '2025-01-13T00:00:00Z/2025-01-14T00:00:00Z'],
  });
});
