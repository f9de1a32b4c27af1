import { describe, expect, it } from 'vitest';
import { explainExpired } from '../../../functions/core/fetch/explain-expired.ts';
import type { ObjectAnswer } from '../../../functions/core/fetch/fetch-progress.ts';
import type { Listing } from '../../../functions/core/series/source.ts';

const DAY = 86_400_000;
const days = (start: number, end: number) => ({ start: start * DAY, end: end * DAY });
const object = (day: number, outcome: ObjectAnswer['outcome']): ObjectAnswer => ({
  span: days(day, day + 1),
  outcome,
  request: { what: `day ${day}`, status: outcome === 'missing' ? 404 : 200, at: 0 },
});
const known = (objects: ObjectAnswer[], listing?: Listing) => ({
  context: { listing: async () => listing },
  progress: { objects, requests: objects.map(({ request }) => request) },
});

const explained = async ({ context, progress }: ReturnType<typeof known>, start: number, end: number) =>
  (await explainExpired(context, progress, [days(start, end)])).map(({ span, reason, evidence }) => [
    span.start / DAY,
    span.end / DAY,
    reason,
    evidence.map(({ what }) => what).join(),
  ]);

describe('steps beyond the reach of the last tier', () => {
  it('were not published where the object was read, and are expired where there is none', async () => {
    const of = known([object(1, 'read'), object(2, 'missing'), object(3, 'missing'), object(4, 'read')]);
    expect(await explained(of, 1, 5)).toEqual([
      [1, 2, 'not-published', 'day 1'],
      [4, 5, 'not-published', 'day 4'],
      [2, 4, 'source-expired', 'day 2,day 3'],
    ]);
  });

  it('have no proof where the object is damaged: a later one may hold them', async () => {
    const of = known([object(1, 'read'), object(2, 'damaged')]);
    expect(await explained(of, 1, 3)).toEqual([[1, 2, 'not-published', 'day 1']]);
  });

  it('lie outside the symbol’s life, or were never requested', async () => {
    const of = known([object(3, 'missing')], { listedAt: 2 * DAY, delistedAt: 5 * DAY });
    expect(await explained(of, 1, 6)).toEqual([
      [1, 2, 'pre-listing', 'day 3'],
      [3, 4, 'source-expired', 'day 3'],
      [2, 3, 'source-expired', 'day 3'],
      [4, 5, 'source-expired', 'day 3'],
      [5, 6, 'delisted', 'day 3'],
    ]);
  });
});
