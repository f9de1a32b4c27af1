import { expect, it } from 'vitest';
import type { Series } from '../../functions/core/series/series.ts';
import type { Source } from '../../functions/core/series/source.ts';
import { sources } from '../../functions/sources/index.ts';
import { bytes, parseFile } from './conformance.ts';

const january = Date.UTC(2025, 0);
const HOUR = 3_600_000;
const list = (rows: unknown[]): unknown => ({ retCode: 0, result: { list: rows } });
const candle = (hour: number, open: unknown) => {
  const start = january + hour * HOUR;
  return [start, open, '1', '1', '1', '1', start + HOUR - 1, '1', 1, '1', '1', '0'];
};
const observation = (date: string, value: unknown) => ({
  realtime_start: '2025-06-01',
  realtime_end: '9999-12-31',
  date,
  value,
});

/** Three rows each, of which the second one has a cell that cannot be parsed. */
const ANSWERS: [
  source: string,
  timeframe: Series['timeframe'],
  symbol: string,
  field: string,
  body: unknown,
][] = [
  ['klines_spot', '1h', 'BTCUSDT', 'field 2', [candle(0, '1'), candle(1, ''), candle(2, '1')]],
  ['klines_perp', '1h', 'BTCUSDT', 'field 2', [candle(0, '1'), candle(1, null), candle(2, '1')]],
  [
    'price_klines',
    '1h',
    'BTCUSDT',
    'close',
    list([2, 1, 0].map((h) => [String(january + h * HOUR), '1', '1', '1', h === 1 ? '' : '1', '1', '1'])),
  ],
  [
    'open_interest_bybit',
    '1h',
    'BTCUSDT',
    'openInterest',
    list([2, 1, 0].map((h) => ({ openInterest: h === 1 ? '' : '5', timestamp: String(january + h * HOUR) }))),
  ],
  [
    'funding_bybit',
    '1h',
    'BTCUSDT',
    'fundingRate',
    list(
      [2, 1, 0].map((n) => ({
        symbol: 'BTCUSDT',
        fundingRate: n === 1 ? '' : '0.0001',
        fundingRateTimestamp: String(january + n * 8 * HOUR),
      })),
    ),
  ],
  [
    'funding_binance',
    '1h',
    'BTCUSDT',
    'fundingRate',
    [0, 1, 2].map((n) => ({ fundingTime: january + n * 8 * HOUR, fundingRate: n === 1 ? null : '0.0001' })),
  ],
  [
    'fear_greed',
    '1d',
    'FNG',
    'value',
    {
      data: [2, 1, 0].map((n) => ({
        value: n === 1 ? '' : '40',
        value_classification: 'Fear',
        timestamp: String(january / 1_000 + n * 86_400),
      })),
    },
  ],
  [
    'btc_market_cap',
    '1d',
    'BTC',
    'CapMrktCurUSD',
    {
      data: [1, 2, 3].map((n) => ({
        time: `2025-01-0${n}T00:00:00.000000000Z`,
        CapMrktCurUSD: n === 2 ? 'NaN' : '1',
      })),
    },
  ],
  [
    'stablecoin_supply',
    '1d',
    'ALL',
    'peggedUSD',
    [0, 1, 2].map((n) => ({
      date: String(january / 1_000 + n * 86_400),
      totalCirculatingUSD: { peggedUSD: n === 1 ? null : 7 },
    })),
  ],
  [
    'macro_fred',
    '1d',
    'UNRATE',
    'value',
    {
      observations: [
        observation('2025-01-01', '4'),
        observation('2025-02-01', ''),
        observation('2025-03-01', '4'),
      ],
    },
  ],
];

it.each(ANSWERS)(
  '%s keeps the rows beside a cell that cannot be parsed',
  (id, timeframe, symbol, field, body) => {
    const source = (sources as Readonly<Record<string, Source>>)[id]!;
    const tier = source.tiers.find((one) => one.kind === 'pages')!;
    if (tier.kind !== 'pages') throw new Error('no pages');
    const series: Series = { source: id, symbol, timeframe };
    const parsed = tier.parse(bytes(JSON.stringify(body)), series, Date.UTC(2026, 0));
    expect([parsed.batch.length, parsed.rowsInBody]).toEqual([2, 3]);
    expect(parsed.findings).toMatchObject([{ kind: 'unreadable-cell', detail: { field, rows: 1 } }]);
    const [finding] = parsed.findings;
    expect(finding!.time).toBeGreaterThan(parsed.batch.times[0]!);
    expect(finding!.until).toBeLessThanOrEqual(parsed.batch.times[1]!);
  },
);

const csv = (rows: readonly (readonly unknown[])[]): string =>
  rows.map((row) => `${row.join(',')}\n`).join('');
const KLINE_HEADER =
  'open_time,open,high,low,close,volume,close_time,quote_volume,count,taker_buy_volume,taker_buy_quote_volume,ignore'.split(
    ',',
  );
const METRICS_HEADER = (
  'create_time,symbol,sum_open_interest,sum_open_interest_value,count_toptrader_long_short_ratio,' +
  'sum_toptrader_long_short_ratio,count_long_short_ratio,sum_taker_long_short_vol_ratio'
).split(',');
const metrics = (hour: number) => [`2025-01-01 0${hour}:00:00`, 'BTCUSDT', 1, 2, 3, 4, 5, 6];
const funding = (n: number) => [january + n * 8 * HOUR, 8, '0.0001'];
const [FUNDING_HEADER, ...noHeader] = [
  ['calc_time', 'funding_interval_hours', 'last_funding_rate'],
  candle(0, '1'),
  candle(1, '1'),
  candle(2, '1'),
];
const withHeader = [KLINE_HEADER, ...noHeader];
const settled = [FUNDING_HEADER!, funding(0), funding(1), funding(2)];
const readings = [METRICS_HEADER, metrics(1), metrics(2), metrics(3)];

/** Whole files; the cell stands in the second of three rows. */
const FILES: [
  source: string,
  column: number,
  text: string,
  lines: readonly (readonly unknown[])[],
  kept: number,
  dated?: boolean,
][] = [
  ['klines_spot', 2, 'n/a', noHeader, 2],
  ['klines_spot', 5, '', noHeader, 2],
  ['klines_spot', 9, '-1', noHeader, 2],
  ['klines_spot', 1, '"1735693200000"', noHeader, 2, false],
  ['klines_spot', 1, '1735693200', noHeader, 2, false],
  ['klines_perp', 8, 'NaN', withHeader, 2],
  ['funding_binance', 3, '', settled, 2],
  // The neighbours say it.
  ['funding_binance', 2, '', settled, 3],
  ['funding_binance', 1, 'x', settled, 2, false],
  ['open_interest_binance', 3, 'x', readings, 2],
  ['ratio_top_accounts', 5, 'x', readings, 2],
  ['open_interest_binance', 1, 'yesterday', readings, 2, false],
];

it.each(FILES)(
  'a file of %s keeps the rows beside column %d that reads "%s"',
  (...[id, column, text, lines, kept, dated = true]) => {
    const source = (sources as Readonly<Record<string, Source>>)[id]!;
    const tier = source.tiers.find((one) => one.kind === 'archive')!;
    if (tier.kind !== 'archive') throw new Error('no archive');
    const at = lines.length - 2;
    const damaged = lines.with(at, lines[at]!.with(column - 1, text));
    const series: Series = { source: id, symbol: 'BTCUSDT', timeframe: '1h' };
    const { rows, findings } = parseFile(tier.parser(series), bytes(csv(damaged)), 7);
    expect(rows).toHaveLength(kept);
    const unread = findings.filter(({ kind }) => kind === 'unreadable-cell');
    expect(unread).toMatchObject([
      {
        detail: {
          line: at + 1,
          column,
          value: text.replaceAll('"', id === 'klines_spot' ? '"' : ''),
          rows: 1,
        },
      },
    ]);
    expect(unread[0]!.time !== undefined).toBe(dated);
  },
);

it('a bad cell of one statistic of a day of metrics costs the others nothing', () => {
  const tier = (sources as Readonly<Record<string, Source>>).open_interest_binance!.tiers.find(
    (one) => one.kind === 'archive',
  )!;
  if (tier.kind !== 'archive') throw new Error('no archive');
  const series: Series = { source: 'open_interest_binance', symbol: 'BTCUSDT', timeframe: '1h' };
  const parser = tier.parser(series);
  parser.push(bytes(csv(readings.with(2, readings[2]!.with(6, 'x')))));
  const { batch, findings, also = {} } = parser.end()!;
  expect([batch.length, findings]).toEqual([3, []]);
  const others = Object.entries(also).map(([id, one]) => [
    id,
    one.batch.length,
    one.findings.map(({ kind }) => kind),
  ]);
  expect(others).toContainEqual(['ratio_top_positions', 3, []]);
  expect(others).toContainEqual(['ratio_global_accounts', 2, ['unreadable-cell', 'empty-field']]);
});
