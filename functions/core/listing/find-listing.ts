import { GordonError } from '../errors/errors.ts';
import type { VenueClient } from '../fetch/ports.ts';
import type { Series } from '../series/series.ts';
import type { Listing, ListingProbe } from '../series/source.ts';
import type { HttpRequest } from '../series/venue.ts';
import { DAY, floorTo } from '../time/time.ts';
import { stepOf } from '../time/timeframe.ts';

/** A symbol whose newest row is older than this may be delisted; a halt is not that long. */
const SILENT_FOR = 3 * DAY;

/** @property frozen the last rows have no trades: the symbol ended before them */
export type FoundListing = Listing & { readonly frozen?: boolean };

/**
 * Finds the span of a symbol's life at the venue: its first row and, if it no longer trades, its last.
 * @returns undefined when the venue knows the symbol but has no rows of it
 * @throws GordonError `unknown-symbol`
 */
export async function findListing(
  venue: VenueClient,
  probe: ListingProbe | Listing,
  series: Series,
): Promise<FoundListing | undefined> {
  if ('listedAt' in probe) return probe;
  const fetchAndRead = async <T>(
    request: HttpRequest,
    read: (body: Uint8Array) => T,
  ): Promise<T | undefined> => {
    const answer = await venue.get(request);
    return answer && read(answer.body);
  };
  const step = stepOf(series.timeframe);
  const first = await venue.get(probe.first(series));
  if (first && probe.lists?.(first.body, series) === false) throw unlisted(series);
  const firstAt = first && probe.firstAt(first.body, series);
  if (first === undefined || firstAt === undefined) return undefined;
  // The ledger's spans lie on the grid, and a first stamp may not.
  const listedAt = floorTo(firstAt, step);
  const newest = await fetchAndRead(probe.last(series), (body) => ({
    at: probe.lastAt(body, series),
    frozen: probe.isFrozen?.(body, series) ?? false,
  }));
  const lastAt = newest?.at;
  if (!newest || lastAt === undefined) return { listedAt };
  if (!newest.frozen && lastAt > first.asOf - SILENT_FOR) return { listedAt };
  const trading = await fetchAndRead(probe.status(series), (body) => probe.isTrading(body, series)).catch(
    whereRefused,
  );
  if (trading) return { listedAt };
  return { listedAt, delistedAt: floorTo(lastAt, step) + step, ...(newest.frozen && { frozen: true }) };
}

const unlisted = ({ symbol }: Series): GordonError =>
  new GordonError({
    code: 'unknown-symbol',
    subject: symbol,
    status: 422,
    message: 'the venue does not list this symbol.',
  });

/**
 * A list that no longer has the symbol shows that it does not trade, even though its rows can still be fetched. A refused
 * request proves nothing about its end.
 */
function whereRefused(error: unknown): boolean {
  if (!(error instanceof GordonError) || error.name !== 'PermanentError') throw error;
  if (error.code === 'unknown-symbol') return false;
  if (error.code === 'venue-refused') return true;
  throw error;
}
