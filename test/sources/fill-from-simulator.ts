import { expect } from 'vitest';
import type { FetchContext } from '../../functions/core/fetch/fetch-context.ts';
import { fetchMissing } from '../../functions/core/fetch/fetch-missing.ts';
import type { Page } from '../../functions/core/ledger/coverage.ts';
import { findListing } from '../../functions/core/listing/find-listing.ts';
import type { Finding, Source } from '../../functions/core/series/source.ts';
import { timeColumn } from '../../functions/core/series/table.ts';
import { measure, type Range, type RangeSet, union } from '../../functions/core/time/range.ts';
import { stepOf, type Timeframe } from '../../functions/core/time/timeframe.ts';
import { createArchiveReader } from '../../functions/runtime/venues/archive-reader.ts';
import { createVenueClient } from '../../functions/runtime/venues/venue-client.ts';
import type { Venues } from '../../simulator/index.ts';
import type { LooseBudget } from '../runtime/local-venue.ts';
import { expectSound, type PlainRow, rowsOf } from './conformance.ts';

export interface Filled {
  readonly rows: readonly PlainRow[];
  readonly have: RangeSet;
  readonly left: RangeSet;
  readonly empty: Page['empty'];
  readonly findings: readonly Finding[];
  readonly objects: readonly string[];
}

export interface Wanted {
  readonly range: Range;
  readonly timeframe?: Timeframe;
  readonly symbol?: string;
}

export const span = (from: string, to: string): Range => ({
  start: Date.parse(`${from}Z`),
  end: Date.parse(`${to}Z`),
});

/** Runs the engine with the real client against the simulated venues. */
export async function fillFrom(
  venues: Venues,
  budget: LooseBudget,
  source: Source,
  { range, timeframe = '1m', symbol = 'BTCUSDT' }: Wanted,
): Promise<Filled> {
  const clock = () => venues.control.clock.now();
  const venue = createVenueClient({ budget, clock, env: venues.env, sleep: async () => undefined });
  const series = { source: source.id, symbol, timeframe };
  const context: FetchContext = {
    source,
    series,
    sources: {},
    archives: 'required',
    listing: () => findListing(venue, source.listing, series),
  };
  const time = source.table.columns.findIndex(({ name }) => name === timeColumn(source.table));
  const pages: Page[] = [];
  const ports = { venue, archive: createArchiveReader(venue), clock };
  const fetch = fetchMissing(ports, context, [range]);
  for await (const page of fetch.pages) pages.push(page);
  const full = pages.filter((page) => page.rows.length > 0);
  for (const page of full) expectSound({ batch: page.rows, findings: [] }, source.table, series);
  const have = pages.reduce<RangeSet>((set, page) => union(set, page.have), []);
  const rows = full.flatMap((page) => rowsOf({ batch: page.rows }));
  if (source.table.cadence !== 'irregular') expect(measure(have)).toBe(rows.length * stepOf(timeframe));
  return {
    rows: rows.sort((a, b) => Number(a[time]) - Number(b[time])),
    have,
    left: fetch.progress.missing,
    empty: pages.flatMap((p) => p.empty),
    findings: pages.flatMap((p) => p.findings),
    objects: pages.map((p) => p.object),
  };
}
