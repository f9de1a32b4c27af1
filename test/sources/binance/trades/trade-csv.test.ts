import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Parsed } from '../../../../functions/core/series/source.ts';
import { periodAt } from '../../../../functions/core/time/period.ts';
import { measure, normalize, union } from '../../../../functions/core/time/range.ts';
import { DAY, MINUTE } from '../../../../functions/core/time/time.ts';
import { PIECE_ROWS, tradeCsvParser } from '../../../../functions/sources/binance/trades/trade-csv.ts';
import { bytes, parseFile, rowsOf } from '../../conformance.ts';

const series = { source: 'trades_spot', symbol: 'BTCUSDT', timeframe: '1m' as const };
const day = Date.UTC(2024, 6, 4);
const facts = { period: periodAt('day', day) };
const line = (id: number, time: number): string => `${id},60000.1,0.5,${id},${id},${time},true\n`;
const answeredIn = (parsed: readonly Parsed[]) =>
  parsed.map(({ answered }) => answered ?? []).reduce(union, []);

describe('a day of trades', () => {
  it('comes in pieces of whole minutes that are no larger for a larger file', () => {
    const perMinute = 400;
    const parser = tradeCsvParser('day')(series, undefined, facts);
    const sizes: number[] = [];
    let answered = normalize([]);
    let rows = 0;
    const take = (parsed: Parsed | undefined): void => {
      if (!parsed) return;
      const { batch } = parsed;
      sizes.push(batch.length);
      rows += batch.length;
      expect(batch.length % perMinute).toBe(0);
      answered = union(answered, parsed.answered ?? []);
      batch.release?.();
    };
    for (let minute = 0; minute < 1_440; minute++) {
      const lines = Array.from({ length: perMinute }, (_, i) =>
        line(minute * perMinute + i, day + minute * MINUTE + i * 149),
      );
      take(parser.push(bytes(lines.join(''))));
    }
    take(parser.end());
    expect(rows).toBe(1_440 * perMinute);
    expect(Math.max(...sizes)).toBeLessThan(PIECE_ROWS + perMinute);
    expect(answered).toEqual([{ start: day, end: day + DAY }]);
  });

  it('accounts for its quiet minutes too, and for all of itself where it is empty', () => {
    const quiet = parseFile(
      tradeCsvParser('day')(series, undefined, facts),
      bytes(line(1, day + 7 * MINUTE)),
    );
    expect(answeredIn(quiet.parsed)).toEqual([{ start: day, end: day + DAY }]);
    const none = parseFile(tradeCsvParser('day')(series, undefined, facts), new Uint8Array());
    expect(answeredIn(none.parsed)).toEqual([{ start: day, end: day + DAY }]);
  });

  it('says which trades it lacks', () => {
    const lines = [
      line(10, day),
      line(11, day + 5),
      line(20, day + 3 * MINUTE + 7),
      line(21, day + 4 * MINUTE),
    ];
    const read = parseFile(tradeCsvParser('day')(series, undefined, facts), bytes(lines.join('')));
    expect(read.findings).toEqual([
      {
        kind: 'missing-trades',
        time: day + 5,
        until: day + 3 * MINUTE + 8,
        detail: { after: 11, before: 20, trades: 8 },
      },
    ]);
    expect(measure(answeredIn(read.parsed))).toBe(DAY);
  });

  it('is refused where it goes back behind what was given away', () => {
    const parser = tradeCsvParser('day')(series, undefined, facts);
    const many = Array.from({ length: PIECE_ROWS }, (_, i) => line(i, day + i * 10));
    expect(parser.push(bytes(many.join('')))).toBeDefined();
    expect(() => parser.push(bytes(line(PIECE_ROWS, day)))).toThrow(
      expect.objectContaining({ code: 'malformed-rows' }),
    );
  });
});

describe('a month of trades', () => {
  it('leaves the minutes around what it lacks to the day', () => {
    const gaps = fc.uniqueArray(fc.integer({ min: 1, max: 299 }), { maxLength: 5 });
    fc.assert(
      fc.property(gaps, (lost) => {
        // Ten trades a minute; lost ones leave a jump of ids.
        const kept = Array.from({ length: 300 }, (_, i) => i).filter((i) => !lost.includes(i));
        const timeOf = (i: number): number => day + i * (MINUTE / 10);
        const file = bytes(kept.map((i) => line(i, timeOf(i))).join(''));
        const month = { period: periodAt('month', day) };
        const parser = tradeCsvParser('month')(series, undefined, {
          period: { ...month.period, start: day, end: day + 30 * MINUTE },
        });
        const read = parseFile(parser, file, 64);
        expect(read.findings).toEqual([]);
        const answered = answeredIn(read.parsed);
        const doubtful = new Set(
          lost.flatMap((i) => {
            const [before, after] = [kept.findLast((one) => one < i)!, kept.find((one) => one > i)];
            if (after === undefined) return [];
            const [from, to] = [before, after].map((one) => Math.floor(timeOf(one) / MINUTE)) as [
              number,
              number,
            ];
            return Array.from({ length: to - from + 1 }, (_, n) => (from + n) * MINUTE);
          }),
        );
        expect(measure(answered)).toBe((30 - doubtful.size) * MINUTE);
        for (const minute of doubtful) {
          expect(answered.some(({ start, end }) => start <= minute && minute < end)).toBe(false);
        }
      }),
    );
  });

  it('gives rows that the day would give', () => {
    const file = bytes([line(1, day), line(2, day + 1)].join(''));
    const [month] = parseFile(tradeCsvParser('month')(series), file).parsed;
    const [ofDay] = parseFile(tradeCsvParser('day')(series), file).parsed;
    expect(rowsOf(month!)).toEqual(rowsOf(ofDay!));
  });
});
