import { describe, expect, it } from 'vitest';
import type { Series } from '../../../../functions/core/series/series.ts';
import { MINUTE } from '../../../../functions/core/time/time.ts';
import { parseKlineJson } from '../../../../functions/sources/binance/klines/kline-json.ts';
import { bytes, rowsOf } from '../../conformance.ts';

const series: Series = { source: 'klines_spot', symbol: 'BTCUSDT', timeframe: '1m' };
const start = Date.UTC(2018, 1, 9);

const candle = (open: number, close = open + MINUTE - 1): unknown[] => [
  open,
  '1.5',
  '2',
  '1',
  '1.25',
  '10',
  close,
  '15',
  3,
  '5',
  '7.5',
  '0',
];
const parse = (rows: unknown[], asOf: number) => {
  const parsed = parseKlineJson(bytes(JSON.stringify(rows)), series, asOf);
  return { times: rowsOf(parsed).map((row) => row[2]), ...parsed };
};

describe('the open candle', () => {
  const rows = [candle(start), candle(start + MINUTE)];

  it('is left out until its close time has passed', () => {
    expect(parse(rows, start + MINUTE).times).toEqual([start]);
    expect(parse(rows, start + 2 * MINUTE - 1).times).toEqual([start]);
    expect(parse(rows, start + 2 * MINUTE).times).toEqual([start, start + MINUTE]);
    expect(parse(rows, start + MINUTE).rowsInBody).toBe(2);
  });

  it('is left out although an outage has closed it before its minute was over', () => {
    const cut = [candle(start, start + 20_000)];
    expect(parse(cut, start + 30_000).times).toEqual([]);
    expect(parse(cut, start + MINUTE).times).toEqual([start]);
  });

  it('counts by its own close time where it sits off the grid', () => {
    const late = [candle(start + 40_000)];
    expect(parse(late, start + MINUTE + 10_000).times).toEqual([]);
    expect(parse(late, start + MINUTE + 40_000).times).toEqual([start]);
  });
});

it('reads microseconds', () => {
  const rows = [candle(start * 1000, (start + MINUTE) * 1000 - 1)];
  expect(parse(rows, start + MINUTE).times).toEqual([start]);
  expect(parse(rows, start + MINUTE - 1).times).toEqual([]);
});

it('puts candles off the grid on it and keeps the raw stamp', () => {
  const { times, findings } = parse([candle(start + 700), candle(start + MINUTE + 700)], start + 5 * MINUTE);
  expect(times).toEqual([start, start + MINUTE]);
  expect(findings).toMatchObject([
    { kind: 'off-grid-time', time: start, detail: { rawOpenTime: start + 700, offsetMs: 700, rows: 2 } },
  ]);
});

it('reports candles that closed before their interval was over', () => {
  const rows = [candle(start), candle(start + MINUTE, start + MINUTE + 14_416), candle(start + 2 * MINUTE)];
  expect(parse(rows, start + 3 * MINUTE).findings).toEqual([
    {
      kind: 'cut-short',
      time: start + MINUTE,
      until: start + 2 * MINUTE,
      detail: { rawCloseTime: start + MINUTE + 14_416, missingMs: 45_583, rows: 1 },
    },
  ]);
});

it('takes more fields than it knows, and numbers for strings', () => {
  const row = [start, 1.5, 2, 1, 1.25, 10, start + MINUTE - 1, 15, 3, 5, 7.5, '0', 'new'];
  const parsed = parseKlineJson(bytes(JSON.stringify([row])), series, start + MINUTE);
  expect(rowsOf(parsed)).toEqual([['BTCUSDT', '1m', start, 1.5, 2, 1, 1.25, 10, 15, 3, 5, 7.5]]);
});
