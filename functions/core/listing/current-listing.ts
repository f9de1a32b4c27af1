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

/** A symbol can end, come back, or pass to another contract: listings older than this are refreshed. */
export const RECHECK_AFTER = 7 * DAY;

/**
 * A symbol's lives as the store knows them; the venue is queried if the store has none or an outdated one.
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
    // An outdated listing is better than none; the schedule keeps trying and reports refusals.
    if (known && (error instanceof BudgetExhausted || error instanceof GordonError)) return known;
    throw error;
  }
}

/** Finds the lives again and stores them. @param known the result of the last search @throws as `findLives` does */
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
