import { describe, expect, it } from 'vitest';
import { BudgetExhausted } from '../../../functions/core/errors/errors.ts';
import type { Series } from '../../../functions/core/series/series.ts';
import type { ArchiveTier, PagesTier } from '../../../functions/core/series/source.ts';
import { periodAt } from '../../../functions/core/time/period.ts';
import type { Range } from '../../../functions/core/time/range.ts';
import { DAY, HOUR, MINUTE } from '../../../functions/core/time/time.ts';
import { emptyJobTables } from '../../../simulation/memory/jobs/job-tables.ts';
import { createMemoryRateBudget } from '../../../simulation/memory/jobs/rate-budget.ts';
import { Market } from '../../../simulation/venue/synthetic-market.ts';
import { SYNTHETIC_FAMILY, syntheticSource } from '../../../simulation/venue/synthetic-sources.ts';
import { MemoryVenue, type VenueOptions } from '../../../simulation/venue/synthetic-venue.ts';

const T0 = Date.UTC(2025, 2);
const AAA: Series = { source: 'plain', symbol: 'AAA', timeframe: '1h' };
const plain = syntheticSource({ id: 'plain' });
const [month, day, pages] = plain.tiers as [ArchiveTier, ArchiveTier, PagesTier];
const range: Range = { start: T0, end: T0 + 5 * HOUR };

function set(more: Partial<VenueOptions> = {}) {
  const at = { now: T0 + 40 * DAY };
  const market = new Market();
  market.list('AAA', { listedAt: T0 + 2 * HOUR, delistedAt: T0 + 30 * DAY });
  const wait = async (ms: number) => {
    at.now += ms;
  };
  const venue = new MemoryVenue({ market, sources: { plain }, clock: () => at.now, wait, ...more });
  const times = async (within = range) => {
    const answer = await venue.get(pages.request(AAA, within));
    return (
      answer && [...pages.parse(answer.body, AAA, answer.asOf).batch.times].map((time) => (time - T0) / HOUR)
    );
  };
  const object = async (tier = month, at = T0) => {
    const file = await venue.read(tier.object(AAA, periodAt(tier.unit, at)));
    if (!file) return undefined;
    const parser = tier.parser(AAA);
    const rows: number[] = [];
    for await (const bytes of file.content) rows.push(...(parser.push(bytes)?.batch.times ?? []));
    return { sha256: file.sha256, rows };
  };
  return { at, market, venue, times, object };
}

describe('the venue in memory', () => {
  it('answers with the rows of the market, in a symbol’s life, page by page', async () => {
    const { times, venue } = set();
    expect(await times()).toEqual([2, 3, 4]);
    expect(await times({ start: T0, end: T0 + 40 * DAY })).toHaveLength(100);
    expect(venue.calls[0]).toBe(`/rest/plain/AAA/1h ${range.start}-${range.end}`);
  });

  it('has the same rows in its files, and another checksum when one is restated', async () => {
    const { object, market } = set();
    const before = await object();
    expect(before!.rows).toHaveLength(30 * 24 - 2);
    expect(await object()).toEqual(before);
    expect((await object(day, T0 + DAY))!.rows).toHaveLength(24);
    market.restate(AAA, T0 + 5 * HOUR, 1);
    expect((await object())!.sha256).not.toBe(before!.sha256);
  });

  it('publishes a file when it is time, and none of a period without rows', async () => {
    const { object, at } = set();
    at.now = month.publishedAt(periodAt('month', T0)) - 1;
    expect(await object()).toBeUndefined();
    at.now += 1;
    expect(await object()).toBeDefined();
    expect(await object(day, T0 + 31 * DAY)).toBeUndefined();
  });

  it('knows nothing of the future and of other symbols', async () => {
    const { times, at, venue } = set();
    at.now = T0 + 3 * HOUR + 1;
    expect(await times()).toEqual([2]);
    const other = venue.get(pages.request({ ...AAA, symbol: 'ZZZ' }, range));
    await expect(other).rejects.toMatchObject({ code: 'unknown-symbol' });
  });

  it('says of a symbol when its life began and ended', async () => {
    const { venue } = set();
    const { listing } = plain;
    if ('listedAt' in listing) throw new Error('it is looked up');
    const [first, last, status] = await Promise.all(
      [listing.first(AAA), listing.last(AAA), listing.status(AAA)].map((r) => venue.get(r)),
    );
    expect(listing.firstAt(first!.body, AAA)).toBe(T0 + 2 * HOUR);
    expect(listing.lastAt(last!.body, AAA)).toBe(T0 + 30 * DAY);
    expect(listing.isTrading(status!.body, AAA)).toBe(false);
  });
});

describe('what goes wrong', () => {
  it('is an error, a missing object, an empty or a malformed body, as often as it should be', async () => {
    const { venue, times, object } = set();
    venue.disturb({ match: /^\/rest/, times: 1, becomes: { kind: 'error', error: new Error('down') } });
    venue.disturb({ match: /^\/rest/, times: 1, becomes: { kind: 'empty' } });
    venue.disturb({ match: /^\/rest/, times: 1, becomes: { kind: 'malformed' } });
    await expect(times()).rejects.toThrow('down');
    expect(await times()).toEqual([]);
    await expect(times()).rejects.toMatchObject({ code: 'malformed-rows' });
    expect(await times()).toEqual([2, 3, 4]);
    venue.disturb({ match: /month/, becomes: { kind: 'missing' } });
    expect(await object()).toBeUndefined();
    expect(await object(day, T0 + DAY)).toBeDefined();
    venue.calm();
    venue.disturb({ match: /month/, becomes: { kind: 'malformed' } });
    await expect(object()).rejects.toMatchObject({ code: 'malformed-rows' });
  });

  it('is an answer that comes late', async () => {
    const { venue, times, at } = set();
    const began = at.now;
    venue.disturb({ match: /^\/rest/, becomes: { kind: 'late', ms: MINUTE } });
    expect(await times()).toEqual([2, 3, 4]);
    expect(at.now - began).toBe(MINUTE);
  });

  it('is a budget that is spent', async () => {
    const tables = emptyJobTables();
    const budget = createMemoryRateBudget(
      tables,
      () => T0,
      async () => {},
    );
    const { times, venue } = set({ budget });
    await budget.take('synthetic', SYNTHETIC_FAMILY, 1_079);
    await times();
    await expect(times()).rejects.toBeInstanceOf(BudgetExhausted);
    expect(venue.calls).toHaveLength(1);
  });
});
