import { DAY, isoDay } from '../../functions/core/time/time.ts';

/** Answers of `GET /backfill/coverage` with many short runs: no two neighbouring days of the last ones before `today` are alike. */
export function raggedSeries(today: number, count: number, days: number, ragged: number) {
  const from = today - days * DAY;
  return Array.from({ length: count }, (_, n) => ({
    source: 'klines_spot',
    symbol: `S${n}USDT`,
    timeframe: '1m',
    from: isoDay(from),
    to: isoDay(today),
    runs: [
      { ...whole(from, today - ragged * DAY), buckets: days - ragged, have: 1_440, missing: 0 },
      ...Array.from({ length: ragged }, (_, i) => ({
        ...whole(today - (ragged - i) * DAY, today - (ragged - i - 1) * DAY),
        buckets: 1,
        have: 1_440 - ((i * 7 + n) % 5),
        missing: (i * 7 + n) % 5,
      })),
    ],
  }));
}

const whole = (from: number, to: number) => ({
  from: isoDay(from),
  to: isoDay(to),
  empty: {},
  failed: 0,
  in_flight: 0,
});
