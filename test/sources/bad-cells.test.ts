import { expect, it } from 'vitest';
import type { Series } from '../../functions/core/series.ts';
import type { Source } from '../../functions/core/source.ts';
import { sources } from '../../functions/sources/index.ts';
import { bytes } from './conformance.ts';

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

/** Three rows each, of which the second one has a cell that does not read. */
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
  '%s keeps the rows beside a cell that does not read',
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
