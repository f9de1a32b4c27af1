import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ColumnBatch, FileColumn } from '../../../../functions/core/queries/export/columnar.ts';
import type { TextFormat } from '../../../../functions/core/queries/export/formats.ts';
import { textRows } from '../../../../functions/core/queries/export/text-rows.ts';
import { iso } from '../../../../functions/core/time/time.ts';

const AT = Date.UTC(2025, 0, 1);
const columns: readonly FileColumn[] = [
  { name: 'symbol', type: 'text', nullable: false },
  { name: 'time', type: 'timestamptz', nullable: false },
  { name: 'close', type: 'float8', nullable: true },
  { name: 'trades', type: 'int4', nullable: true },
  { name: 'known', type: 'bool', nullable: true },
  { name: 'note', type: 'text', nullable: true },
];
const batch: ColumnBatch = {
  length: 3,
  columns: [
    { constant: '币安USDT' },
    Float64Array.of(AT, AT + 59_999, AT + 86_400_000 + 0.4),
    Float64Array.of(0.1, Number.NaN, -1.5e-7),
    Float64Array.of(1, Number.NaN, -(2 ** 31)),
    Float64Array.of(1, Number.NaN, 0),
    ['', null, 'say "x",\nand'],
  ],
};
const objects = [
  { symbol: '币安USDT', time: '2025-01-01T00:00:00Z', close: 0.1, trades: 1, known: true, note: '' },
  {
    symbol: '币安USDT',
    time: '2025-01-01T00:00:59.999Z',
    close: null,
    trades: null,
    known: null,
    note: null,
  },
  {
    symbol: '币安USDT',
    time: '2025-01-02T00:00:00Z',
    close: -1.5e-7,
    trades: -(2 ** 31),
    known: false,
    note: 'say "x",\nand',
  },
];

function written(format: TextFormat, batches: readonly ColumnBatch[], of = columns): string {
  const { head, lines, foot } = textRows(format, of);
  return Buffer.concat([head, ...batches.flatMap((one) => lines(one)), foot]).toString();
}

describe('rows as text', () => {
  it('are CSV that quotes what needs it and keeps NULL apart from the empty text', () => {
    expect(written('csv', [batch])).toBe(
      'symbol,time,close,trades,known,note\n' +
        '币安USDT,2025-01-01T00:00:00Z,0.1,1,true,""\n' +
        '币安USDT,2025-01-01T00:00:59.999Z,,,,\n' +
        '币安USDT,2025-01-02T00:00:00Z,-1.5e-7,-2147483648,false,"say ""x"",\nand"\n',
    );
  });

  it('are CSV for spreadsheets, with times and an encoding that they recognize', () => {
    const [first, second, third] = written('excel', [batch]).split('\n');
    expect(first).toBe('\ufeffsymbol,time,close,trades,known,note');
    expect(second).toBe('币安USDT,2025-01-01 00:00:00,0.1,1,true,""');
    expect(third).toBe('币安USDT,2025-01-01 00:00:59.999,,,,');
  });

  it('are a row of JSON in each line, or one array', () => {
    const lines = written('ndjson', [batch]);
    expect(lines.endsWith('}\n')).toBe(true);
    expect(
      lines
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toEqual(objects);
    expect(JSON.parse(written('json', [batch, batch]))).toEqual([...objects, ...objects]);
    expect(JSON.parse(written('json', []))).toEqual([]);
  });

  it('have jsonb as JSON, and as a cell of text', () => {
    const detail: readonly FileColumn[] = [{ name: 'detail', type: 'jsonb', nullable: true }];
    const found = { length: 1, columns: [['{"a": [1, "x"]}']] };
    expect(written('ndjson', [found], detail)).toBe('{"detail":{"a":[1,"x"]}}\n');
    expect(written('csv', [found], detail)).toBe('detail\n"{""a"": [1, ""x""]}"\n');
  });

  it('are what rows as objects would be, whatever the values and the borders of batches', () => {
    const cell = fc.record({
      word: fc.option(fc.string({ unit: 'binary' }), { nil: null }),
      at: fc.integer({ min: Date.UTC(1900, 0), max: Date.UTC(2200, 0) }),
      value: fc.oneof(fc.double(), fc.integer(), fc.constantFrom(-0, 0.1 + 0.2, 1e21, 5e-324)),
    });
    const of: readonly FileColumn[] = [
      { name: 'word', type: 'text', nullable: true },
      { name: 'at', type: 'timestamptz', nullable: false },
      { name: 'value', type: 'float8', nullable: true },
    ];
    const asBatch = (rows: readonly { word: string | null; at: number; value: number }[]): ColumnBatch => ({
      length: rows.length,
      columns: [
        rows.map(({ word }) => word),
        Float64Array.from(rows, ({ at }) => at),
        Float64Array.from(rows, ({ value }) => value),
      ],
    });
    fc.assert(
      fc.property(fc.array(cell, { maxLength: 12 }), fc.nat(12), (rows, cut) => {
        const batches = [asBatch(rows.slice(0, cut)), asBatch(rows.slice(cut))];
        const wanted = rows.map(({ word, at, value }) => ({
          word: word?.toWellFormed() ?? null,
          at: iso(at),
          value,
        }));
        expect(written('ndjson', batches, of)).toBe(wanted.map((row) => `${JSON.stringify(row)}\n`).join(''));
        expect(JSON.parse(written('json', batches, of))).toEqual(JSON.parse(JSON.stringify(wanted)));
      }),
      { numRuns: 60 },
    );
  });

  it('come in pieces, so that a text longer than one is whole', () => {
    const long = 'x'.repeat(300_000);
    const of: readonly FileColumn[] = [{ name: 'word', type: 'text', nullable: false }];
    expect(written('csv', [{ length: 3, columns: [['a', long, 'b']] }], of)).toBe(`word\na\n${long}\nb\n`);
  });
});
