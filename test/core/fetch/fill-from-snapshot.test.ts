import { describe, expect, it } from 'vitest';
import { fetchMissing } from '../../../functions/core/fetch/fetch-missing.ts';
import type { Page } from '../../../functions/core/ledger/coverage.ts';
import { toBatch } from '../../../functions/core/series/batch.ts';
import type { SnapshotTier, Source } from '../../../functions/core/series/source.ts';
import type { HttpRequest } from '../../../functions/core/series/venue.ts';
import { DAY, HOUR, MINUTE } from '../../../functions/core/time/time.ts';

const T0 = Date.UTC(2025, 0, 1);
const hours = (start: number, end: number) => ({ start: T0 + start * HOUR, end: T0 + end * HOUR });
const TABLE = {
  name: 'quotes',
  columns: [
    { name: 'time', type: 'timestamptz' },
    { name: 'value', type: 'float8' },
  ],
  key: ['time'],
} as const;

/** One row, which is dated with the hour that it is taken for. */
const source = {
  id: 'quotes',
  table: TABLE,
  tiers: [
    {
      kind: 'snapshot',
      name: 'book',
      requests: () => [{ path: '/book' }, { path: '/index' }] as HttpRequest[],
      parse: (_: readonly Uint8Array[], __: unknown, at: number) => ({
        batch: toBatch(TABLE, [[at, 1]]),
        findings: [],
      }),
    },
  ],
} as unknown as Source;

/** @param clock ours @param venue the venue's, at each request */
async function take(
  clock: number,
  venue: readonly number[],
  missing = [hours(0, 24)],
  more: Partial<SnapshotTier> = {},
) {
  let requests = 0;
  const ports = {
    clock: () => clock,
    archive: { read: () => Promise.reject(new Error('there is none')) },
    venue: {
      get: async () => {
        const asOf = venue[requests++]!;
        return { status: 200, headers: {}, body: new Uint8Array(), asOf, url: '' };
      },
    },
  };
  const series = { source: 'quotes', symbol: 'X', timeframe: '1h' as const };
  const [tier] = source.tiers;
  const context = {
    source: { ...source, tiers: [{ ...tier, ...more }] } as unknown as Source,
    series,
    sources: {},
    archives: 'required' as const,
    listing: async () => undefined,
  };
  const pages: Page[] = [];
  for await (const page of fetchMissing(ports, context, missing).pages) pages.push(page);
  return {
    requests,
    pages,
    times: pages.flatMap(({ rows }) => [...rows.times]),
    have: pages.flatMap(({ have }) => have),
    expired: pages.flatMap(({ empty }) => empty.map(({ span }) => span)),
  };
}

describe('a snapshot', () => {
  it('is of the hour that it is at the venue', async () => {
    const now = T0 + 4 * HOUR + 9 * MINUTE;
    expect(await take(now, [now, now])).toMatchObject({
      requests: 2,
      times: [T0 + 4 * HOUR],
      have: [hours(4, 5)],
      expired: [hours(0, 4)],
    });
  });

  it('lies under no other hour where our clock is ahead, and expires no hour that is still to come', async () => {
    const now = T0 + 5 * HOUR - MINUTE;
    expect(await take(now + 4 * MINUTE, [now, now])).toMatchObject({
      times: [T0 + 4 * HOUR],
      have: [hours(4, 5)],
      expired: [hours(0, 4)],
    });
  });

  it.each([
    ['ahead of', 3 * HOUR],
    ['ahead of', 5 * MINUTE + 2_000],
    ['behind', -HOUR],
  ])('is not taken by a clock that is far %s the venue’s, and nothing is expired', async (where, off) => {
    const now = T0 + 4 * HOUR + 9 * MINUTE;
    const wrong = take(now + off, [now, now]);
    await expect(wrong).rejects.toMatchObject({ code: 'clock-wrong' });
    await expect(wrong).rejects.toThrow(` s ${where} the venue's`);
  });

  it('has the time of its content, where an answer lay in a cache', async () => {
    const now = T0 + 5 * HOUR + MINUTE;
    const made = await take(now, [now, now], [hours(0, 24)], { statedAt: () => now - 2 * MINUTE });
    expect([made.times, made.expired]).toEqual([[T0 + 4 * HOUR], [hours(0, 4)]]);
  });

  it('is not stored again where the hour at the venue is there already', async () => {
    const now = T0 + 4 * HOUR + 59 * MINUTE;
    expect(await take(now + 2 * MINUTE, [now, now], [hours(5, 24)])).toMatchObject({
      requests: 2,
      times: [],
      have: [],
      expired: [],
    });
  });

  it('belongs to the hour in which it began', async () => {
    const border = T0 + 5 * HOUR;
    expect((await take(border - 1_000, [border - 1_000, border + 500])).times).toEqual([T0 + 4 * HOUR]);
  });

  it('is not requested while the present hour is not wanted', async () => {
    const now = T0 + 4 * HOUR;
    expect(await take(now + DAY, [])).toMatchObject({ requests: 0, times: [], expired: [hours(0, 24)] });
    expect(await take(now, [], [hours(0, 4)])).toMatchObject({ requests: 0, expired: [hours(0, 4)] });
  });

  it('brings the rows of its siblings along, ahead of its own, and nothing of one without any', async () => {
    const now = T0 + 4 * HOUR + 9 * MINUTE;
    const parse: SnapshotTier['parse'] = (_, __, at) => ({
      batch: toBatch(TABLE, [[at, 1]]),
      findings: [],
      also: {
        sums: { batch: toBatch(TABLE, [[at, 2]]), findings: [{ kind: 'odd', detail: {} }] },
        others: { batch: toBatch(TABLE, []), findings: [] },
      },
    });
    const { pages } = await take(now, [now, now], [hours(4, 5)], { parse });
    expect(pages.map(({ series, have, findings }) => [series.source, have, findings.length])).toEqual([
      ['sums', [hours(4, 5)], 1],
      ['quotes', [hours(4, 5)], 0],
    ]);
  });
});
