import { BudgetExhausted, GordonError } from '../errors/errors.ts';
import type { LivesDue } from '../ledger/ports.ts';
import type { Sources } from '../series/source.ts';
import { DAY } from '../time/time.ts';
import { type ListingPorts, RECHECK_AFTER, refreshListing } from './current-listing.ts';

export interface WatchLivesPorts extends ListingPorts {
  readonly sources: Sources;
  /** whose lives are due, oldest look first */
  readonly livesDue: LivesDue;
}

/** What does not trade any more, and fell silent too short a time ago to say that this was its end. */
const RECHECK_UNCLEAR_AFTER = DAY;

/** Each takes up to six requests; what is left comes first in the next run. */
const MOST_SERIES = 500;

/**
 * Looks again at the lives of symbols: those whose look is old, and those of which a venue's list has changed since. It ends
 * early where a venue asks for a pause; one that refuses does not keep the others from being looked at.
 * @returns how many were looked at
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
