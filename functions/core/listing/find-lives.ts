import { BudgetExhausted, GordonError } from '../errors/errors.ts';
import { listedPeriods } from '../fetch/archive/listed-periods.ts';
import type { ArchiveReader, VenueClient } from '../fetch/ports.ts';
import type { Series } from '../series/series.ts';
import { type Listing, livesOf, reachOf, type Source } from '../series/source.ts';
import type { Period } from '../time/period.ts';
import {
  clip,
  hull,
  intersect,
  normalize,
  type Range,
  type RangeSet,
  subtract,
  union,
} from '../time/range.ts';
import { stepOf } from '../time/timeframe.ts';
import { type FoundListing, findListing } from './find-listing.ts';
import { endOfTrade, OLDEST_VENUE, type Published, refineByRows } from './refine-lives.ts';

export interface FoundLives {
  readonly listing: Listing | undefined;
  /** false: the archive could not be reached, so the search has to be repeated */
  readonly complete: boolean;
}

/** The clients that the search uses. */
export interface FindLivesPorts {
  readonly venue: VenueClient;
  readonly archive: ArchiveReader;
}

type Evidence = { readonly what: string; readonly status: number; readonly at: number };

/**
 * Finds all lives of a symbol, from the venue's API as of now and from the listing of its archive. The API forgets the
 * contract that had the ticker before, or the symbol as a whole; the archive keeps both.
 * @param before the result of an earlier search: silences that it knew are requested again, and one that it took for the end may be over
 * @throws GordonError `unknown-symbol` when neither knows it, and what venues throw
 */
export async function findLives(
  { venue, archive }: FindLivesPorts,
  source: Pick<Source, 'listing' | 'tiers' | 'traded'>,
  series: Series,
  now: number,
  before?: Listing,
): Promise<FoundLives> {
  if ('listedAt' in source.listing) return { listing: source.listing, complete: true };
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
  const read: ArchiveReader = {
    async read(object) {
      const file = await archive.read(object);
      evidence.push({ what: object.file.path, status: file ? 200 : 404, at: now });
      return file;
    },
  };
  let rest: FoundListing | undefined;
  let unknown: unknown;
  try {
    rest = await findListing(noted, source.listing, series);
  } catch (error) {
    if (!isUnknown(error)) throw error;
    unknown = error;
  }
  if (!rest && !unknown) return { listing: undefined, complete: true };
  let published: readonly Published[];
  try {
    published = await publishedObjects(noted, source, series, rest?.listedAt, now);
  } catch (error) {
    // The listing is a second source: if the API knows the symbol, its answer is used until the archive is back.
    if (unknown !== undefined || !(error instanceof GordonError || error instanceof BudgetExhausted))
      throw error;
    return { listing: rest, complete: false };
  }
  if (unknown !== undefined && published.length === 0) throw unknown;
  if (rest?.frozen) rest = await withoutFrozen(read, source, series, rest, published);
  const gaps: Range[] = [];
  if (rest) {
    const known = await knownGaps(noted, source, series, rest, before, now);
    for (const gap of union(gapsWithin(rest, published), known)) {
      if (await isSilent(noted, source, series, gap)) gaps.push(gap);
    }
  }
  const found = livesBy(rest, published, gaps);
  const listing = found?.byObjects ? await refineByRows(read, source, series, found, published) : found;
  return { listing: listing && { ...listing, evidence }, complete: true };
}

const isUnknown = (error: unknown): boolean =>
  error instanceof GordonError && error.code === 'unknown-symbol';

/** Missing objects between existing ones, within the life that the API knows. */
export function gapsWithin(rest: Listing, published: readonly Period[]): RangeSet {
  const objects = normalize(published);
  return objects.slice(1).flatMap((next, i) => {
    const gap = { start: objects[i]!.end, end: next.start };
    return livesOf(rest).some((life) => life.start < gap.start && gap.end < life.end) ? [gap] : [];
  });
}

/**
 * Combines the lives that the API and the archive know.
 * @param rest the one life that the API knows; undefined: it does not know the symbol
 * @param published the periods of the objects that the archive lists
 * @param gaps stretches of that life that have neither an object nor a row
 */
export function livesBy(
  rest: Listing | undefined,
  published: readonly Period[],
  gaps: RangeSet,
): Listing | undefined {
  const known = rest ? livesOf(rest) : [];
  // One missing object between others does not end a life if the API knows nothing of it.
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

/** The life up to its last trade, as far as the archive has objects of it: those of the newest month come later. */
async function withoutFrozen(
  archive: ArchiveReader,
  source: Pick<Source, 'traded'>,
  series: Series,
  { listedAt, delistedAt }: FoundListing,
  published: readonly Published[],
): Promise<Listing> {
  const objects = published.filter(({ end }) => end > listedAt);
  const end = await endOfTrade(archive, source, series, objects);
  const isKnown = end !== undefined && end < objects.at(-1)!.end;
  return { listedAt, delistedAt: isKnown ? end : delistedAt! };
}

/** Silences within the life that the API knows, as an earlier search found them: between its lives, and from its end to the comeback. */
async function knownGaps(
  venue: VenueClient,
  { tiers }: Pick<Source, 'tiers'>,
  series: Series,
  rest: Listing,
  before: Listing | undefined,
  now: number,
): Promise<RangeSet> {
  if (!before || before.byObjects) return [];
  const known = livesOf(before);
  const since = { start: Math.max(known[0]!.start, rest.listedAt), end: known.at(-1)!.end };
  const between = subtract(clip(livesOf(rest), since), known);
  const alive = intersect(livesOf(rest), [{ start: since.end, end: now }]);
  const pages = tiers.find((tier) => tier.kind === 'pages');
  if (alive.length === 0 || !pages || pages.direction !== 'forward' || pages.parts) return between;
  const answer = await venue.get(pages.request(series, alive[0]!));
  if (!answer) return between;
  const back = pages.parse(answer.body, series, answer.asOf).batch.times.find((at) => at >= since.end);
  return back === undefined || back === since.end
    ? between
    : union(between, [{ start: since.end, end: back }]);
}

/** Whether the API has no rows of the stretch. An API that does not reach back so far proves nothing, nor does one that answers no range so long. */
async function isSilent(
  venue: VenueClient,
  { tiers }: Pick<Source, 'tiers'>,
  series: Series,
  gap: Range,
): Promise<boolean> {
  const pages = tiers.find((tier) => tier.kind === 'pages');
  if (!pages || pages.parts || reachOf(pages, stepOf(series.timeframe)) !== undefined) return false;
  if (gap.end - gap.start > (pages.spanMs ?? Number.POSITIVE_INFINITY)) return false;
  const answer = await venue.get(pages.request(series, gap));
  if (!answer) return false;
  const { times } = pages.parse(answer.body, series, answer.asOf).batch;
  return !times.some((at) => gap.start <= at && at < gap.end);
}

/** Whether an object belongs to an earlier life. The object that holds the first row belongs to the life that the API knows. */
const isEarlier = ({ end }: Range, firstRow = Number.POSITIVE_INFINITY): boolean => end <= firstRow;

/**
 * The periods for which the archive has an object, by the coarsest tier that can be listed. The last month of a life that the API
 * does not know may have daily objects only, so the finer tiers are listed from there on.
 * @param firstRow of the life that the API knows; undefined: it knows none
 */
async function publishedObjects(
  venue: VenueClient,
  { tiers }: Pick<Source, 'tiers'>,
  series: Series,
  firstRow: number | undefined,
  now: number,
): Promise<Published[]> {
  const found: Published[] = [];
  let range: Range = { start: OLDEST_VENUE, end: now };
  for (const tier of tiers) {
    if (tier.kind !== 'archive' || !tier.listing || range.start >= range.end) continue;
    const { periods } = await listedPeriods(venue, tier, tier.listing, series, range);
    found.push(...periods.map((one) => ({ ...one, tier })));
    const start = found.findLast((one) => isEarlier(one, firstRow))?.end;
    if (found.length > 0 && start === undefined) break;
    if (start !== undefined) range = { start, end: firstRow ?? now };
  }
  return found;
}
