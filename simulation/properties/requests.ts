import { refreshEvery } from '../../functions/core/series/schedule.ts';
import type { Series } from '../../functions/core/series/series.ts';
import type { Sources } from '../../functions/core/series/source.ts';
import type { Range } from '../../functions/core/time/range.ts';
import { DAY, iso } from '../../functions/core/time/time.ts';
import { stepOf } from '../../functions/core/time/timeframe.ts';
import type { Logged } from '../venue/wire/wire-venue.ts';

export interface RequestsAbout {
  /** what is followed, siblings among it */
  readonly series: readonly Series[];
  readonly sources: Sources;
  /** from the first order to now */
  readonly within: Range;
  /** epoch ms: from here on it was ordered up to the present */
  readonly followedFrom: number;
  /** faults and orders, each of which may cause requests that a calm run does not need */
  readonly disturbances: number;
}

/** A calm run takes less than the optimum and half of it again. */
const FACTOR = 2;
/** Retries, chunks that are planned again, and lives that are looked up again. */
const EACH = 200;
/** Lists, lives and probes of a calm day. */
const LISTS_A_DAY = 200;
/** Series that share a file, the statistics. */
const SIBLINGS = 5;
/**
 * How often one series reads a file again at most, because proofs of holes in it are renewed. Those of a day may be hours apart, and a
 * renewal takes along only those that have passed half their time: the next is half a day later at least, and no earlier than when
 * the holes are a third older.
 */
export const renewals = (days: number): number =>
  days <= 2 ? Math.floor(2 * days) : 4 + Math.floor(Math.log(days / 2) / Math.log(4 / 3));

/**
 * The fewest requests that keep series complete: one for each row as soon as it is available, and of the history the pages that
 * no file has. What a request says of several series at once is counted for each.
 */
export function optimum({ series, sources, within, followedFrom }: RequestsAbout): number {
  return series.reduce((sum, one) => {
    const source = sources[one.source]!;
    const step = stepOf(one.timeframe);
    const followed = (within.end - followedFrom) / Math.max(refreshEvery(source), step);
    const pages = source.tiers.find((tier) => tier.kind === 'pages');
    const history = pages ? (followedFrom - within.start) / step / pages.pageRows : 0;
    const snapshot = source.tiers.find((tier) => tier.kind === 'snapshot');
    return sum + Math.ceil(followed) * (snapshot?.requests(one).length ?? 1) + Math.ceil(history);
  }, 0);
}

/** Requests beyond a bound of the optimum, and files that were loaded again and again. @returns breaches in words */
export function judgeRequests(log: readonly Logged[], about: RequestsAbout): string[] {
  const { within, disturbances } = about;
  const answered = log.filter(({ host }) => host !== 'archive' && host !== 'listing');
  const least = optimum(about);
  const days = (within.end - about.followedFrom) / DAY;
  const most = FACTOR * least + EACH * disturbances + LISTS_A_DAY * Math.ceil(days);
  const out: string[] = [];
  if (answered.length > most) {
    out.push(`${answered.length} requests to the API where ${least} are the fewest, and ${most} are allowed`);
  }
  const loads = new Map<string, number>();
  for (const { host, what, status } of log) {
    if (host !== 'archive' || status !== 200 || what.endsWith('.CHECKSUM')) continue;
    loads.set(what, (loads.get(what) ?? 0) + 1);
  }
  // Each reads it for its rows, and again where the proof of a hole in it is renewed.
  const mostLoads = SIBLINGS * (1 + renewals(days)) + disturbances;
  for (const [file, times] of loads) {
    if (times > mostLoads) out.push(`${file} was loaded ${times} times up to ${iso(within.end)}`);
  }
  return out;
}
