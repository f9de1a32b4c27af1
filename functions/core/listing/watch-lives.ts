import { BudgetExhausted, GordonError } from '../errors/errors.ts';
import type { LivesDue } from '../ledger/ports.ts';
import type { Sources } from '../series/source.ts';
import { DAY } from '../time/time.ts';
import { type ListingPorts, RECHECK_AFTER, refreshListing } from './current-listing.ts';

export interface WatchLivesPorts extends ListingPorts {
  readonly sources: Sources;
  /** series whose lives are due, the longest unchecked first */
  readonly livesDue: LivesDue;
}

/** Symbols that no longer trade, but stopped too recently to be sure that they ended. */
const RECHECK_UNCLEAR_AFTER = DAY;

/** Each takes up to six requests; what is left comes first in the next run. */
const MOST_SERIES = 500;

/**
 * Refreshes the lives of symbols: those that are out of date, and those whose entry in the venue's list has changed since. It ends
 * early when a venue is rate limited; a venue that refuses does not stop the others.
 * @returns how many were refreshed
 * @throws GordonError of the first symbol that failed, after the others
 */
export async function watchLives(ports: WatchLivesPorts): Promise<number> {
  let looked = 0;
  let failed: unknown;
  const now = ports.clock();
  const due = await ports.livesDue.due(now - RECHECK_AFTER, MOST_SERIES, now - RECHECK_UNCLEAR_AFTER);
  for (const series of due) {
    const source = ports.sources[series.source];
    if (!source || 'listedAt' in source.listing) continue;
    try {
      await refreshListing(ports, source, series, await ports.store.listing(series));
      looked += 1;
    } catch (error) {
      if (error instanceof BudgetExhausted) break;
      if (!(error instanceof GordonError)) throw error;
      failed ??= error;
    }
  }
  if (failed) throw failed;
  return looked;
}
