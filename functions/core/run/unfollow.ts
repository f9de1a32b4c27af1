import { badRequest } from '../bad-request.ts';
import type { SeriesCatalog, SeriesReport, Sources } from '../ports.ts';
import { refreshEvery } from '../schedule.ts';
import type { Series } from '../series.ts';
import { spellingOf } from '../spelling.ts';
import { iso, SECOND } from '../time.ts';
import type { Timeframe } from '../timeframe.ts';

export interface UnfollowAsked {
  /** ids of sources */
  readonly sources: readonly string[];
  readonly symbols: readonly string[];
  /** absent: all of them */
  readonly timeframe?: Timeframe | undefined;
}

/**
 * Withdraws orders: no schedule orders these series any more, and what is neither there nor proven empty is no gap. Rows stay.
 * @returns the series
 * @throws GordonError `not-followed` for a symbol of which none of them is requested; nothing has changed then
 */
export async function unfollow(
  { catalog }: { readonly catalog: Pick<SeriesCatalog, 'report' | 'unfollow'> },
  { sources, symbols, timeframe }: UnfollowAsked,
): Promise<Series[]> {
  const known = await catalog.report({ sources, symbols, ...(timeframe && { timeframe }) });
  for (const symbol of symbols) {
    if (known.some((series) => series.symbol === symbol)) continue;
    const { symbol: meant } = spellingOf(symbol);
    const remedy =
      meant === symbol
        ? 'List what is: GET /backfill/series.'
        : `Venues write it ${meant}. List what is: GET /backfill/series.`;
    throw badRequest('not-followed', symbol, 'nothing of it is requested there.', remedy, 404);
  }
  const series = known.map(({ source, symbol, timeframe }) => ({ source, symbol, timeframe }));
  for (const one of series) await catalog.unfollow(one);
  return series;
}

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
    since: series.since === undefined ? null : iso(series.since),
    unfollowed_at: series.unfollowedAt === undefined ? null : iso(series.unfollowedAt),
    every_seconds: series.unfollowedAt === undefined ? refreshEvery(spec) / SECOND : null,
  };
}
