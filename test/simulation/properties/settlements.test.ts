import { expect, it } from 'vitest';
import type { Series } from '../../../functions/core/series/series.ts';
import { HOUR } from '../../../functions/core/time/time.ts';
import { judgeIntervals } from '../../../simulation/properties/settlements.ts';

const series: Series = { source: 'funding_binance', symbol: 'AAAUSDT', timeframe: '1h' };
const start = Date.UTC(2025, 5, 10);
const always = [{ start: 0, end: start + 100 * HOUR }];
const row = (hour: number, interval: number | null) => {
  const time = start + hour * HOUR;
  return { time, cells: ['binance', 'AAAUSDT', time, time, 0.0001, interval, null] };
};
/** The settlement of four o'clock is missing. */
const rows = [row(0, null), row(1, 1), row(2, 1), row(3, 1), row(5, null), row(6, 1), row(7, 1)];
const judge = (some = rows, lives = always, calm = always) =>
  judgeIntervals(series, some, lives, calm).map(({ time }) => time);

it('an interval that the neighbours show is known', () => {
  expect(judge()).toEqual([start + 5 * HOUR]);
});

it.each([
  ['the newest, of which the next one will say it', judge(rows.slice(0, 5))],
  ['the first of a life', judge(rows, [{ start: start + 5 * HOUR, end: start + 9 * HOUR }])],
  ['one after which nothing was calm', judge(rows, always, [])],
])('nobody need know it of %s', (_, found) => {
  expect(found).toEqual([]);
});
