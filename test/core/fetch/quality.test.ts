import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Quality } from '../../../functions/core/fetch/quality.ts';
import type { Page } from '../../../functions/core/ledger/coverage.ts';
import { toBatch } from '../../../functions/core/series/batch.ts';
import type { TableSpec } from '../../../functions/core/series/table.ts';
import { MINUTE } from '../../../functions/core/time/time.ts';
import { gex_deribit } from '../../../functions/sources/gex/gex_deribit.ts';
import { klines_spot } from '../../../functions/sources/klines/klines_spot.ts';
import { premium_index_klines } from '../../../functions/sources/klines/premium_index_klines.ts';
import { open_interest_binance } from '../../../functions/sources/open_interest/open_interest_binance.ts';
import { fear_greed } from '../../../functions/sources/sentiment/fear_greed.ts';

const START = Date.UTC(2025, 0, 1);
const { table } = klines_spot;

/** A candle of each minute: open, high, low, close, and volumes. */
type Candle = readonly [open: number, high: number, low: number, close: number, volume?: number];
const pageOf = (candles: readonly Candle[], from = START): Page => ({
  series: { source: 'klines_spot', symbol: 'BTCUSDT', timeframe: '1m' },
  rows: toBatch(
    table,
    candles.map(([open, high, low, close, volume = 1], i) => [
      'BTCUSDT',
      '1m',
      from + i * MINUTE,
      open,
      high,
      low,
      close,
      volume,
      volume * close,
      1,
      0,
      0,
    ]),
  ),
  have: [],
  empty: [],
  findings: [],
  object: 'x',
});
const plain: Candle = [10, 12, 9, 11];
const found = (...pages: Page[]) => {
  const quality = new Quality(table, '1m');
  return pages.flatMap((page) => quality.check(page).findings);
};

describe('candles', () => {
  it('of a difference may be negative and cross zero, but not contradict themselves', () => {
    const { table: signed } = premium_index_klines;
    const premiums = [
      [-0.0004, -0.0002, -0.0006, -0.0003],
      [-0.0003, 0.0001, -0.0003, 0],
      [0, 0.00000001, 0, 0.00000001],
      [0.9, 0.9, -0.1, -0.2],
    ];
    const page = {
      ...pageOf([plain]),
      rows: toBatch(
        signed,
        premiums.map((prices, i) => ['BTCUSDT', '1m', START + i * MINUTE, ...prices, 12]),
      ),
    };
    const { findings } = new Quality(signed, '1m').check(page);
    expect(findings.map(({ kind, time }) => [kind, time])).toEqual([
      ['ohlc-inconsistent', START + 3 * MINUTE],
    ]);
  });

  it('that are as they should be have no findings, and the page stays itself', () => {
    const page = pageOf([plain, [11, 11, 11, 11, 0], plain]);
    expect(new Quality(table, '1m').check(page)).toBe(page);
  });

  it.each<[string, Candle]>([
    ['a high below the low', [10, 8, 9, 10]],
    ['a high below the open', [13, 12, 9, 11]],
    ['a high below the close', [10, 12, 9, 13]],
    ['a low above the open', [10, 12, 10.5, 11]],
    ['a low above the close', [10, 12, 9.5, 9.4]],
  ])('with %s are reported with their instant and their prices', (_, odd) => {
    const [open, high, low, close] = odd;
    expect(found(pageOf([plain, odd, plain]))).toEqual([
      {
        kind: 'ohlc-inconsistent',
        time: START + MINUTE,
        until: START + 2 * MINUTE,
        detail: { open, high, low, close, rows: 1 },
      },
    ]);
  });

  it('with prices of zero or below, and volumes below zero', () => {
    expect(found(pageOf([plain, [0, 12, 0, 11], [-1, 12, -1, 11], plain, [10, 12, 9, 11, -3]]))).toEqual([
      {
        kind: 'non-positive-price',
        time: START + MINUTE,
        until: START + 3 * MINUTE,
        detail: { column: 'open', value: 0, rows: 2 },
      },
      {
        kind: 'negative-volume',
        time: START + 4 * MINUTE,
        until: START + 5 * MINUTE,
        detail: { column: 'volume', value: -3, rows: 1 },
      },
    ]);
  });

  const thousand: Candle = [10_000, 12_000, 9_000, 11_000];
  it('that jump a thousandfold, up and down, within a page and between two', () => {
    const jumps = [
      { kind: 'scale-jump', time: START + MINUTE, detail: { column: 'close', before: 11, value: 11_000 } },
      {
        kind: 'scale-jump',
        time: START + 2 * MINUTE,
        detail: { column: 'close', before: 11_000, value: 11 },
      },
    ];
    expect(found(pageOf([plain, thousand, plain]))).toEqual(jumps);
    expect(
      found(pageOf([plain]), pageOf([thousand], START + MINUTE), pageOf([plain], START + 2 * MINUTE)),
    ).toEqual(jumps);
    // Pages that are read from the newest back are no neighbours in this order.
    expect(found(pageOf([thousand], START + MINUTE), pageOf([plain]))).toEqual([]);
  });

  it('are consistent exactly when nothing is found', () => {
    const price = fc.double({ min: 0.5, max: 200, noNaN: true });
    fc.assert(
      fc.property(fc.array(fc.tuple(price, price, price, price), { minLength: 1 }), (candles) => {
        const odd = candles.filter(([o, h, l, c]) => h < Math.max(o, l, c) || l > Math.min(o, h, c)).length;
        const rows = found(pageOf(candles)).filter(({ kind }) => kind === 'ohlc-inconsistent');
        expect(rows.reduce((sum, { detail }) => sum + Number(detail.rows), 0)).toBe(odd);
      }),
    );
  });
});

describe('other tables', () => {
  const look = (of: TableSpec, rows: (string | number | null)[][]) => {
    const page = { ...pageOf([]), rows: toBatch(of, rows) };
    return new Quality(of, '1h').check(page).findings.map(({ kind }) => kind);
  };

  it('have a level of their own that may jump', () => {
    const at = (time: number, value: number) => [
      'binance',
      'BTCUSDT',
      '1h',
      time,
      value,
      'base',
      'one',
      value * 100,
    ];
    expect(look(open_interest_binance.table, [at(START, 80), at(START + 60 * MINUTE, 80_000)])).toEqual([
      'scale-jump',
    ]);
  });

  it('of an index that may be anything, and of many rows an instant, are left alone', () => {
    expect(
      look(fear_greed.table, [
        ['FNG', START, 1, 'Extreme Fear'],
        ['FNG', START + 1_440 * MINUTE, 99, 'Extreme Greed'],
      ]),
    ).toEqual([]);
    const columns = gex_deribit.table.columns.map(({ name, type }) => {
      if (name === 'symbol') return 'BTC';
      if (type === 'timestamptz') return START;
      return type === 'text' ? 'x' : 5;
    });
    const other = columns.map((value, c) =>
      gex_deribit.table.columns[c]!.name === 'strike' ? 50_000 : value,
    );
    expect(look(gex_deribit.table, [columns, other])).not.toContain('scale-jump');
  });
});
