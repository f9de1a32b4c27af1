import { BudgetExhausted, GordonError } from '../errors.ts';
import type { Period } from '../period.ts';
import type { VenueClient } from '../ports.ts';
import { hull, normalize, type Range, type RangeSet, subtract } from '../range.ts';
import type { Series } from '../series.ts';
import { type Listing, livesOf, type Source } from '../source.ts';
import { findListing } from './find-listing.ts';
import { listedPeriods } from './listed-periods.ts';

export interface Look {
  readonly listing: Listing | undefined;
  /** false: the archive could not be asked, so it has to be looked at again */
  readonly whole: boolean;
}

/** No venue of ours is older. */
const OLDEST = Date.UTC(2015, 0);

type Evidence = { readonly what: string; readonly status: number; readonly at: number };

/**
 * Looks at all lives of a symbol: at what the venue's API says of it now, and at what its archive lists. The API forgets the
 * contract that had the ticker before, or the symbol as a whole; the archive keeps both.
 * @throws GordonError `unknown-symbol` when neither knows it, and what venues throw
 */
export async function findLives(
  venue: VenueClient,
  source: Pick<Source, 'listing' | 'tiers'>,
  series: Series,
  now: number,
): Promise<Look> {
  if ('listedAt' in source.listing) return { listing: source.listing, whole: true };
  const evidence: Evidence[] = [];
  const noted: VenueClient = {
    async get(request) {
      const note = (status: number) => evidence.push({ what: request.path, status, at: now });
      try {
        const answer = await venue.get(request);
        note(answer?.status ?? 404);
        return answer;
      } catch (error) {
        if (isUnknown(error)) note(400);
        throw error;
      }
    },
  };
  let rest: Listing | undefined;
  let unknown: unknown;
  try {
    rest = await findListing(noted, source.listing, series);
  } catch (error) {
    if (!isUnknown(error)) throw error;
    unknown = error;
  }
  if (!rest && !unknown) return { listing: undefined, whole: true };
  let published: readonly Period[];
  try {
    published = await publishedObjects(noted, source, series, rest?.listedAt, now);
  } catch (error) {
    // The listing is a second witness: where the API knows the symbol, its word serves until the archive answers again.
    if (unknown !== undefined || !(error instanceof GordonError || error instanceof BudgetExhausted))
      throw error;
    return { listing: rest, whole: false };
  }
  if (unknown !== undefined && published.length === 0) throw unknown;
  const gaps: Range[] = [];
  for (const gap of rest ? gapsWithin(rest, published) : []) {
    if (await isSilent(noted, source, series, gap)) gaps.push(gap);
  }
  const listing = livesBy(rest, published, gaps);
  return { listing: listing && { ...listing, evidence }, whole: true };
}

const isUnknown = (error: unknown): boolean =>
  error instanceof GordonError && error.code === 'unknown-symbol';

/** Whole objects that lack between others, within the life that the API knows. */
export function gapsWithin(rest: Listing, published: readonly Period[]): RangeSet {
  const objects = normalize(published);
  return objects.slice(1).flatMap((next, i) => {
    const gap = { start: objects[i]!.end, end: next.start };
    return livesOf(rest).some((life) => life.start < gap.start && gap.end < life.end) ? [gap] : [];
  });
}

/**
 * Lives out of what two witnesses say.
 * @param rest the one life that the API knows; undefined: it does not know the symbol
 * @param published the periods of the objects that the archive lists
 * @param gaps stretches of that life without object and without row
 */
export function livesBy(
  rest: Listing | undefined,
  published: readonly Period[],
  gaps: RangeSet,
): Listing | undefined {
  const known = rest ? livesOf(rest) : [];
  // One object that lacks between others ends no life where the API cannot say anything of it.
  const earlier = hull(normalize(published.filter((one) => isEarlier(one, rest?.listedAt))));
  if (!earlier && gaps.length === 0) return rest;
  const lives = normalize([...(earlier ? [earlier] : []), ...subtract(known, gaps)]);
  const end = lives.at(-1)!.end;
  return {
    listedAt: lives[0]!.start,
    ...(end !== Number.POSITIVE_INFINITY && { delistedAt: end }),
    lives,
    byObjects: true,
  };
}

/** The API's own answer about the stretch. One that does not reach back so far is no witness. */
async function isSilent(
  venue: VenueClient,
  { tiers }: Pick<Source, 'tiers'>,
  series: Series,
  gap: Range,
): Promise<boolean> {
  const pages = tiers.find((tier) => tier.kind === 'pages');
  if (!pages || pages.reachMs !== undefined || pages.parts) return false;
  const answer = await venue.get(pages.request(series, gap));
  if (!answer) return false;
  const { times } = pages.parse(answer.body, series, answer.asOf).batch;
  return !times.some((at) => gap.start <= at && at < gap.end);
}

/** An object that holds the first row itself is of the life that the API knows. */
const isEarlier = ({ end }: Range, firstRow = Number.POSITIVE_INFINITY): boolean => end <= firstRow;

/**
 * The periods of which the archive has an object, of the coarsest tier that can be listed. The last month of a life that the API
 * does not know may have objects of days alone, so the finer tiers are listed from there on.
 * @param firstRow of the life that the API knows; undefined: it knows none
 */
async function publishedObjects(
  venue: VenueClient,
  { tiers }: Pick<Source, 'tiers'>,
  series: Series,
  firstRow: number | undefined,
  now: number,
): Promise<Period[]> {
  const found: Period[] = [];
  let range: Range = { start: OLDEST, end: now };
  for (const tier of tiers) {
    if (tier.kind !== 'archive' || !tier.listing || range.start >= range.end) continue;
    found.push(...(await listedPeriods(venue, tier, tier.listing, series, range)).periods);
    const start = found.findLast((one) => isEarlier(one, firstRow))?.end;
    if (found.length > 0 && start === undefined) break;
    if (start !== undefined) range = { start, end: firstRow ?? now };
  }
  return found;
}
