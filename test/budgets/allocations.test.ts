import { beforeAll, describe, expect, it } from 'vitest';
import type { ArchiveTier } from '../../functions/core/series/source.ts';
import { klines_spot } from '../../functions/sources/klines/klines_spot.ts';
import { type Allocated, allocatedPerRow } from './support/allocations.ts';

/**
 * What a candle leaves in memory between the archive's CSV and the bytes of COPY. Columns are typed arrays, so that half
 * a million rows are a dozen objects; what a row does leave on the heap are numbers that pass through a call which the
 * compiler does not inline: 16 bytes each. The counts are the same in each run; the bounds leave room for one such number
 * more. When one is passed on purpose, raise it by 16; when they got fewer, lower it.
 */
let allocated: Allocated;
beforeAll(async () => {
  allocated = await allocatedPerRow();
});

const BOXED = 16;

describe('parsing a candle', () => {
  it('leaves two numbers on the heap and no object', () => {
    expect(allocated.rows).toBe(44_640);
    expect(allocated.parse.heap).toBeLessThan(3 * BOXED);
  });

  it('takes ten doubles outside of it: the time and nine numbers', () => {
    expect(allocated.parse.outside).toBeGreaterThanOrEqual(10 * 8);
    expect(allocated.parse.outside).toBeLessThan(12 * 8);
  });

  it('leaves none of them for the collector once the rows are committed', () => {
    expect(allocated.released).toBeLessThan(8);
  });

  it('makes columns, whatever the rows', () => {
    const parser = (klines_spot.tiers[0] as ArchiveTier).parser({
      source: 'klines_spot',
      symbol: 'BTCUSDT',
      timeframe: '1m',
    });
    const line = (i: number): string =>
      `${i * 60_000 + 1.7e12},1,2,0,1,5,${i * 60_000 + 1.7e12 + 59_999},5,3,2,2,0`;
    parser.push(new TextEncoder().encode(`${[0, 1, 2].map(line).join('\n')}\n`));
    const { batch } = parser.end()!;
    const kinds = batch.columns.map((data) => ('constant' in data ? 'constant' : data.constructor.name));
    expect(kinds).toEqual([
      'constant',
      'constant',
      ...Array.from({ length: klines_spot.table.columns.length - 2 }, () => 'Float64Array'),
    ]);
  });
});

describe('encoding a candle', () => {
  it('leaves nothing on the heap', () => {
    expect(allocated.encode.heap).toBeLessThan(BOXED);
  });

  it('takes a buffer of half a megabyte, whatever the rows', () => {
    expect(allocated.encode.outside * allocated.rows).toBeLessThan(800 * 1_024);
  });
});
