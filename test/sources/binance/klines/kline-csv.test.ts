import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Series } from '../../../../functions/core/series/series.ts';
import { MINUTE } from '../../../../functions/core/time/time.ts';
import { klineCsvParser } from '../../../../functions/sources/binance/klines/kline-csv.ts';
import { bytes, parseFile } from '../../conformance.ts';

const series: Series = { source: 'klines_spot', symbol: 'BTCUSDT', timeframe: '1m' };
const start = Date.UTC(2018, 1, 9);

const line = (open: number | string, price = 1, volume: number | string = 1): string =>
  `${open},${price},${price},${price},${price},${volume},0,1,1,1,1,0\n`;

const parse = (text: string, pieceLength?: number) =>
  parseFile(klineCsvParser(series), bytes(text), pieceLength);
const times = (rows: readonly (readonly unknown[])[]): unknown[] => rows.map((row) => row[2]);

describe('a file of candles', () => {
  it('comes out row for row, whatever its order, pieces and unit of time', () => {
    const rows = fc.uniqueArray(fc.integer({ min: 0, max: 5000 }), { maxLength: 60 });
    fc.assert(
      fc.property(
        rows,
        fc.integer({ min: 1, max: 300 }),
        fc.constantFrom('', '000'),
        (minutes, length, micros) => {
          const text = minutes
            .map((n) => line(`${start + n * MINUTE}${micros}`, n + 0.5, '0.12345678'))
            .join('');
          const read = parse(text, length);
          const sorted = minutes.toSorted((a, b) => a - b);
          expect(times(read.rows)).toEqual(sorted.map((n) => start + n * MINUTE));
          expect(read.rows.map((row) => row[3])).toEqual(sorted.map((n) => n + 0.5));
          expect(read.rows.every((row) => row[7] === 0.12345678)).toBe(true);
          expect(read.findings).toEqual([]);
        },
      ),
    );
  });

  it('keeps the first of two rows of one minute and reports where the second one differs', () => {
    const { rows, findings } = parse(line(start, 5) + line(start, 6) + line(start + MINUTE) + line(start, 5));
    expect(times(rows)).toEqual([start, start + MINUTE]);
    expect(rows[0]?.[3]).toBe(5);
    expect(findings.map((f) => [f.kind, f.time])).toEqual([['duplicate-conflict', start]]);
  });

  it('gives its memory back when it is released, and the rows of the next batch are its own', () => {
    const parser = klineCsvParser({ ...series, timeframe: '1s' });
    const text = Array.from({ length: 90_001 }, (_, i) => line(start + i * 1000));
    const first = parser.push(bytes(text.slice(0, 90_000).join('')))!.batch;
    parser.push(bytes(text[90_000]!));
    const numbers = first.columns.filter((data) => data instanceof Float64Array);
    expect(numbers.map(({ length }) => length)).toEqual(Array.from({ length: 10 }, () => 90_000));
    first.release!();
    expect([first.times, ...numbers].map(({ length }) => length)).toEqual(
      Array.from({ length: 11 }, () => 0),
    );
    expect([...parser.end()!.batch.times]).toEqual([start + 90_000 * 1000]);
  });

  it('is not held whole: a long one comes in batches', () => {
    const parser = klineCsvParser({ ...series, timeframe: '1s' });
    const thousand = (n: number): string =>
      Array.from({ length: 1000 }, (_, i) => line(start + (n * 1000 + i) * 1000)).join('');
    const lengths: number[] = [];
    for (let n = 0; n < 200; n++) lengths.push(parser.push(bytes(thousand(n)))?.batch.length ?? 0);
    lengths.push(parser.end()?.batch.length ?? 0);
    expect(lengths.filter((length) => length > 0)).toEqual([90_000, 90_000, 20_000]);
  });
});

describe('candles off the grid', () => {
  it('go to the minute that they lie in, and a run of one offset is one finding', () => {
    const offset = 12_345;
    const open = (n: number) => line(start + n * MINUTE + offset);
    const { rows, findings } = parse(line(start) + open(1) + open(2) + open(4) + line(start + 5 * MINUTE));
    expect(times(rows)).toEqual([0, 1, 2, 4, 5].map((n) => start + n * MINUTE));
    expect(findings).toEqual([
      {
        kind: 'off-grid-time',
        time: start + MINUTE,
        until: start + 5 * MINUTE,
        detail: {
          rawOpenTime: start + MINUTE + offset,
          offsetMs: offset,
          rows: 3,
          until: '2018-02-09T00:05:00Z',
        },
      },
    ]);
  });

  it('begin another finding with another offset', () => {
    const { findings } = parse(line(start + 1) + line(start + MINUTE + 2) + line(start + 3 * MINUTE + 2));
    expect(findings.map((f) => [f.time, f.detail.offsetMs, f.detail.rows])).toEqual([
      [start, 1, 1],
      [start + MINUTE, 2, 2],
    ]);
  });

  it('keep the raw stamp in microseconds', () => {
    const { rows, findings } = parse(line(`${start}250`) + line(`${start + MINUTE}000`));
    expect(times(rows)).toEqual([start, start + MINUTE]);
    expect(findings.map((f) => f.detail)).toMatchObject([
      { rawOpenTime: start * 1000 + 250, offsetMs: 0.25 },
    ]);
  });

  it('conflict where an outage left two candles in one minute', () => {
    const { rows, findings } = parse(line(start, 1) + line(start + 30_000, 2) + line(start + MINUTE));
    expect(times(rows)).toEqual([start, start + MINUTE]);
    expect(findings.map((f) => f.kind)).toEqual(['off-grid-time', 'duplicate-conflict']);
  });
});

describe('candles that closed early', () => {
  const closed = (open: number, close: number, micros = '') =>
    line(`${open}${micros}`).replace(',0,1,1,1,1,0', `,${close}${micros},1,1,1,1,0`);
  const whole = (n: number, offset = 0) =>
    closed(start + n * MINUTE + offset, start + (n + 1) * MINUTE + offset - 1);
  const cutAt = (n: number, after: number) => closed(start + n * MINUTE, start + n * MINUTE + after);
  const cuts = (text: string) =>
    parse(text)
      .findings.filter(({ kind }) => kind === 'cut-short')
      .map(({ time, until, detail }) => [time! - start, until! - start, detail.missingMs, detail.rows]);

  it.each([
    ['none', whole(0) + whole(1), []],
    ['one', whole(0) + cutAt(1, 14_416) + whole(2), [[MINUTE, 2 * MINUTE, 45_583, 1]]],
    ['by a millisecond', cutAt(0, MINUTE - 2), [[0, MINUTE, 1, 1]]],
    ['at its opening', cutAt(0, 0), [[0, MINUTE, MINUTE - 1, 1]]],
    ['two side by side', cutAt(0, 5_000) + cutAt(1, 6_000), [[0, 2 * MINUTE, 54_999, 2]]],
    [
      'two apart',
      cutAt(0, 5_000) + whole(1) + cutAt(2, 9_999),
      [
        [0, MINUTE, 54_999, 1],
        [2 * MINUTE, 3 * MINUTE, 50_000, 1],
      ],
    ],
    ['off the grid and whole', whole(0, 22_104), []],
    ['off the grid and cut', closed(start + 22_104, start + MINUTE), [[0, MINUTE, 22_103, 1]]],
    ['in microseconds', closed(start, start + 30_000, '000'), [[0, MINUTE, 29_999, 1]]],
    ['later than the grid has it', closed(start, start + 2 * MINUTE), []],
    ['before the opening', closed(start, start - 1), []],
  ])('are a finding: %s', (_what, text, findings) => {
    expect(cuts(text)).toEqual(findings);
  });

  it('keep the close as it was written', () => {
    expect(parse(closed(start, start + 30_000, '000')).findings).toEqual([
      {
        kind: 'cut-short',
        time: start,
        until: start + MINUTE,
        detail: { rawCloseTime: (start + 30_000) * 1000, missingMs: 29_999, rows: 1 },
      },
    ]);
  });
});

describe('damage', () => {
  it('is reported by line and field', () => {
    const damaged = line(start) + line(start + MINUTE).replace(',1,1,1,1,', ',1,one,1,1,');
    expect(parse(damaged, 11).findings).toMatchObject([
      { kind: 'unreadable-cell', time: start + MINUTE, detail: { line: 2, column: 3, value: 'one' } },
    ]);
    expect(() => parse(damaged + line(start).replace(',1,1,', ',x,1,'), 11)).toThrow(
      'klines_spot BTCUSDT 1m: 2 cells cannot be parsed beside 1 readable rows; the first is line 2, column 3: one.',
    );
    expect(() => parse(`${line(start)}${line(start)}Service,is,unavailable,,,,,,,,,\n`)).toThrow(
      'line 3 of the CSV is not a candle.',
    );
    expect(() => parse(`${line(start)}${start},1,1\n`)).toThrow(
      'line 2 of the CSV ends after 3 of 11 fields.',
    );
  });

  it('is reported where a file is not text at all', () => {
    const noise = Uint8Array.from({ length: 200_000 }, (_, i) => 33 + (i % 7));
    expect(() => parseFile(klineCsvParser(series), noise, 16_384)).toThrow('is too long to be one');
  });
});
