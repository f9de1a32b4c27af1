import { BudgetExhausted, GordonError } from '../errors/errors.ts';
import type { SeriesStore } from '../ledger/ports.ts';
import type { Series } from '../series/series.ts';
import type { Listing, Source } from '../series/source.ts';
import { type Clock, DAY } from '../time/time.ts';
import { type FindLivesPorts, findLives } from './find-lives.ts';

export interface ListingPorts extends FindLivesPorts {
  readonly store: Pick<SeriesStore, 'listing' | 'saveListing'>;
  readonly clock: Clock;
}

/** A symbol can end, come back, or be another contract's: what was learnt before this long ago is looked at again. */
export const RECHECK_AFTER = 7 * DAY;

/**
 * A symbol's lives as the store knows them; the venue is requested where it knows none yet or where the look is old.
 * @throws as `findLives` does
 */
export async function currentListing(
  ports: ListingPorts,
  source: Pick<Source, 'listing' | 'tiers' | 'traded'>,
  series: Series,
): Promise<Listing | undefined> {
  if ('listedAt' in source.listing) return source.listing;
  const known = await ports.store.listing(series);
  if (known && ports.clock() - known.lookedAt < RECHECK_AFTER) return known;
  try {
    return (await refreshListing(ports, source, series, known)) ?? known;
  } catch (error) {
    // An old look is better than none; the schedule goes on looking, and reports what refuses.
    if (known && (error instanceof BudgetExhausted || error instanceof GordonError)) return known;
    throw error;
  }
}

/** Looks at the lives now and keeps what was found. @param known what an older look found @throws as `findLives` does */
export async function refreshListing(
  { store, venue, archive, clock }: ListingPorts,
  source: Pick<Source, 'listing' | 'tiers' | 'traded'>,
  series: Series,
  known: Listing | undefined,
): Promise<Listing | undefined> {
  const now = clock();
  const { listing, complete } = await findLives({ venue, archive }, source, series, now, known);
  if (listing) await store.saveListing(series, listing, complete ? now : undefined);
  return listing;
}
