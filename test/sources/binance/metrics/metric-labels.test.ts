import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LabelRule } from '../../../../functions/core/series/labels.ts';
import type { Parsed } from '../../../../functions/core/series/source.ts';
import { periodAt } from '../../../../functions/core/time/period.ts';
import { answeredAt, readAt } from '../../../../functions/sources/binance/metrics/metric-labels.ts';
import { metricsParser, USDM_FILES } from '../../../../functions/sources/binance/metrics/metrics-csv.ts';
import { STATISTICS } from '../../../../functions/sources/binance/metrics/statistics.ts';
import { bytes, parseFile, rowsOf } from '../../conformance.ts';

const SLOT = 300_000;
const at = (text: string): number => Date.parse(`${text}Z`);
const text = (time: number): string => new Date(time).toISOString().slice(0, 19).replace('T', ' ');
const fine = { source: 'open_interest_binance', symbol: 'BTCUSDT', timeframe: '5m' as const };

describe('a label', () => {
  const held: LabelRule = { start: at('2026-08-01'), end: Number.POSITIVE_INFINITY, shiftMs: 0, held: true };
  const decided: LabelRule = { ...held, end: at('2026-09-01'), shiftMs: SLOT, held: false };
  it.each([
    ['2020-09-01', '2020-09-01T00:05', '2020-09-01T00:05', [] as LabelRule[]],
    ['2025-03-01', '2025-03-02T00:00', '2025-03-02T00:00', []],
    ['2026-06-24', '2026-06-25T00:00', '2026-06-25T00:00', []],
    ['2026-06-25', '2026-06-25T00:00', '2026-06-25T00:05', []],
    ['2026-06-25', '2026-06-25T23:55', '2026-06-26T00:00', []],
    ['2026-07-31', '2026-07-31T12:00', '2026-07-31T12:05', [held]],
    ['2026-08-01', '2026-08-01T12:00', '2026-08-01T12:00', [held]],
    ['2026-08-01', '2026-08-01T12:00', '2026-08-01T12:05', [held, decided]],
    ['2026-09-01', '2026-09-01T12:00', '2026-09-01T12:00', [held, decided]],
  ])('in the file of %s, %s, stands for %s', (day, label, time, exceptions) => {
    const read = readAt(at(label), at(day), exceptions);
    expect(read).toEqual({
      time: at(time),
      knownAt: at(time),
      label: label === time ? null : at(label),
    });
  });

  it('and the stamp of REST of the same reading come to one instant', () => {
    const end = at('2026-07-01T00:05');
    expect(answeredAt(end, false)).toEqual(readAt(end, at('2026-06-24')));
    expect(answeredAt(end - SLOT, true)).toEqual(readAt(end - SLOT, at('2026-07-01')));
  });
});

const valueAt = (time: number): number => ((time / SLOT) % 9_973) + 1;
const line = (label: number, time: number, columns = 6): string =>
  [text(label), 'BTCUSDT', ...Array.from({ length: columns }, () => String(valueAt(time)))].join(',');
const HEADER =
  'create_time,symbol,sum_open_interest,sum_open_interest_value,count_toptrader_long_short_ratio,' +
  'sum_toptrader_long_short_ratio,count_long_short_ratio,sum_taker_long_short_vol_ratio';
const read = (day: string, lines: readonly string[], exceptions: readonly LabelRule[] = []): Parsed => {
  const facts = { period: periodAt('day', at(day)), labels: exceptions };
  const parser = metricsParser(USDM_FILES)(fine, undefined, facts);
  return parseFile(parser, bytes(`${[HEADER, ...lines].join('\n')}\n`)).parsed[0]!;
};
const labels = (first: string): number[] => Array.from({ length: 288 }, (_, i) => at(first) + i * SLOT);

describe('the layout of a file', () => {
  it.each([
    ['of ends', '2025-03-01', '2025-03-01T00:05', '2025-03-01T00:05', []],
    ['of beginnings', '2025-03-01', '2025-03-01T00:00', '2025-03-01T00:00', []],
    ['of beginnings, since they moved', '2026-07-01', '2026-07-01T00:00', '2026-07-01T00:05', []],
    [
      'of ends, where beginnings are due',
      '2026-07-01',
      '2026-07-01T00:05',
      '2026-07-01T00:10',
      ['label-layout'],
    ],
    ['of another day', '2025-03-01', '2025-03-02T00:05', '2025-03-02T00:05', ['label-layout']],
  ])('%s gives all rows', (_, day, first, time, findings) => {
    const parsed = read(
      day,
      labels(first).map((label) => line(label, label)),
    );
    expect(parsed.batch.times[0]).toBe(at(time));
    expect(parsed.batch.length).toBe(288);
    expect(parsed.findings.map(({ kind }) => kind)).toEqual(findings);
    for (const { batch } of Object.values(parsed.also!)) expect(batch.times).toEqual(parsed.batch.times);
  });

  it('of both ends at once is odd', () => {
    const both = [at('2025-03-01'), ...labels('2025-03-01T00:05')].map((label) => line(label, label));
    expect(read('2025-03-01', both).findings.map(({ kind }) => kind)).toEqual(['label-layout']);
  });

  it('is left as it is while the conversion is held, and every statistic says so', () => {
    const held = { start: at('2026-07-01'), end: Number.POSITIVE_INFINITY, shiftMs: 0, held: true };
    const lines = labels('2026-07-02T00:00').map((label) => line(label, label));
    const parsed = read('2026-07-02', lines, [held]);
    expect([parsed.batch.times[0], rowsOf(parsed)[0]!.at(-1)]).toEqual([at('2026-07-02'), null]);
    for (const { findings } of [parsed, ...Object.values(parsed.also!)]) {
      expect(findings.map(({ kind }) => kind)).toEqual(['label-unconverted']);
    }
  });

  it('keeps the label beside the time where it is another one', () => {
    const [row] = rowsOf(read('2026-07-01', [line(at('2026-07-01'), 0)]));
    expect([row![3], row!.at(-1)]).toEqual([at('2026-07-01T00:05'), at('2026-07-01')]);
  });
});

it('gives each instant of a damaged file to each of the five, or says why not', () => {
  const damage = fc.record({
    since: fc.boolean(),
    ends: fc.boolean(),
    without: fc.uniqueArray(fc.integer({ min: 0, max: 287 }), { maxLength: 40 }),
    blank: fc.array(fc.tuple(fc.integer({ min: 0, max: 287 }), fc.integer({ min: 2, max: 7 })), {
      maxLength: 40,
    }),
    twice: fc.uniqueArray(fc.integer({ min: 0, max: 287 }), { maxLength: 10 }),
    late: fc.uniqueArray(fc.integer({ min: 0, max: 287 }), { maxLength: 10 }),
    unsorted: fc.boolean(),
  });
  fc.assert(
    fc.property(damage, ({ since, ends, without, blank, twice, late, unsorted }) => {
      const day = since ? '2026-07-01' : '2025-03-01';
      const gone = new Set(without);
      const rows = labels(`${day}T00:0${ends ? 5 : 0}`).map((label, i) => {
        const fields = line(label + (late.includes(i) ? 3_000 : 0), label).split(',');
        for (const [row, column] of blank) if (row === i) fields[column] = i % 2 ? '""' : '';
        return { label, i, fields };
      });
      const lines = rows
        .filter(({ i }) => !gone.has(i))
        .flatMap(({ i, fields }) => (twice.includes(i) ? [fields, fields] : [fields]))
        .map((fields) => fields.join(','));
      const parsed = read(day, unsorted ? lines.toReversed() : lines);
      const all = { [fine.source]: parsed, ...parsed.also };
      for (const { id, columns } of STATISTICS) {
        const { batch, findings } = all[id]!;
        const first = HEADER.split(',').indexOf(columns[0]!);
        const readTimes = new Set(batch.times);
        const about = findings.filter(({ kind }) => kind === 'empty-field');
        // Read and not blank, or blank and explained.
        const wrong = rows.filter(({ label, i, fields }) => {
          if (gone.has(i)) return false;
          const { time } = readAt(label, at(day));
          const isBlank = ['', '""'].includes(fields[first]!);
          const explained = about.some((finding) => finding.time! <= time && time < finding.until!);
          return readTimes.has(time) === isBlank || (isBlank && !explained);
        });
        expect(wrong).toEqual([]);
        expect(batch.length).toBe(
          rows.filter(({ i, fields }) => !gone.has(i) && !['', '""'].includes(fields[first]!)).length,
        );
      }
    }),
    { numRuns: 60 },
  );
});
