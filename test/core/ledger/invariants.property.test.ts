import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { gapsAfterSuccess, overlapIn, unansweredIn } from '../../../functions/core/ledger/invariants.ts';
import { contains, normalize, type Range } from '../../../functions/core/time/range.ts';
import { HOUR } from '../../../functions/core/time/time.ts';

const range: fc.Arbitrary<Range> = fc
  .tuple(fc.integer({ min: 0, max: 60 }), fc.integer({ min: 1, max: 20 }))
  .map(([start, length]) => ({ start, end: start + length }));
const ranges = fc.array(range, { maxLength: 6 });
const instants = Array.from({ length: 90 }, (_, at) => at);

describe('spans of a series', () => {
  it('overlap exactly where an instant lies in two of them', () => {
    fc.assert(
      fc.property(ranges, (spans) => {
        const twice = instants.filter((at) => spans.filter((span) => contains([span], at)).length > 1);
        const overlap = overlapIn(spans);
        expect(overlap?.start).toBe(twice[0]);
        if (overlap) expect(twice).toContain(overlap.end - 1);
      }),
    );
  });

  it('of a job that succeeded have a gap exactly where one that is reported meets what was due', () => {
    fc.assert(
      fc.property(ranges, ranges, (due, gaps) => {
        const found = gapsAfterSuccess(normalize(due), gaps);
        for (const at of instants) expect(contains(found, at)).toBe(contains(due, at) && contains(gaps, at));
      }),
    );
  });
});

describe('instants of a file', () => {
  const hours = fc.uniqueArray(fc.integer({ min: 0, max: 8 }), { maxLength: 9 });
  const content = fc.record({ rows: hours, findings: hours });

  it('lack for a source where another has a row and this one neither row nor finding', () => {
    fc.assert(
      fc.property(fc.array(content, { minLength: 1, maxLength: 3 }), fc.boolean(), (all, silent) => {
        const names = all.map((_, i) => `source${i}`);
        const file = Object.fromEntries(
          all.map(({ rows, findings }, i) => {
            const times = Float64Array.from(
              rows.toSorted((a, b) => a - b),
              (hour) => hour * HOUR,
            );
            const notes = findings.map((hour) => ({ kind: 'empty-field', time: hour * HOUR, detail: {} }));
            return [`source${i}`, { batch: { length: times.length, times }, findings: notes }];
          }),
        );
        const sources = silent ? [...names, 'silent'] : names;
        const broken = new Map(unansweredIn(file, sources, '1h').map(({ source, at }) => [source, at]));
        for (let hour = 0; hour <= 8; hour++) {
          const stands = all.some(({ rows }) => rows.includes(hour));
          sources.forEach((source, i) => {
            const own = all[i];
            const answered = own !== undefined && (own.rows.includes(hour) || own.findings.includes(hour));
            expect(contains(broken.get(source) ?? [], hour * HOUR)).toBe(stands && !answered);
          });
        }
      }),
    );
  });
});
