import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Evidence, explainHole } from '../../../functions/core/ledger/coverage.ts';
import { normalize } from '../../../functions/core/time/range.ts';

const evidence: Evidence[] = [{ what: 'GET /x', status: 200, at: 1 }];

describe('explainHole', () => {
  it('gives every instant one reason by the life of the symbol', () => {
    const at = fc.integer({ min: 0, max: 100 });
    fc.assert(
      fc.property(at, at, at, at, (start, length, listedAt, lived) => {
        const hole = { start, end: start + length + 1 };
        const delistedAt = listedAt + lived;
        const spans = explainHole(hole, { listedAt, delistedAt }, evidence);
        expect(normalize(spans.map((s) => s.span))).toEqual([hole]);
        expect(spans.reduce((sum, s) => sum + s.span.end - s.span.start, 0)).toBe(length + 1);
        for (const { span, reason } of spans) {
          for (const t of [span.start, span.end - 1]) {
            const due = t < listedAt ? 'pre-listing' : t >= delistedAt ? 'delisted' : 'venue-outage';
            // A life of no length divides nothing: either side will do.
            if (lived > 0) expect(reason).toBe(due);
          }
        }
      }),
    );
  });

  it('calls it an outage where the symbol trades or its life is not known', () => {
    const span = { start: 10, end: 20 };
    const outage = [{ span, reason: 'venue-outage', evidence }];
    expect(explainHole(span, { listedAt: 0 }, evidence)).toEqual(outage);
    expect(explainHole(span, undefined, evidence)).toEqual(outage);
  });

  it('calls it what the source knows it to be', () => {
    const reasons = (listedAt?: number) =>
      explainHole(
        { start: 10, end: 20 },
        listedAt === undefined ? undefined : { listedAt },
        evidence,
        'not-published',
      ).map(({ reason }) => reason);
    expect(reasons(15)).toEqual(['pre-listing', 'not-published']);
    expect(reasons()).toEqual(['not-published']);
  });
});
