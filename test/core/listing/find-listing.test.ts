import { describe, expect, it } from 'vitest';
import { findListing } from '../../../functions/core/listing/find-listing.ts';
import type { ListingProbe } from '../../../functions/core/series/source.ts';
import type { HttpRequest } from '../../../functions/core/series/venue.ts';
import { DAY, HOUR } from '../../../functions/core/time/time.ts';

const now = Date.UTC(2025, 5, 1, 12);
const series = { source: 'readings', symbol: 'X', timeframe: '1h' as const };
const venue = { id: 'fake', judge: () => ({ kind: 'ok' as const }) };
const request = (path: string): HttpRequest => ({
  venue,
  host: { env: 'GORDON_X_URL', url: 'http://x' },
  path,
});

const read = (body: Uint8Array): unknown => JSON.parse(new TextDecoder().decode(body));
const probe: ListingProbe = {
  first: () => request('/first'),
  last: () => request('/last'),
  status: () => request('/status'),
  firstAt: (body) => (read(body) as number | null) ?? undefined,
  lastAt: (body) => (read(body) as number | null) ?? undefined,
  isTrading: (body) => read(body) === true,
};

/** Requests from a venue that answers each path with one value; undefined: the object does not exist. */
async function find(answers: Readonly<Record<string, unknown>>, by = probe) {
  const paths: string[] = [];
  const client = {
    get: async ({ path }: HttpRequest) => {
      paths.push(path);
      const value = answers[path];
      if (value === undefined) return undefined;
      const body = new TextEncoder().encode(JSON.stringify(value));
      return { status: 200, headers: {}, body, asOf: now, url: path };
    },
  };
  return { paths: paths, listing: await findListing(client, by, series) };
}

const born = Date.UTC(2020, 0, 1, 7);

describe('findListing', () => {
  it('sends no more requests where the newest row is fresh', async () => {
    const found = await find({ '/first': born, '/last': now - HOUR, '/status': false });
    expect(found).toEqual({ paths: ['/first', '/last'], listing: { listedAt: born } });
  });

  it('takes a long silence for the end only where the symbol no longer trades', async () => {
    const last = now - 30 * DAY;
    expect((await find({ '/first': born, '/last': last, '/status': false })).listing).toEqual({
      listedAt: born,
      delistedAt: last + HOUR,
    });
    expect((await find({ '/first': born, '/last': last, '/status': true })).listing).toEqual({
      listedAt: born,
    });
    expect((await find({ '/first': born, '/last': now - 2 * DAY, '/status': false })).paths.length).toBe(2);
  });

  it('does not count rows without trades as life, and lets the state decide', async () => {
    const answers = { '/first': born, '/last': now - HOUR };
    const frozen = { ...probe, isFrozen: () => true };
    expect((await find({ ...answers, '/status': true }, frozen)).listing).toEqual({ listedAt: born });
    expect((await find({ ...answers, '/status': false }, frozen)).listing).toEqual({
      listedAt: born,
      delistedAt: now,
      frozen: true,
    });
  });

  it('puts both ends on the grid, as the spans of the ledger are', async () => {
    const last = now - 30 * DAY;
    const found = await find({ '/first': born + 17, '/last': last + 48_270, '/status': false });
    expect(found.listing).toEqual({ listedAt: born, delistedAt: last + HOUR });
  });

  it('is refused where the first row is looked up in a list that does not have the symbol', async () => {
    const listed: ListingProbe = { ...probe, lists: (body) => read(body) !== 0 };
    await expect(find({ '/first': 0 }, listed)).rejects.toMatchObject({
      code: 'unknown-symbol',
      subject: 'X',
    });
    expect((await find({ '/first': null }, listed)).listing).toBeUndefined();
  });

  it('is undefined for a symbol without rows', async () => {
    expect((await find({ '/first': null })).listing).toBeUndefined();
    expect((await find({})).listing).toBeUndefined();
  });
});
