import type { Sources } from '../../series/source.ts';
import type { LimitFamily } from '../../series/venue.ts';
import { SECOND } from '../../time/time.ts';
import { sampleRequests } from '../sample-requests.ts';

export interface Budgeted {
  readonly venue: string;
  readonly family: LimitFamily;
}

/** The rate budgets that the sources draw on, derived from the requests that they would send. */
export function limitFamilies(sources: Sources): Budgeted[] {
  const byId = new Map<string, Budgeted>();
  for (const { venue, family } of Object.values(sources).flatMap(sampleRequests)) {
    if (family) byId.set(family.id, { venue: venue.id, family });
  }
  return [...byId.values()].sort((a, b) => (a.family.id < b.family.id ? -1 : 1));
}

/** A limit as the API shows it. */
export const limitOf = ({ venue, family }: Budgeted) => ({
  venue,
  family: family.id,
  limit: family.limit,
  window_seconds: family.windowMs / SECOND,
});

/** Every venue that any source requests. */
export const listVenues = (sources: Sources): string[] =>
  [
    ...new Set(
      Object.values(sources)
        .flatMap(sampleRequests)
        .map(({ venue }) => venue.id),
    ),
  ].sort();
