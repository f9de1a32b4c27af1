import { describe, expect, it } from 'vitest';
import type { Series } from '../../functions/core/series/series.ts';
import { DAY, HOUR } from '../../functions/core/time/time.ts';
import { sources } from '../../functions/sources/index.ts';
import { bytes } from './conformance.ts';

const JANUARY = Date.UTC(2025, 0);
const list = (rows: unknown[]): unknown => ({ retCode: 0, result: { list: rows } });

/** Two rows of each venue, with stamps that are a thousand times what they should be. */
const ANSWERS: [
  source: string,
  timeframe: Series['timeframe'],
  symbol: string,
  body: (by: number) => unknown,
][] = [
  [
    'price_klines',
    '1h',
    'BTCUSDT',
    (by) => list([1, 0].map((h) => [String((JANUARY + h * HOUR) * by), ...Array(6).fill('1')])),
  ],
  [
    'open_interest_bybit',
    '1h',
    'BTCUSDT',
    (by) => list([1, 0].map((h) => ({ openInterest: '5', timestamp: String((JANUARY + h * HOUR) * by) }))),
  ],
  [
    'funding_bybit',
    '1h',
    'BTCUSDT',
    (by) =>
      list(
        [1, 0].map((n) => ({
          symbol: 'BTCUSDT',
          fundingRate: '0.0001',
          fundingRateTimestamp: String((JANUARY + n * 8 * HOUR) * by),
        })),
      ),
  ],
  [
    'fear_greed',
    '1d',
    'FNG',
    (by) => ({
      data: [1, 0].map((n) => ({
        value: '40',
        value_classification: 'Fear',
        timestamp: String(((JANUARY + n * DAY) / 1_000) * by),
      })),
    }),
  ],
  [
    'stablecoin_supply',
    '1d',
    'ALL',
    (by) =>
      [0, 1].map((n) => ({
        date: String(((JANUARY + n * DAY) / 1_000) * by),
        totalCirculatingUSD: { peggedUSD: 7 },
      })),
  ],
];

describe('stamps in another unit', () => {
  const parse = (id: string, timeframe: Series['timeframe'], symbol: string, body: unknown) => {
    const tier = sources[id]!.tiers.find((one) => one.kind === 'pages');
    if (tier?.kind !== 'pages') throw new Error('no pages');
    return tier.parse(bytes(JSON.stringify(body)), { source: id, symbol, timeframe }, Date.UTC(2026, 0));
  };

  // Rows of the year 56000 lie outside of every range: if they were accepted, they would prove that a range is empty.
  it.each(ANSWERS)('%s refuses them: the format changed', (id, timeframe, symbol, body) => {
    expect(parse(id, timeframe, symbol, body(1)).batch.length).toBe(2);
    expect(() => parse(id, timeframe, symbol, body(1_000))).toThrow(/malformed|no row reads|no time/);
  });
});
