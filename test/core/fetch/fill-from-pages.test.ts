import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { measure, normalize, runsOf, subtract, union } from '../../../functions/core/time/range.ts';
import { type Filled, fill, STEP } from '../fake-source.ts';
import { at, damage, emptyOf, grid, span } from './january.ts';

const restCalls = ({ calls }: Filled): string[] => calls.filter((call) => call.startsWith('rest'));

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

  it('are for no longer a range than the venue answers, so that no answer is taken for one about more', async () => {
    const filled = await fill({ spanMs: 8 * STEP, rest: [...grid(0, 5), ...grid(30, 35)] }, [span(0, 35)]);
    const calls = ['rest 0-8', 'rest 5-8', 'rest 8-16', 'rest 16-24', 'rest 24-32', 'rest 32-35'];
    expect(restCalls(filled)).toEqual(calls);
    expect(filled.have).toEqual([span(0, 5), span(30, 35)]);
    expect(normalize(filled.pages.flatMap((p) => p.empty.map((e) => e.span)))).toEqual([span(5, 30)]);
    // A page of rows may be shorter than that.
    const rows = await fill({ spanMs: 30 * STEP, rest: grid(20, 22) }, [span(0, 22)]);
    expect(restCalls(rows)).toEqual(['rest 0-10', 'rest 10-20', 'rest 20-22']);
  });

  it('that ignore the bounds prove nothing', async () => {
    const deaf = { rest: grid(0, 10), ignoresBounds: true };
    await expect(fill(deaf, [span(500, 520)])).rejects.toMatchObject({
      name: 'RetryableVenueError',
      code: 'page-outside-range',
    });
  });
});

describe('a row whose cell does not read', () => {
  const rest = grid(0, 60);
  const hole = [span(40, 41)];

  it.each(['forward', 'backward'] as const)(
    'is a finding and no change of format where those before it read, %s',
    async (direction) => {
      const filled = await fill({ rest, direction, unread: [at(40)], pageRows: 100 }, hole);
      expect(filled.calls.filter((call) => call.startsWith('rest'))).toEqual(['rest 40-41', 'rest 16-41']);
      expect(emptyOf(filled)).toEqual([[span(40, 41), 'not-published']]);
      expect(filled.pages.flatMap(({ findings }) => findings.map(({ kind }) => kind))).toEqual([
        'unreadable-cell',
      ]);
      expect(filled.times).toEqual([]);
    },
  );

  it('is a change of format where those before it do not read either, and where a longer answer has no other', async () => {
    const unread = grid(10, 60);
    const few = fill({ rest: unread, unread, pageRows: 100 }, hole);
    await expect(few).rejects.toMatchObject({ code: 'malformed-rows' });
    const many = fill({ rest, unread, pageRows: 100 }, [span(30, 50)]);
    await expect(many).rejects.toMatchObject({ code: 'malformed-rows' });
  });

  it('is looked at with no more than the venue reaches and a page holds', async () => {
    const near = await fill({ rest, unread: [at(40)], now: at(50), reachMs: 15 * STEP, pageRows: 100 }, hole);
    expect(near.calls.filter((call) => call.startsWith('rest'))).toEqual(['rest 40-41', 'rest 35-41']);
    const short = await fill({ rest, unread: [at(40)], pageRows: 10 }, hole);
    expect(short.calls.filter((call) => call.startsWith('rest'))).toEqual(['rest 40-41', 'rest 32-41']);
  });
});

it('does not request what a venue has forgotten that keeps so many rows, and calls it expired', async () => {
  const listing = async () => ({ listedAt: 0 });
  const filled = await fill({ rest: grid(80, 100), reachRows: 15, now: at(100), pageRows: 100, listing }, [
    span(70, 100),
  ]);
  expect(filled.calls.filter((call) => call.startsWith('rest'))).toEqual(['rest 85-100']);
  // Each day was looked for in the archive first.
  expect(emptyOf(filled)).toEqual([
    [span(70, 72), 'source-expired'],
    [span(72, 85), 'source-expired'],
  ]);
  expect(filled.progress.missing).toEqual([]);
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

describe('a venue that does not know the symbol any more', () => {
  const unknown = damage('unknown-symbol');
  const archive = { '2025-01': grid(0, 700), '2025-01-30': grid(696, 700), '2025-01-31': grid(720, 740) };
  const holes = { archive, restRefuses: unknown };

  it('leaves the explanation to the objects of its archive', async () => {
    const filled = await fill(holes, [span(0, 744)]);
    expect(filled.have).toEqual([span(0, 700), span(720, 740)]);
    expect(emptyOf(filled)).toEqual([
      [span(700, 720), 'not-published'],
      [span(740, 744), 'not-published'],
    ]);
    expect(filled.progress.requests.at(-1)).toMatchObject({ status: 400 });
    expect(filled.progress.missing).toEqual([]);
  });

  it('explains nothing where the archive was skipped', async () => {
    await expect(fill({ ...holes, archives: 'skipped' }, [span(0, 744)])).rejects.toBe(unknown);
  });
});
