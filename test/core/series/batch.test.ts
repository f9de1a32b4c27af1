import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sortAndDedupe, toBatch } from '../../../functions/core/series/batch.ts';
import {
  type Batch,
  lowerBound,
  rowsWithin,
  sliceBatch,
  type TableSpec,
} from '../../../functions/core/series/table.ts';

const table: TableSpec = {
  name: 'readings',
  columns: [
    { name: 'time', type: 'timestamptz' },
    { name: 'value', type: 'float8' },
    { name: 'note', type: 'text' },
  ],
  key: ['time'],
};
type Row = readonly [time: number, value: number | null, note: string | null];
const row = fc.tuple(
  fc.integer({ min: 0, max: 12 }),
  fc.option(fc.integer({ min: 0, max: 2 })),
  fc.option(fc.constantFrom('a', 'b')),
);
const rows = fc.array(row, { maxLength: 25 });

const rowsOf = (batch: Batch): Row[] =>
  Array.from({ length: batch.length }, (_, i) => {
    const [time, value, note] = batch.columns as [Float64Array, Float64Array, (string | null)[]];
    return [time[i]!, Number.isNaN(value[i]!) ? null : value[i]!, note[i]!];
  });

describe('sortAndDedupe', () => {
  it('keeps the first row of each instant, in order, and reports every row that it dropped and that differs', () => {
    fc.assert(
      fc.property(rows, (raw) => {
        const { batch, findings } = sortAndDedupe(toBatch(table, raw));
        const first = new Map<number, Row>();
        let conflicts = 0;
        for (const r of raw) {
          const kept = first.get(r[0]);
          if (!kept) first.set(r[0], r);
          else if (kept[1] !== r[1] || kept[2] !== r[2]) conflicts++;
        }
        expect(rowsOf(batch)).toEqual([...first.values()].sort((a, b) => a[0] - b[0]));
        expect([...batch.times]).toEqual(rowsOf(batch).map(([time]) => time));
        expect(findings.length).toBe(conflicts);
        expect(findings.every((f) => f.kind === 'duplicate-conflict' && first.has(f.time!))).toBe(true);
      }),
    );
  });

  it('leaves a good batch alone', () => {
    const batch = toBatch(table, [[1, 1, 'a'] as const, [2, null, null] as const]);
    expect(sortAndDedupe(batch).batch).toBe(batch);
  });

  it('reports both rows of a conflict', () => {
    const { findings } = sortAndDedupe(toBatch(table, [[5, 1, 'a'] as const, [5, 2, 'a'] as const]));
    expect(findings).toEqual([
      { kind: 'duplicate-conflict', time: 5, detail: { kept: '[5,1,"a"]', dropped: '[5,2,"a"]' } },
    ]);
  });
});

describe('batches by time', () => {
  const times = fc
    .uniqueArray(fc.integer({ min: 0, max: 40 }), { maxLength: 20 })
    .map((all) => all.sort((a, b) => a - b));

  it('finds the first row at or after an instant', () => {
    fc.assert(
      fc.property(times, fc.integer({ min: -1, max: 42 }), (all, at) => {
        const found = all.findIndex((t) => t >= at);
        expect(lowerBound(Float64Array.from(all), at)).toBe(found < 0 ? all.length : found);
      }),
    );
  });

  it('takes the rows within ranges, in one run or in several', () => {
    const sets = fc
      .uniqueArray(fc.integer({ min: 0, max: 40 }), { minLength: 2, maxLength: 8 })
      .map((cuts) => {
        const sorted = cuts.sort((a, b) => a - b);
        return sorted.flatMap((start, i) =>
          i % 2 === 0 && sorted[i + 1] ? [{ start, end: sorted[i + 1]! }] : [],
        );
      });
    fc.assert(
      fc.property(times, sets, (all, ranges) => {
        const batch = toBatch(
          table,
          all.map((t) => [t, t * 2, String(t)] as const),
        );
        const within = all.filter((t) => ranges.some((r) => r.start <= t && t < r.end));
        expect(rowsOf(rowsWithin(batch, ranges))).toEqual(within.map((t) => [t, t * 2, String(t)]));
      }),
    );
  });

  it('slices without copying the numbers, and leaves constants as they are', () => {
    const time = Float64Array.of(1, 2, 3);
    const batch: Batch = {
      length: 3,
      times: time,
      columns: [{ constant: 'BTCUSDT' }, time, ['a', 'b', 'c']],
    };
    const slice = sliceBatch(batch, 1, 3);
    expect(slice).toMatchObject({ length: 2, columns: [{ constant: 'BTCUSDT' }, {}, ['b', 'c']] });
    expect((slice.columns[1] as Float64Array).buffer).toBe(time.buffer);
    expect([...slice.times]).toEqual([2, 3]);
  });
});
