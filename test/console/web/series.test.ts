import { describe, expect, it } from 'vitest';
import { type Selection, sharedColumns, snippetsOf, urlOf } from '../../../console/web/series/copy.ts';
import { rangeOf, seriesPlaceFrom, seriesQueryOf } from '../../../console/web/series/place.ts';
import { findRevised, heldAt } from '../../../console/web/series/revisions.ts';
import { DAY } from '../../../functions/core/time/time.ts';

const read = (query: string) => seriesPlaceFrom(new URLSearchParams(query));

describe('the address of a chart', () => {
  it('holds everything that is shown', () => {
    const place = {
      every: '15m',
      to: '2025-03-01T00:00:00Z',
      bars: 700,
      column: 'rate',
      log: true,
      panes: ['funding_binance BTCUSDT 1h'],
      compare: 'klines_spot ETHUSDT 1m',
      asOf: '2025-02-01',
      pick: 'BTC-26DEC25-100000-C',
    };
    expect(read(new URLSearchParams(seriesQueryOf(place)).toString())).toEqual(place);
  });

  it('is short where all is as usual, and bears what nobody wrote', () => {
    expect(seriesQueryOf(read(''))).toEqual({});
    expect(read('bars=-1&to=never&scale=x&panes=,&as_of=then')).toEqual(read(''));
    expect(read('bars=1e9').bars).toBe(500);
  });
});

describe('a range', () => {
  const widths = ['1m', '5m', '15m', '30m', '1h', '4h', '12h', '1d'];
  it.each([
    ['1D', '5m', 288],
    ['1W', '15m', 672],
    ['1M', '1h', 744],
    ['1Y', '12h', 732],
    ['All', '12h', 800],
  ] as const)('of %s has candles of %s', (name, every, bars) => {
    expect(rangeOf(name, widths, 400 * DAY)).toEqual({ every, bars });
  });

  it('is no longer than the rows there are, and as wide as candles get', () => {
    expect(rangeOf('1Y', widths, DAY)).toEqual({ every: '5m', bars: 288 });
    expect(rangeOf('All', ['1d'], 5_000 * DAY)).toEqual({ every: '1d', bars: 5_000 });
    expect(rangeOf('All', widths, 0).bars).toBe(2);
  });
});

describe('the rows of a chart elsewhere', () => {
  const selection: Selection = {
    origin: 'http://127.0.0.1:8081',
    table: 'funding_rates',
    source: 'funding_binance',
    symbol: "X'USDT",
    timeframe: '1h',
    time: 'time',
    from: '2025-01-01T00:00:00Z',
    to: '2025-02-01T00:00:00Z',
    every: '1h',
    fixed: { timeframe: '1h', venue: 'binance' },
  };

  it('are the same range, with candles as wide as they are drawn', () => {
    const query = new URL(urlOf({ ...selection, every: '4h' }, 'csv')).searchParams;
    expect(Object.fromEntries(query)).toEqual({
      source: 'funding_binance',
      symbol: "X'USDT",
      timeframe: '1h',
      from: '2025-01-01T00:00:00Z',
      to: '2025-02-01T00:00:00Z',
      every: '4h',
      format: 'csv',
    });
    expect(urlOf(selection, 'csv')).not.toContain('every=');
  });

  it('are quoted as each language needs it', () => {
    const snippets = snippetsOf(selection);
    expect(Object.keys(snippets)).toEqual(['curl', 'SQL', 'pandas', 'polars', 'DuckDB']);
    expect(snippets.SQL).toBe(
      "SELECT * FROM market_data.funding_rates WHERE symbol = 'X''USDT' AND timeframe = '1h' AND venue = 'binance' " +
        "AND time >= '2025-01-01T00:00:00Z' AND time < '2025-02-01T00:00:00Z' ORDER BY time",
    );
    expect(snippets.curl).toMatch(/^curl 'http:.*format=csv' -o funding_rates\.csv$/);
    expect(snippets.pandas).toMatch(/^pandas\.read_parquet\("http:.*format=parquet"\)$/);
  });

  it('name the source within a table that several share', () => {
    expect(sharedColumns({ venue: 'binance', symbol: 'X', rate: 1 }, '1h')).toEqual({ venue: 'binance' });
    expect(sharedColumns({ timeframe: '4h' }, '1h')).toEqual({ timeframe: '1h' });
  });
});

describe('revisions', () => {
  const vintage = (time: string, known_at: string, value: number | null) => ({ time, known_at, value });
  const rows = [
    vintage('2025-01-01T00:00:00Z', '2025-03-12T05:00:00Z', 3.1),
    vintage('2025-01-01T00:00:00Z', '2025-02-12T05:00:00Z', 3.2),
    vintage('2025-02-01T00:00:00Z', '2025-03-12T05:00:00Z', null),
    vintage('2025-02-01T00:00:00Z', '2025-04-12T05:00:00Z', 3),
    vintage('2025-03-01T00:00:00Z', '2025-04-12T05:00:00Z', 2.9),
  ];
  const revised = findRevised(rows, { time: 'time', column: 'value' });

  it('are of the values that changed, each in the order in which it was known', () => {
    expect(revised.map(({ at, vintages }) => [at, vintages.map(({ value }) => value)])).toEqual([
      [Date.UTC(2025, 1), [null, 3]],
      [Date.UTC(2025, 0), [3.2, 3.1]],
    ]);
  });

  it('say what held on a day, or that nothing was known', () => {
    expect(heldAt(revised[1]!, Date.UTC(2025, 1, 20))?.value).toBe(3.2);
    expect(heldAt(revised[1]!, Date.UTC(2025, 2, 20))?.value).toBe(3.1);
    expect(heldAt(revised[1]!, Date.UTC(2025, 0, 20))).toBeUndefined();
  });
});
