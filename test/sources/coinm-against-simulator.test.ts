import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { findLives } from '../../functions/core/listing/find-lives.ts';
import type { Source } from '../../functions/core/series/source.ts';
import type { Range } from '../../functions/core/time/range.ts';
import { DAY, MINUTE } from '../../functions/core/time/time.ts';
import type { Timeframe } from '../../functions/core/time/timeframe.ts';
import { createArchiveReader } from '../../functions/runtime/venues/archive-reader.ts';
import { createVenueClient } from '../../functions/runtime/venues/venue-client.ts';
import { funding_binance_coinm } from '../../functions/sources/funding/funding_binance_coinm.ts';
import { klines_coinm } from '../../functions/sources/klines/klines_coinm.ts';
import { klines_perp } from '../../functions/sources/klines/klines_perp.ts';
import { mark_price_klines_coinm } from '../../functions/sources/klines/mark_price_klines_coinm.ts';
import { premium_index_klines_coinm } from '../../functions/sources/klines/premium_index_klines_coinm.ts';
import { open_interest_binance_coinm } from '../../functions/sources/open_interest/open_interest_binance_coinm.ts';
import { startVenues } from '../../simulator/index.ts';
import { LooseBudget } from '../runtime/local-venue.ts';
import { fillFrom, span } from './fill-from-simulator.ts';

const NOW = Date.UTC(2026, 10, 21, 12, 34, 56);
const venues = await startVenues({ seed: 'coinm' });
let budget: LooseBudget;

beforeEach(() => {
  venues.faults.clear();
  venues.requests.clear();
  venues.control.outages.clear();
  venues.control.clock.hold(NOW);
  budget = new LooseBudget();
});
afterAll(() => venues.close());

const fill = (source: Source, range: Range, timeframe: Timeframe, symbol = 'BTCUSD_PERP') =>
  fillFrom(venues, budget, source, { range, timeframe, symbol });
const restOf = (source: Source): Source => ({ ...source, tiers: source.tiers.slice(-1) });

describe('candles of COIN-M', () => {
  it('come from a file, and REST agrees with it, page by page of 200 days at most', async () => {
    const days = span('2025-03-03T00:00', '2025-03-06T00:00');
    const fromArchive = await fill(klines_coinm, days, '1m');
    expect(fromArchive).toMatchObject({ have: [days], left: [], empty: [], findings: [] });
    expect((await fill(restOf(klines_coinm), days, '1m')).rows).toEqual(fromArchive.rows);
    const months = span('2024-01-01T00:00', '2024-08-01T00:00');
    venues.requests.clear();
    const daily = await fill(restOf(klines_coinm), months, '1d');
    expect(daily).toMatchObject({ have: [months], left: [], empty: [] });
    expect((await fill(klines_coinm, months, '1d')).rows).toEqual(daily.rows);
    const spans = daily.objects.map((object) => {
      const query = new URLSearchParams(object.split('?')[1]);
      return Number(query.get('endTime')) + 1 - Number(query.get('startTime'));
    });
    expect(spans).toEqual([200, 13].map((length) => length * DAY));
  });

  it('of a silence longer than a page are proven by as many pages as it has', async () => {
    const silence = span('2025-03-03T00:00', '2025-03-06T00:00');
    venues.control.outages.add({ market: 'cm', ...silence });
    const week = span('2025-03-01T00:00', '2025-03-08T00:00');
    const filled = await fill(restOf(klines_coinm), week, '1m');
    expect(filled.left).toEqual([]);
    expect(filled.have).toEqual([
      span('2025-03-01T00:00', '2025-03-03T00:00'),
      span('2025-03-06T00:00', '2025-03-08T00:00'),
    ]);
    expect(new Set(filled.empty.map(({ reason }) => reason))).toEqual(new Set(['venue-outage']));
  });

  it('have the life that the list of contracts says', async () => {
    const first = await fill(klines_coinm, span('2020-08-09T00:00', '2020-08-12T00:00'), '1h');
    expect(first.have).toEqual([span('2020-08-10T07:00', '2020-08-12T00:00')]);
    expect(first.empty.map(({ reason }) => reason)).toEqual(['pre-listing']);
    const quarter = span('2026-11-21T00:00', '2026-11-21T12:00');
    expect(await fill(klines_coinm, quarter, '1h', 'BTCUSD_261225')).toMatchObject({ have: [quarter] });
  });

  it('of a delivered contract come from the archive, which REST has forgotten', async () => {
    const venue = createVenueClient({ budget, clock: () => venues.control.clock.now(), env: venues.env });
    const ports = { venue, archive: createArchiveReader(venue) };
    const series = { source: 'klines_coinm', symbol: 'BTCUSD_260626', timeframe: '1h' as const };
    const { listing, complete } = await findLives(ports, klines_coinm, series, NOW);
    expect(complete).toBe(true);
    expect(listing).toMatchObject({
      listedAt: Date.UTC(2025, 11, 26, 8),
      delistedAt: Date.UTC(2026, 5, 26, 8),
    });
    const unknown = { ...series, symbol: 'BTCUSD_990101' };
    await expect(findLives(ports, klines_coinm, unknown, NOW)).rejects.toMatchObject({
      code: 'unknown-symbol',
    });
  });

  it('spend from the budget of USD-M', async () => {
    // Another minute than that of the tests before.
    venues.control.clock.hold(NOW + MINUTE);
    const hours = span('2026-11-21T00:00', '2026-11-21T12:00');
    await fill(klines_coinm, hours, '1h');
    await fill(klines_perp, hours, '1h', 'BTCUSDT');
    const families = new Set(budget.taken.map(([, family]) => family).filter(Boolean));
    expect([...families]).toEqual(['binance-usdm']);
    const spent = budget.taken.reduce((sum, [, family, weight]) => (family ? sum + weight : sum), 0);
    expect(budget.observed.at(-1)?.[1]).toBe(spent);
  });
});

it.each([
  ['mark', mark_price_klines_coinm, 60],
  ['premium', premium_index_klines_coinm, 12],
])(
  'the %s of COIN-M is the same in files and from REST, whose pages are of 200 days at most',
  async (_kind, source, samples) => {
    const months = span('2024-01-01T00:00', '2024-08-01T00:00');
    const filled = await fill(source, months, '1d');
    expect(filled).toMatchObject({ have: [months], left: [], empty: [], findings: [] });
    expect(filled.rows[0]!.at(-1)).toBe(samples * 1_440);
    const fromRest = await fill(restOf(source), months, '1d');
    expect(fromRest.rows).toEqual(filled.rows);
    expect(fromRest.objects.length).toBe(2);
  },
);

it('funding of COIN-M comes from REST before its files begin, and has no mark price', async () => {
  const summer = span('2022-06-01T00:00', '2022-08-01T00:00');
  const filled = await fill(funding_binance_coinm, summer, '1h');
  expect(filled.left).toEqual([]);
  expect(filled.rows.length).toBe(61 * 3);
  expect(filled.rows.every((row) => row[0] === 'binance_coinm' && row[5] === 8 && row[6] === null)).toBe(
    true,
  );
  const paths = new Set(filled.objects.map((object) => object.split('?')[0]));
  expect([...paths]).toEqual([
    '/data/futures/cm/monthly/fundingRate/BTCUSD_PERP/BTCUSD_PERP-fundingRate-2022-07.zip',
    'GET /dapi/v1/fundingRate',
  ]);
  // A contract with a day of delivery is none of its symbols.
  expect('BTCUSD_261225').not.toMatch(funding_binance_coinm.symbolPattern);
});

describe('open interest of COIN-M', () => {
  const CONTRACTS = 4;
  const COINS = 9;

  it('is contracts and coins, from files whose labels are beginnings and from REST, which agree', async () => {
    const days = span('2026-11-17T00:00', '2026-11-21T12:00');
    const filled = await fill(open_interest_binance_coinm, days, '1h');
    expect(filled).toMatchObject({ have: [days], left: [], empty: [], findings: [] });
    const fromRest = await fill(restOf(open_interest_binance_coinm), days, '1h');
    const values = (rows: typeof filled.rows) => rows.map((row) => [row[3], row[CONTRACTS], row[COINS]]);
    expect(values(filled.rows)).toEqual(values(fromRest.rows));
    const [candle] = (await fill(klines_coinm, days, '1h')).rows;
    const [first] = filled.rows;
    const price = (Number(first![CONTRACTS]) * 100) / Number(first![COINS]);
    expect(price / Number(candle![3])).toBeCloseTo(1, 3);
    expect(first!.slice(5, 8)).toEqual(['contracts', 'one', null]);
  });

  it('is lost where the archive lacks days that REST does not keep', async () => {
    const days = span('2024-03-02T00:00', '2024-03-06T00:00');
    const filled = await fill(open_interest_binance_coinm, days, '1h');
    expect(filled.empty.map(({ span: at, reason }) => [at, reason])).toEqual([
      [span('2024-03-04T01:00', '2024-03-06T00:00'), 'source-expired'],
    ]);
  });
});
