import { describe, expect, it } from 'vitest';
import { GordonError } from '../../../functions/core/errors/errors.ts';
import { HOUR } from '../../../functions/core/time/time.ts';
import { fill } from '../fake-source.ts';
import { at, emptyOf, findingsOf, grid, span } from './january.ts';

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

it('stops where its consumer does, with the given pages taken off what is missing', async () => {
  const filled = await fill({ rest: grid(0, 35) }, [span(0, 35)], 2);
  expect(filled.pages.length).toBe(2);
  expect(filled.progress.missing).toEqual([span(20, 35)]);
  expect((await fill({}, [])).calls).toEqual([]);
});
