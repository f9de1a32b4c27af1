import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { findListing } from '../../functions/core/listing/find-listing.ts';
import type { Source } from '../../functions/core/series/source.ts';
import type { Range } from '../../functions/core/time/range.ts';
import type { Timeframe } from '../../functions/core/time/timeframe.ts';
import { createVenueClient } from '../../functions/runtime/venues/venue-client.ts';
import { index_price_klines } from '../../functions/sources/klines/index_price_klines.ts';
import { klines_perp } from '../../functions/sources/klines/klines_perp.ts';
import { mark_price_klines } from '../../functions/sources/klines/mark_price_klines.ts';
import { premium_index_klines } from '../../functions/sources/klines/premium_index_klines.ts';
import { startVenues } from '../../simulator/index.ts';
import { LooseBudget } from '../runtime/local-venue.ts';
import { fillFrom, span } from './fill-from-simulator.ts';

const venues = await startVenues({ seed: 'computed' });
let budget: LooseBudget;

beforeEach(() => {
  venues.faults.clear();
  venues.requests.clear();
  venues.control.clock.hold(Date.UTC(2026, 10, 21, 12, 34, 56));
  budget = new LooseBudget();
});
afterAll(() => venues.close());

const fill = (source: Source, range: Range, timeframe: Timeframe, symbol = 'BTCUSDT') =>
  fillFrom(venues, budget, source, { range, timeframe, symbol });
const restOf = (source: Source): Source => ({ ...source, tiers: source.tiers.slice(-1) });
const CLOSE = 6;
const SAMPLES = 7;

describe.each([
  ['mark', mark_price_klines, 60],
  ['index', index_price_klines, 60],
  ['premium', premium_index_klines, 12],
])('%s', (_kind, source, samples) => {
  it('fills a month from one file, days after it and REST, which agree', async () => {
    const march = span('2025-03-01T00:00', '2025-04-01T00:00');
    const fromArchive = await fill(source, march, '1h');
    expect(fromArchive).toMatchObject({ have: [march], left: [], empty: [], findings: [] });
    expect(fromArchive.objects.length).toBe(1);
    const fromRest = await fill(restOf(source), march, '1h');
    expect(fromRest.rows).toEqual(fromArchive.rows);
    expect(fromArchive.rows.every((row) => row[SAMPLES] === samples * 60)).toBe(true);
    const newest = await fill(source, span('2026-11-20T00:00', '2026-11-21T12:34'), '1m');
    expect(newest).toMatchObject({ left: [], empty: [], findings: [] });
    expect(newest.objects.length).toBe(2);
  });

  it('is not taken for frozen, though nothing is ever traded at it', async () => {
    // Its candles end with the contract, whose own archive goes on with frozen ones.
    const life = span('2022-09-01T00:00', '2022-10-01T00:00');
    venues.control.clock.hold(Date.UTC(2023, 3, 1));
    const filled = await fill(source, life, '1h', 'FROZENUSDT');
    expect(filled.findings).toEqual([]);
    expect(filled.left).toEqual([]);
    expect(filled.have).toEqual([span('2022-09-01T00:00', '2022-09-15T09:00')]);
    expect(filled.empty.map(({ reason }) => reason)).toEqual(['delisted']);
  });
});

it('takes the day that a file of a month lacks from the file of that day', async () => {
  const june = span('2026-06-01T00:00', '2026-07-01T00:00');
  const filled = await fill(mark_price_klines, june, '1h');
  expect(filled).toMatchObject({ have: [june], left: [], empty: [] });
  expect(filled.objects.map((object) => object.split('/').at(-1))).toEqual([
    'BTCUSDT-1h-2026-06.zip',
    'BTCUSDT-1h-2026-06-29.zip',
  ]);
});

it('proves a hole that month, day and REST have, where the contract has none', async () => {
  const day = span('2024-08-12T00:00', '2024-08-13T00:00');
  const filled = await fill(mark_price_klines, span('2024-08-01T00:00', '2024-09-01T00:00'), '1m');
  expect(filled.left).toEqual([]);
  expect(filled.empty.map(({ span: at, reason }) => [at, reason])).toEqual([
    [span('2024-08-12T12:00', '2024-08-12T12:02'), 'venue-outage'],
  ]);
  expect(filled.empty[0]!.evidence.map(({ what }) => what.split('?')[0])).toEqual([
    '/data/futures/um/monthly/markPriceKlines/BTCUSDT/1m/BTCUSDT-1m-2024-08.zip',
    '/data/futures/um/daily/markPriceKlines/BTCUSDT/1m/BTCUSDT-1m-2024-08-12.zip',
    'GET /fapi/v1/markPriceKlines',
  ]);
  expect(await fill(klines_perp, day, '1m')).toMatchObject({ have: [day], empty: [] });
});

it('takes days of premium whose files are missing from REST', async () => {
  const days = span('2021-01-30T00:00', '2021-02-02T00:00');
  const missing = venues.faults.add({ kind: 'not-found', match: 'monthly/premiumIndexKlines' });
  const filled = await fill(premium_index_klines, days, '1h');
  missing.remove();
  expect(filled).toMatchObject({ have: [days], left: [], empty: [] });
  expect(filled.objects.map((object) => object.split('?')[0])).toEqual(['GET /fapi/v1/premiumIndexKlines']);
});

it('explains the basis: the premium is what the contract is above its index', async () => {
  const day = span('2025-03-03T00:00', '2025-03-04T00:00');
  const [premium, index, contract] = await Promise.all(
    [premium_index_klines, index_price_klines, klines_perp].map((source) => fill(source, day, '1h')),
  );
  for (const [i, row] of premium!.rows.entries()) {
    const basis = Number(contract!.rows[i]![CLOSE]) / Number(index!.rows[i]![CLOSE]) - 1;
    expect(Number(row[CLOSE])).toBeCloseTo(basis, 5);
  }
});

describe('perpetuals in USDC', () => {
  const day = span('2024-01-03T00:00', '2024-01-04T00:00');

  it('are symbols of USD-M: their first day comes from REST', async () => {
    const filled = await fill(klines_perp, day, '1m', 'BTCUSDC');
    expect(filled.have).toEqual([span('2024-01-03T12:30', '2024-01-04T00:00')]);
    expect(filled.empty.map(({ reason }) => reason)).toEqual(['pre-listing']);
    expect(filled.objects.filter((object) => object.includes('.zip'))).toEqual([]);
    const month = span('2024-02-01T00:00', '2024-03-01T00:00');
    expect(await fill(klines_perp, month, '1h', 'BTCUSDC')).toMatchObject({ have: [month], empty: [] });
  });

  it('have prices before they are listed, which date no listing', async () => {
    expect(await fill(mark_price_klines, day, '1m', 'BTCUSDC')).toMatchObject({ have: [day], empty: [] });
    const years = span('2022-01-01T00:00', '2022-01-03T00:00');
    const index = await fill(index_price_klines, years, '1h', 'BTCUSDC');
    expect(index).toMatchObject({ have: [years], empty: [] });
    expect(index.objects.map((object) => object.split('?')[0])).toEqual(['GET /fapi/v1/indexPriceKlines']);
    const venue = createVenueClient({ budget, clock: () => venues.control.clock.now(), env: venues.env });
    const listedAt = async (source: Source) =>
      (await findListing(venue, source.listing, { source: source.id, symbol: 'BTCUSDC', timeframe: '1m' }))
        ?.listedAt;
    expect(await listedAt(klines_perp)).toBe(Date.UTC(2024, 0, 3, 12, 30));
    expect(await listedAt(mark_price_klines)).toBe(Date.UTC(2024, 0, 3));
    expect(await listedAt(index_price_klines)).toBe(Date.UTC(2019, 11, 23, 11, 58));
  });
});
