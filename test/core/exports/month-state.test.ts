import { describe, expect, it } from 'vitest';
import { type MonthFacts, monthState } from '../../../functions/core/exports/month-state.ts';
import type { LedgerEntry } from '../../../functions/core/queries/ports.ts';
import { DAY, iso, MINUTE } from '../../../functions/core/time/time.ts';

const day = (n: number): number => Date.UTC(2025, 2, 1) + (n - 1) * DAY;
const MONTH = { start: day(1), end: day(32) };

const entry = (from: number, to: number, more: Partial<LedgerEntry> = {}): LedgerEntry => ({
  start: day(from),
  end: day(to),
  state: 'have',
  reason: null,
  evidence: [],
  rows: 0,
  object: null,
  sha256: null,
  jobId: 'j',
  chunk: 'c',
  fetchedAt: 0,
  ...more,
});
const empty = (from: number, to: number, reason: string) =>
  entry(from, to, { state: 'empty', reason, evidence: [{ what: 'GET /x', status: 404 }] });
const state = (entries: readonly LedgerEntry[], more: Partial<MonthFacts> = {}) =>
  monthState({ month: MONTH, requested: [MONTH], entries, uncounted: [], due: day(40), ...more });
const days = (of: ReturnType<typeof state>) =>
  of.days.map(
    ({ start, end, condition }) => `${iso(start).slice(5, 10)} ${iso(end).slice(5, 10)} ${condition}`,
  );
const gaps = (of: ReturnType<typeof state>) =>
  of.gaps.map(({ start, end, cause }) => `${iso(start).slice(5, 10)} ${iso(end).slice(5, 10)} ${cause}`);

describe('the state of a month', () => {
  it('is complete where rows and proofs cover it, and names the files that the rows came from', () => {
    const found = state([
      empty(1, 3, 'pre-listing'),
      entry(3, 20, { object: '/a.zip', sha256: 'aa' }),
      entry(20, 32, { object: '/a.zip', sha256: 'aa' }),
    ]);
    expect([found.complete, days(found), gaps(found), found.objects]).toEqual([
      true,
      ['03-01 04-01 available'],
      ['03-01 03-03 pre-listing'],
      [{ object: '/a.zip', sha256: 'aa' }],
    ]);
    expect(found.gaps[0]!.evidence).toEqual([{ what: 'GET /x', status: 404 }]);
  });

  it('has each day in one of four conditions', () => {
    const found = state(
      [
        entry(1, 10),
        entry(10, 12, { state: 'failed', reason: 'checksum-mismatch', evidence: [{ message: 'damaged' }] }),
        entry(12, 14),
        entry(14.5, 20),
        empty(20, 21, 'source-expired'),
        entry(21, 25),
      ],
      { due: day(25) },
    );
    expect(days(found)).toEqual([
      '03-01 03-10 available',
      '03-10 03-12 missing',
      '03-12 03-14 available',
      '03-14 03-15 degraded',
      '03-15 03-20 available',
      '03-20 03-21 missing',
      '03-21 03-25 available',
      '03-25 04-01 pending',
    ]);
    expect(gaps(found)).toEqual([
      '03-10 03-12 source-error',
      '03-14 03-14 ours',
      '03-20 03-21 source-expired',
      '03-25 04-01 not-yet-published',
    ]);
    expect(found.gaps.map(({ error }) => error)).toEqual(['damaged', null, null, null]);
    expect(found.complete).toBe(false);
  });

  it('has nothing to say of days that nobody requested, and is not complete with them', () => {
    const found = state([entry(11, 32)], { requested: [{ start: day(11), end: day(32) }] });
    expect([found.complete, days(found), gaps(found)]).toEqual([false, ['03-11 04-01 available'], []]);
  });

  it('does not trust the ledger about days of which rows were deleted', () => {
    const found = state([entry(1, 32)], { uncounted: [{ start: day(5), end: day(6) }] });
    expect([found.complete, days(found), gaps(found)]).toEqual([
      false,
      ['03-01 03-05 available', '03-05 03-06 degraded', '03-06 04-01 available'],
      ['03-05 03-06 ours'],
    ]);
    const all = state([entry(1, 32)], { uncounted: [{ start: -Infinity, end: Infinity }] });
    expect(days(all)).toEqual(['03-01 04-01 degraded']);
  });

  it('is not complete with fewer rows than the ledger has', () => {
    const steps = (MONTH.end - MONTH.start) / MINUTE;
    expect(state([entry(1, 32)], { rows: steps, step: MINUTE }).complete).toBe(true);
    expect(state([entry(1, 32)], { rows: steps - 1, step: MINUTE }).complete).toBe(false);
  });
});
