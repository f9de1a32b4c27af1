import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BudgetExhausted } from '../../../functions/core/errors/errors.ts';
import { runsOf } from '../../../functions/core/time/range.ts';
import { HOUR } from '../../../functions/core/time/time.ts';
import { fill, STEP } from '../fake-source.ts';
import { at, damage, emptyOf, findingsOf, grid, span } from './january.ts';

describe('an archive with a listing', () => {
  const days = { '2025-01-05': grid(96, 120), '2025-01-31': grid(720, 744) };
  const month = [span(0, 744)];

  it('is requested for the days of a month that lacks which it lists', async () => {
    const filled = await fill({ archive: days, listed: true, rest: grid(0, 744), pageRows: 1_000 }, month);
    expect(filled.calls).toEqual([
      'month 2025-01',
      'list day',
      'day 2025-01-05',
      'day 2025-01-31',
      'rest 0-720',
    ]);
    expect(filled.progress.missing).toEqual([]);
  });

  it('says of what it does not list that it lacks, as an answer about each would', async () => {
    const world = { archive: days, reachMs: HOUR, closing: true } as const;
    const filled = await fill({ ...world, listed: true }, month);
    expect(filled.calls).toEqual(['day 2024-12-31', 'list day', 'day 2025-01-05', 'day 2025-01-31']);
    const each = await fill(world, month);
    expect(each.calls).toHaveLength(32);
    expect([emptyOf(filled), filled.have]).toEqual([emptyOf(each), each.have]);
    const evidence = filled.pages.flatMap(({ empty }) => empty.flatMap((one) => one.evidence));
    expect(evidence.map(({ what }) => what)).toContainEqual(expect.stringContaining('listing of /day/'));
    const requests = filled.progress.requests.filter(({ what }) => what.startsWith('listing'));
    expect(requests).toMatchObject([{ status: 200 }]);
  });

  it('is requested for each day where the listing fails', async () => {
    const failing = damage('venue-broken');
    const filled = await fill({ archive: days, listed: failing, rest: grid(0, 744) }, month);
    expect(filled.calls.filter((call) => call.startsWith('list'))).toHaveLength(1);
    expect(filled.calls.filter((call) => call.startsWith('day'))).toHaveLength(31);
    expect(filled.progress.missing).toEqual([]);
  });

  it('is not listed for the last objects of a range', async () => {
    const filled = await fill({ archive: {}, listed: true, rest: grid(0, 48) }, [span(0, 48)]);
    expect(filled.calls.slice(0, 2)).toEqual(['day 2025-01-01', 'day 2025-01-02']);
  });
});

describe('archive objects', () => {
  it.each(['checksum-mismatch', 'checksum-missing', 'corrupt-archive', 'malformed-rows'] as const)(
    'that are damaged (%s) are a finding, and the next tier is requested',
    async (code) => {
      const filled = await fill({ archive: { '2025-01': damage(code), '2025-01-01': grid(0, 24) } }, [
        span(0, 60),
      ]);
      expect(filled.calls.slice(0, 2)).toEqual(['month 2025-01', 'day 2025-01-01']);
      expect(findingsOf(filled)).toEqual([code]);
      expect(filled.pages[0]).toMatchObject({ have: [], rows: { length: 0 }, object: '/month/2025-01' });
      expect(filled.progress.requests[0]).toMatchObject({ what: `/month/2025-01 (${code})`, status: 200 });
    },
  );

  it('that turn bad half way keep what was good', async () => {
    const month = [...grid(0, 40), -1, ...grid(41, 744)];
    const filled = await fill({ archive: { '2025-01': month }, pieceRows: 20, rest: grid(0, 60) }, [
      span(0, 60),
    ]);
    expect(findingsOf(filled)).toEqual(['malformed-rows']);
    expect(filled.pages.slice(0, 2).map((p) => p.have)).toEqual([[span(0, 20)], [span(20, 40)]]);
    expect(filled.times).toEqual(grid(0, 60));
  });

  it('pass on what is not damage', async () => {
    const refused = damage('region-refused');
    await expect(fill({ archive: { '2025-01': refused } }, [span(0, 744)])).rejects.toBe(refused);
  });

  it('load in whatever order their rows are', async () => {
    const order = fc.shuffledSubarray(grid(0, 96), { minLength: 96 });
    await fc.assert(
      fc.asyncProperty(order, fc.integer({ min: 1, max: 96 }), async (rows, pieceRows) => {
        const filled = await fill({ archive: { '2025-01': rows }, pieceRows }, [span(0, 96)]);
        expect(filled.calls).toEqual(['month 2025-01']);
        expect(filled.times.toSorted((a, b) => a - b)).toEqual(grid(0, 96));
        for (const { rows, have } of filled.pages) {
          expect([...rows.times]).toEqual([...rows.times].sort((a, b) => a - b));
          expect(have).toEqual(runsOf(rows.times, STEP));
        }
      }),
      { numRuns: 50 },
    );
  });

  it('that repeat rows in a later piece give them once, and say so', async () => {
    const rows = [...grid(0, 50), ...grid(30, 96)];
    const filled = await fill({ archive: { '2025-01': rows }, pieceRows: 50 }, [span(0, 96)]);
    expect(filled.times).toEqual(grid(0, 96));
    expect(filled.pages.flatMap((p) => p.findings)).toEqual([
      { kind: 'repeated-rows', detail: { object: '/month/2025-01', rows: 20 } },
    ]);
  });

  it('are not requested where the symbol did not live', async () => {
    const life = { listedAt: at(10 * 24), delistedAt: at(12 * 24) };
    const rest = grid(10 * 24, 12 * 24);
    const filled = await fill({ rest, listing: async () => life }, [span(0, 744)]);
    expect(filled.calls.filter((call) => !call.startsWith('rest'))).toEqual([
      'month 2025-01',
      'day 2025-01-11',
      'day 2025-01-12',
    ]);
    expect(emptyOf(filled)).toEqual([
      [span(0, 240), 'pre-listing'],
      [span(288, 744), 'delisted'],
    ]);
    expect(filled.have).toEqual([span(240, 288)]);
  });

  const refusals = {
    'a region': damage('region-refused'),
    'a spent budget': new BudgetExhausted('fake', at(0), 'spent'),
  };
  it.each(Object.entries(refusals))(
    'answer although the venue refuses the listing for %s',
    async (_why, error) => {
      const archive = Object.fromEntries(
        Array.from({ length: 31 }, (_, d) => [
          `2025-01-${String(d + 1).padStart(2, '0')}`,
          grid(d * 24, d * 24 + 24),
        ]),
      );
      const filled = await fill({ archive, listing: () => Promise.reject(error) }, [span(0, 744)]);
      expect(filled.progress.missing).toEqual([]);
      // What only the venue knows is still its refusal.
      await expect(fill({ listing: () => Promise.reject(error) }, [span(0, 744)])).rejects.toBe(error);
    },
  );

  it('are not requested once the venue does not know the symbol', async () => {
    const unknown = damage('unknown-symbol');
    await expect(fill({ listing: () => Promise.reject(unknown) }, [span(0, 744)])).rejects.toBe(unknown);
  });
});

describe('objects that hold the instant at which they end', () => {
  const reachMs = 20 * 24 * HOUR;
  const world = { closing: true as const, reachMs, now: at(24 * 90), listing: async () => ({ listedAt: 0 }) };
  const midnight = [span(48, 49)];
  const cases = {
    'the day before has it': [[...grid(25, 49)], grid(49, 72), ['day 2025-01-02'], 'have'],
    'its own day has it': [grid(25, 48), grid(48, 72), ['day 2025-01-02', 'day 2025-01-03'], 'have'],
    'both have it, and the first one counts': [grid(25, 49), grid(48, 72), ['day 2025-01-02'], 'have'],
    'neither has it': [grid(25, 48), grid(49, 72), ['day 2025-01-02', 'day 2025-01-03'], 'not-published'],
    'one is not there': [undefined, grid(49, 72), ['day 2025-01-02', 'day 2025-01-03'], 'source-expired'],
    'the other one is not there': [
      grid(25, 48),
      undefined,
      ['day 2025-01-02', 'day 2025-01-03'],
      'source-expired',
    ],
    'one is damaged': [
      damage('checksum-mismatch'),
      grid(49, 72),
      ['day 2025-01-02', 'day 2025-01-03'],
      'unproven',
    ],
    'the other one is damaged': [
      grid(25, 48),
      damage('corrupt-archive'),
      ['day 2025-01-02', 'day 2025-01-03'],
      'unproven',
    ],
  } as const;

  it.each(Object.entries(cases))('a midnight: %s', async (_, [second, third, calls, becomes]) => {
    const archive = { ...(second && { '2025-01-02': second }), ...(third && { '2025-01-03': third }) };
    const filled = await fill({ ...world, archive }, midnight);
    expect(filled.calls).toEqual(calls);
    expect(filled.have).toEqual(becomes === 'have' ? midnight : []);
    expect(emptyOf(filled)).toEqual(/have|unproven/.test(becomes) ? [] : [[midnight[0], becomes]]);
    expect(filled.progress.missing).toEqual(becomes === 'unproven' ? midnight : []);
    const unproven = filled.pages.flatMap((page) => page.unproven ?? []);
    expect(unproven.length > 0).toBe(becomes === 'unproven');
  });

  it('account for every instant of a stretch once, in either layout and with holes', async () => {
    const rows = fc.subarray(grid(0, 121));
    const layout = fc.array(fc.boolean(), { minLength: 6, maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(rows, layout, async (published, ends) => {
        const archive = Object.fromEntries(
          ends.map((late, day) => [
            new Date(at(24 * (day - 1))).toISOString().slice(0, 10),
            published.filter((time) => {
              const from = at(24 * (day - 1));
              return late ? time > from && time <= from + 24 * HOUR : time >= from && time < from + 24 * HOUR;
            }),
          ]),
        );
        const filled = await fill({ ...world, archive }, [span(0, 120)]);
        const stood = new Set(Object.values(archive).flat());
        expect(filled.times.toSorted((a, b) => a - b)).toEqual(
          grid(0, 120).filter((time) => stood.has(time)),
        );
        expect(filled.progress.missing).toEqual([]);
        expect(new Set(emptyOf(filled).map(([, reason]) => reason))).toEqual(
          new Set(filled.times.length === 120 ? [] : ['not-published']),
        );
      }),
      { numRuns: 40 },
    );
  });

  it('are one span where there is none of them for long', async () => {
    const filled = await fill(world, [span(0, 240)]);
    expect(emptyOf(filled)).toEqual([[span(0, 240), 'source-expired']]);
  });
});
