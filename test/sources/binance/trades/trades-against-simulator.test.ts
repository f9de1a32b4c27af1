import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { fetchMissing } from '../../../../functions/core/fetch/fetch-missing.ts';
import type { Page } from '../../../../functions/core/ledger/coverage.ts';
import type { Source } from '../../../../functions/core/series/source.ts';
import { countWithin } from '../../../../functions/core/series/table.ts';
import { type Range, union } from '../../../../functions/core/time/range.ts';
import { DAY, HOUR, MINUTE } from '../../../../functions/core/time/time.ts';
import { createArchiveReader } from '../../../../functions/runtime/venues/archive-reader.ts';
import { createVenueClient } from '../../../../functions/runtime/venues/venue-client.ts';
import { trades_perp } from '../../../../functions/sources/trades/trades_perp.ts';
import { trades_spot } from '../../../../functions/sources/trades/trades_spot.ts';
import { startVenues } from '../../../../simulator/index.ts';
import { LooseBudget } from '../../../runtime/local-venue.ts';

const NOW = Date.UTC(2025, 2, 10, 12, 34, 56);
const TODAY = Date.UTC(2025, 2, 10);
const PER_MINUTE = 8;
const venues = await startVenues({ seed: 'trades' });
beforeEach(() => {
  venues.faults.clear();
  venues.requests.clear();
  venues.control.clock.hold(NOW);
});
afterAll(() => venues.close());

async function load(source: Source, range: Range, symbol = 'BTCUSDT') {
  const clock = () => NOW;
  const venue = createVenueClient({
    budget: new LooseBudget(),
    clock,
    env: venues.env,
    sleep: async () => undefined,
  });
  const series = { source: source.id, symbol, timeframe: '1m' as const };
  const context = {
    source,
    series,
    sources: { [source.id]: source },
    archives: 'required' as const,
    listing: async () => ({ listedAt: 0 }),
  };
  const ports = { venue, archive: createArchiveReader(venue), clock };
  const fetch = fetchMissing(ports, context, [range]);
  const pages: Page[] = [];
  for await (const page of fetch.pages) pages.push(page);
  const have = pages.map((page) => page.have).reduce(union, []);
  const rows = pages.reduce((sum, page) => sum + countWithin(page.rows.times, page.have), 0);
  return { pages, have, rows, missing: fetch.progress.missing };
}

describe.each([trades_spot, trades_perp])('$id', (source) => {
  it('loads a day from its file, and each minute once', async () => {
    const { have, rows, missing, pages } = await load(source, { start: TODAY - 3 * DAY, end: TODAY - DAY });
    expect(have).toEqual([{ start: TODAY - 3 * DAY, end: TODAY - DAY }]);
    expect(missing).toEqual([]);
    expect(rows).toBe(2 * 1_440 * PER_MINUTE);
    expect(pages.flatMap((page) => page.findings)).toEqual([]);
    expect(venues.requests.count('aggTrades-2025-03-07.zip')).toBe(2);
    expect(venues.requests.count('/v3/aggTrades') + venues.requests.count('/v1/aggTrades')).toBe(0);
  });

  it('pages through the young end by whole minutes, an hour at most, up to the running minute', async () => {
    const start = TODAY + 9 * HOUR;
    const end = TODAY + 12 * HOUR + 36 * MINUTE;
    const { have, rows, pages } = await load(source, { start, end });
    const whole = TODAY + 12 * HOUR + 34 * MINUTE;
    expect(have).toEqual([{ start, end: whole }]);
    expect(rows).toBe(((whole - start) / MINUTE) * PER_MINUTE);
    expect(pages.flatMap(({ provisional = [] }) => provisional)).toEqual([{ start: whole, end }]);
    const sent = venues.requests.all().filter(({ line }) => line.includes('aggTrades?'));
    expect(sent.every(({ status }) => status === 200)).toBe(true);
    expect(sent.length).toBe(4);
  });

  it('goes to the month for a day that has no file, and to REST where neither has the trades', async () => {
    venues.faults.add({ kind: 'not-found', venue: 'binance-archive', match: 'aggTrades-2025-02-11.zip' });
    const start = Date.UTC(2025, 1, 10);
    const range = { start, end: start + 4 * DAY };
    const { have, rows } = await load(source, range);
    expect(have).toEqual([range]);
    expect(rows).toBe(4 * 1_440 * PER_MINUTE);
  });
});
