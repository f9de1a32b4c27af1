import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ErrorCode } from '../../../functions/core/errors/error-codes.ts';
import { BudgetExhausted, GordonError } from '../../../functions/core/errors/errors.ts';
import {
  measure,
  normalize,
  type Range,
  runsOf,
  subtract,
  union,
} from '../../../functions/core/time/range.ts';
import { HOUR } from '../../../functions/core/time/time.ts';
import { type Filled, fill, STEP } from '../fake-source.ts';

const january = Date.UTC(2025, 0);
const at = (hour: number): number => january + hour * HOUR;
const span = (from: number, to: number): Range => ({ start: at(from), end: at(to) });
const grid = (from: number, to: number): number[] =>
  Array.from({ length: to - from }, (_, i) => at(from + i));
const emptyOf = ({ pages }: Filled) =>
  pages.flatMap((p) => p.empty.map(({ span, reason }) => [span, reason]));
const findingsOf = ({ pages }: Filled) => pages.flatMap((p) => p.findings.map((f) => f.kind));

const damage = (code: ErrorCode): GordonError =>
  new GordonError({ name: 'PermanentError', code, subject: '/x', message: 'bad.' });

describe('the tiers', () => {
  it('take the month first, and nothing else when it is whole', async () => {
    const filled = await fill({ archive: { '2025-01': grid(0, 744) } }, [span(0, 744)]);
    expect(filled.calls).toEqual(['month 2025-01']);
    expect(filled.progress.missing).toEqual([]);
    expect(filled.pages).toMatchObject([
      { object: '/month/2025-01', sha256: 'sha of 2025-01', have: [span(0, 744)], rows: { length: 744 } },
    ]);
  });

  it('let a hole fall through month and day to REST', async () => {
    const month = [...grid(0, 24), ...grid(50, 744)];
    const filled = await fill(
      { archive: { '2025-01': month, '2025-01-02': grid(24, 48) }, rest: grid(0, 744) },
      [span(0, 744)],
    );
    expect(filled.calls).toEqual(['month 2025-01', 'day 2025-01-02', 'day 2025-01-03', 'rest 48-50']);
    expect(filled.progress.missing).toEqual([]);
    expect(filled.times.length).toBe(744);
    expect(emptyOf(filled)).toEqual([]);
  });

  it('leave a month alone for two days of it, and objects that cannot be there yet', async () => {
    const now = at(24 * 60);
    const small = await fill({ archive: { '2025-01-05': grid(96, 120) } }, [span(96, 120)]);
    expect(small.calls).toEqual(['day 2025-01-05']);
    const young = await fill({ now, rest: grid(0, 24 * 60) }, [span(24 * 57, 24 * 60)]);
    expect(young.calls.slice(0, 3)).toEqual(['day 2025-02-27', 'day 2025-02-28', 'rest 1368-1440']);
    expect(young.progress.missing).toEqual([]);
  });

  it('read only what is missing, as one page however many holes there are', async () => {
    const missing = [span(0, 2), span(5, 6), span(100, 200)];
    const filled = await fill({ archive: { '2025-01': grid(0, 744) } }, missing);
    expect(filled.pages.length).toBe(1);
    expect(filled.have).toEqual(missing);
    expect(filled.times.length).toBe(103);
  });
});

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

describe('an archive that cannot be reached', () => {
  const away = new GordonError({
    name: 'RetryableVenueError',
    code: 'connection-failed',
    subject: '/x',
    message: 'reset.',
    remedy: 'Look.',
    status: 502,
  });
  const archive = { '2025-01': away };

  it('is reported to a caller that may call again without it', async () => {
    const refused = fill({ archive, rest: grid(0, 744), archives: 'preferred' }, [span(0, 744)]);
    await expect(refused).rejects.toMatchObject({
      name: 'ArchiveUnreachable',
      code: 'connection-failed',
      message: away.message,
      status: 502,
    });
    await expect(fill({ archive, rest: grid(0, 744) }, [span(0, 744)])).rejects.toBe(away);
  });

  it('is left out by the call after that, with no request and no proof from it', async () => {
    const rest = [...grid(0, 100), ...grid(110, 744)];
    const filled = await fill({ archive, rest, archives: 'skipped' }, [span(0, 744)]);
    expect(filled.calls.filter((call) => !call.startsWith('rest'))).toEqual([]);
    expect(filled.times).toEqual(rest);
    expect(emptyOf(filled)).toEqual([[span(100, 110), 'venue-outage']]);
    expect(findingsOf(filled)).toEqual([]);
  });

  it('is no reason to call what it may have empty where REST no longer reaches', async () => {
    const now = at(744 + 24 * 10);
    const reachMs = 20 * 24 * HOUR;
    const filled = await fill({ archive, rest: grid(0, 744), now, reachMs, archives: 'skipped' }, [
      span(0, 744),
    ]);
    expect(filled.progress.missing).toEqual([span(0, 504)]);
    expect(filled.pages.flatMap(({ unproven = [] }) => unproven)).toMatchObject([
      { span: span(0, 504), code: 'archive-unreachable' },
    ]);
    expect(emptyOf(filled)).toEqual([]);
  });

  it('is no way out for what is wrong with the venue itself', async () => {
    const refusal = new GordonError({
      name: 'PermanentError',
      code: 'venue-refused',
      subject: '/x',
      message: 'no.',
    });
    const refused = fill({ archive: { '2025-01': refusal }, archives: 'preferred' }, [span(0, 744)]);
    await expect(refused).rejects.toBe(refusal);
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

  it('pass on what is no damage', async () => {
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

describe('pages', () => {
  it.each(['forward', 'backward'] as const)('are read %s until the range is whole', async (direction) => {
    const filled = await fill({ direction, rest: grid(0, 35) }, [span(0, 35)]);
    expect(filled.have).toEqual([span(0, 35)]);
    expect(filled.progress.missing).toEqual([]);
    const calls = filled.calls.filter((call) => call.startsWith('rest'));
    expect(calls).toEqual(
      direction === 'forward'
        ? ['rest 0-35', 'rest 10-35', 'rest 20-35', 'rest 30-35']
        : ['rest 0-35', 'rest 0-25', 'rest 0-15', 'rest 0-5'],
    );
  });

  it('fill and explain everything that is settled, whatever rows there are', async () => {
    const rows = fc.subarray(grid(0, 60));
    const cap = fc.option(fc.integer({ min: 1, max: 10 }), { nil: undefined });
    const direction = fc.constantFrom('forward' as const, 'backward' as const);
    await fc.assert(
      fc.asyncProperty(rows, direction, cap, async (rest, direction, cappedAt) => {
        const filled = await fill({ rest, direction, ...(cappedAt && { cappedAt }) }, [span(0, 60)]);
        expect(filled.progress.missing).toEqual([]);
        expect(filled.have).toEqual(runsOf(rest, STEP));
        const empty = normalize(filled.pages.flatMap((p) => p.empty.map((e) => e.span)));
        expect(empty).toEqual(subtract([span(0, 60)], filled.have));
        expect(measure(union(empty, filled.have))).toBe(measure(empty) + measure(filled.have));
      }),
    );
  });

  it('prove a hole with the requests, the one about it last', async () => {
    const filled = await fill({ rest: grid(0, 20) }, [span(0, 40)]);
    expect(emptyOf(filled)).toEqual([[span(20, 40), 'venue-outage']]);
    const { evidence } = filled.pages.flatMap((p) => p.empty)[0]!;
    expect(evidence.length).toBe(4);
    expect(evidence.at(-1)).toEqual({
      what: `GET /rest?start=${at(20)}&end=${at(40)}&limit=10`,
      status: 200,
      at: Date.UTC(2025, 5, 1),
    });
  });

  it('leave what is young missing, and do not request what cannot be there', async () => {
    const filled = await fill({ now: at(30), rest: grid(0, 26) }, [span(20, 40)]);
    // Settled two hours after its end: 26-28 is an outage, 28-30 may still come, 30-40 has not happened.
    expect(emptyOf(filled)).toEqual([[span(26, 28), 'venue-outage']]);
    expect(filled.progress.missing).toEqual([span(28, 40)]);
    const current = await fill({ now: at(30), rest: grid(0, 31) }, [span(29, 31)]);
    expect(current.have).toEqual([span(29, 30)]);
    expect(current.progress.missing).toEqual([span(30, 31)]);
    expect(current.calls).toEqual(['rest 29-31']);
  });

  it('that ignore the bounds prove nothing', async () => {
    const deaf = { rest: grid(0, 10), ignoresBounds: true };
    await expect(fill(deaf, [span(500, 520)])).rejects.toMatchObject({
      name: 'RetryableVenueError',
      code: 'page-outside-range',
    });
  });
});

it('stops where its consumer does, with the given pages taken off what is missing', async () => {
  const filled = await fill({ rest: grid(0, 35) }, [span(0, 35)], 2);
  expect(filled.pages.length).toBe(2);
  expect(filled.progress.missing).toEqual([span(20, 35)]);
  expect((await fill({}, [])).calls).toEqual([]);
});

describe('holes that lie near each other', () => {
  const even = Array.from({ length: 24 }, (_, i) => span(2 * i, 2 * i + 1));

  it.each(['forward', 'backward'] as const)(
    'are requested page by page, not one by one, %s',
    async (direction) => {
      const filled = await fill({ rest: grid(0, 744), pageRows: 30, direction }, even);
      expect(filled.calls.filter((call) => call.startsWith('rest'))).toEqual(['rest 0-29', 'rest 30-47']);
      expect(filled.times).toEqual(even.map(({ start }) => start));
      expect(filled.have).toEqual(even);
      expect(filled.progress.missing).toEqual([]);
    },
  );

  it('are proven empty by themselves alone', async () => {
    const rest = grid(0, 744).filter((time) => time !== at(4) && time !== at(5));
    const filled = await fill({ rest, pageRows: 100 }, even);
    expect(filled.calls.filter((call) => call.startsWith('rest'))).toEqual(['rest 0-47']);
    expect(emptyOf(filled)).toEqual([[span(4, 5), 'venue-outage']]);
    expect(filled.progress.missing).toEqual([]);
  });

  it('are all read where a mirror cuts its pages shorter', async () => {
    const filled = await fill({ rest: grid(0, 744), pageRows: 30, cappedAt: 7 }, even);
    expect(filled.times).toEqual(even.map(({ start }) => start));
    expect(filled.progress.missing).toEqual([]);
  });

  it('are requested alone where they are further apart than a page', async () => {
    const filled = await fill({ rest: grid(0, 744), pageRows: 10 }, [
      span(0, 1),
      span(9, 10),
      span(11, 12),
      span(400, 401),
    ]);
    expect(filled.calls.filter((call) => call.startsWith('rest'))).toEqual([
      'rest 0-10',
      'rest 11-12',
      'rest 400-401',
    ]);
  });
});
