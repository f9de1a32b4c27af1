import { badRequest } from '../errors/bad-request.ts';
import type { SeriesCatalog, SeriesReport } from '../ledger/ports.ts';
import { spellingOf } from '../series/names/spelling.ts';
import { refreshEvery } from '../series/schedule.ts';
import type { Series } from '../series/series.ts';
import type { Sources } from '../series/source.ts';
import { iso, isoOrNull, SECOND } from '../time/time.ts';
import type { Timeframe } from '../time/timeframe.ts';

export interface UnfollowRequest {
  /** ids of sources */
  readonly sources: readonly string[];
  readonly symbols: readonly string[];
  /** absent: all of them */
  readonly timeframe?: Timeframe | undefined;
}

/**
 * Unfollows series: no schedule orders them any more, and what has no rows and is not proven empty is no longer a gap. Rows stay.
 * @returns the series
 * @throws GordonError `not-followed` for a symbol of which none of them is requested; nothing has changed then
 */
export async function unfollow(
  { catalog }: { readonly catalog: Pick<SeriesCatalog, 'report' | 'unfollow'> },
  request: UnfollowRequest,
): Promise<Series[]> {
  const series = (await knownSeries(catalog, request)).map(pickSeries);
  for (const one of series) await catalog.unfollow(one);
  return series;
}

/** The requested series that the filter selects. @throws GordonError `not-followed` */
export async function knownSeries(
  catalog: Pick<SeriesCatalog, 'report'>,
  { sources, symbols, timeframe }: UnfollowRequest,
): Promise<SeriesReport[]> {
  const found = await catalog.report({ sources, symbols, ...(timeframe && { timeframe }) });
  for (const symbol of symbols) {
    if (found.some((series) => series.symbol === symbol)) continue;
    const { symbol: meant } = spellingOf(symbol);
    const list = 'List what is: `gordon-data backfill series`.';
    const remedy = meant === symbol ? list : `Venues write it ${meant}. ${list}`;
    throw badRequest('not-followed', symbol, 'nothing of it is requested there.', remedy);
  }
  return found;
}

/** The three fields that identify a series, without what else an object has. */
export const pickSeries = ({ source, symbol, timeframe }: Series): Series => ({ source, symbol, timeframe });

/** A series as `GET /backfill/series` lists it. */
export function followedView(series: SeriesReport, sources: Sources) {
  const spec = sources[series.source]!;
  const first = series.requested[0]!;
  const last = series.requested.at(-1)!;
  return {
    source: series.source,
    family: spec.family,
    symbol: series.symbol,
    timeframe: series.timeframe,
    from: iso(first.start),
    to: iso(last.end),
    requested: series.requested.map(({ start, end }) => ({ from: iso(start), to: iso(end) })),
    followed: series.unfollowedAt === undefined,
    since: isoOrNull(series.since),
    unfollowed_at: isoOrNull(series.unfollowedAt),
    every_seconds: series.unfollowedAt === undefined ? refreshEvery(spec) / SECOND : null,
  };
}
