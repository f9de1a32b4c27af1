import { describe, expect, it } from 'vitest';
import type { Series } from '../../../functions/core/series/series.ts';
import { DAY, HOUR } from '../../../functions/core/time/time.ts';
import {
  type FiledInterval,
  judgeByFile,
  judgeIntervals,
} from '../../../simulation/properties/settlements.ts';

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

describe('an interval that the API showed', () => {
  const out = start + 8 * HOUR;
  const answered = [0, 1, 2, 3, 4, 5, 6, 7].map((hour) => start + hour * HOUR);
  const hourly = { hours: 1, since: out };
  const later = [{ start: 0, end: out + 20 * DAY }];
  const wrong = [row(0, null), row(1, 1), row(2, 2), row(3, 1), row(4, 2)];
  const compare = (
    some = wrong,
    all = answered,
    file = (): FiledInterval | undefined => hourly,
    calm = later,
  ) =>
    judgeByFile(series, some, all, file, calm).map(({ breach, time, rows: n }) => [
      breach,
      (time - start) / HOUR,
      n,
    ]);

  it("is the one that the month's file has", () => {
    expect(compare()).toEqual([['other value', 2, 2]]);
    expect(compare([row(1, 1), row(2, 1)])).toEqual([]);
  });

  it.each([
    ['nobody knows it', compare([row(2, null)])],
    ['the file is not out', compare(wrong, answered, () => undefined)],
    [
      'the API lacks a settlement beside it',
      compare(
        [row(2, 2)],
        answered.filter((time) => time !== start + HOUR),
      ),
    ],
    ['no day was calm since', compare(wrong, answered, () => hourly, [{ start: 0, end: out + 20 * HOUR }])],
  ])('may be another one where %s', (_, found) => {
    expect(found).toEqual([]);
  });
});
