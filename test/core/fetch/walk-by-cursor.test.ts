import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fetchMissing } from '../../../functions/core/fetch/fetch-missing.ts';
import type { Page } from '../../../functions/core/ledger/coverage.ts';
import type { PagesTier, Source } from '../../../functions/core/series/source.ts';
import { countWithin } from '../../../functions/core/series/table.ts';
import type { HttpRequest } from '../../../functions/core/series/venue.ts';
import { type Range, union } from '../../../functions/core/time/range.ts';
import { HOUR, MINUTE } from '../../../functions/core/time/time.ts';
import { trades_spot } from '../../../functions/sources/trades/trades_spot.ts';

const START = Date.UTC(2025, 0, 1);
const NOW = START + 12 * HOUR;
const series = { source: 'trades_spot', symbol: 'BTCUSDT', timeframe: '1m' as const };

/** The source with small pages, over trades at given instants: its ids are their places. */
async function walk(
  times: readonly number[],
  pageRows: number,
  range: Range,
  answer?: (query: HttpRequest['query']) => number[],
) {
  const rest = trades_spot.tiers.at(-1) as PagesTier;
  const source: Source = { ...trades_spot, tiers: [{ ...rest, pageRows }] };
  const sent: HttpRequest['query'][] = [];
  const find = (query: Record<string, string | number>): number[] => {
    const from = query.fromId === undefined ? -1 : Number(query.fromId);
    const [start, end] = [Number(query.startTime ?? 0), Number(query.endTime ?? Number.POSITIVE_INFINITY)];
    const found = times.flatMap((time, id) => (id >= from && time >= start && time <= end ? [id] : []));
    return found.slice(0, pageRows);
  };
  const venue = {
    get: async ({ query = {}, path }: HttpRequest) => {
      sent.push(query);
      const rows = (answer ?? find)(query).map((id) => ({
        a: id,
        p: '1',
        q: '1',
        f: id,
        l: id,
        T: times[id],
        m: true,
      }));
      const body = new TextEncoder().encode(JSON.stringify(rows));
      return { status: 200, headers: {}, body, asOf: NOW, url: path };
    },
  };
  const listing = async () => ({ listedAt: 0 });
  const context = { source, series, sources: {}, archives: 'required' as const, listing };
  const archive = { read: async () => undefined };
  const fetch = fetchMissing({ venue, archive, clock: () => NOW }, context, [range]);
  const pages: Page[] = [];
  for await (const page of fetch.pages) pages.push(page);
  return { pages, sent, have: pages.map((page) => page.have).reduce(union, []) };
}

const idsIn = (pages: readonly Page[]): number[] =>
  pages.flatMap(({ rows, have }) =>
    [...(rows.columns[2] as Float64Array)].filter(
      (_, i) => countWithin(rows.times.subarray(i, i + 1), have) > 0,
    ),
  );

describe('pages by cursor', () => {
  it('bring each trade once, whatever stands in a minute and however small the page', async () => {
    const instants = fc.array(fc.integer({ min: 0, max: 3 * HOUR - 1 }), { maxLength: 120 });
    await fc.assert(
      fc.asyncProperty(instants, fc.integer({ min: 1, max: 9 }), async (offsets, pageRows) => {
        const times = offsets.toSorted((a, b) => a - b).map((offset) => START + offset);
        const range = { start: START, end: START + 3 * HOUR };
        const { pages, have } = await walk(times, pageRows, range);
        expect(have).toEqual([range]);
        expect(idsIn(pages)).toEqual(times.map((_, id) => id));
      }),
    );
  });

  it('read on within a minute that has more rows than a page', async () => {
    const times = Array.from({ length: 35 }, (_, i) => START + (i < 30 ? 1 : i * MINUTE));
    const { sent, pages } = await walk(times, 10, { start: START, end: START + HOUR });
    expect(sent.slice(0, 4)).toEqual([
      expect.objectContaining({ startTime: START, endTime: START + HOUR - 1 }),
      expect.objectContaining({ fromId: 10 }),
      expect.objectContaining({ fromId: 20 }),
      expect.objectContaining({ fromId: 30 }),
    ]);
    expect(idsIn(pages)).toEqual(times.map((_, id) => id));
  });

  it('never name more than an hour', async () => {
    const { sent } = await walk([START + 5], 10, { start: START, end: START + 150 * MINUTE });
    expect(sent.map((query) => [query!.startTime, query!.endTime])).toEqual([
      [START, START + HOUR - 1],
      [START + HOUR, START + 2 * HOUR - 1],
      [START + 2 * HOUR, START + 150 * MINUTE - 1],
    ]);
  });

  it('are not followed where they go round in circles, or lie before what was requested', async () => {
    const times = [START + 1, START + 2];
    const range = { start: START, end: START + HOUR };
    const refused = expect.objectContaining({ code: 'page-outside-range' });
    await expect(walk(times, 2, range, () => [0, 1])).rejects.toEqual(refused);
    await expect(walk([START - 9, START - 8], 2, range, () => [0, 1])).rejects.toEqual(refused);
  });
});
