import { BudgetExhausted, GordonError } from '../../errors/errors.ts';
import type { Series } from '../../series/series.ts';
import type { ArchiveListing, ArchiveTier } from '../../series/source.ts';
import { type Period, periodsIn } from '../../time/period.ts';
import type { Range } from '../../time/range.ts';
import { stepOf } from '../../time/timeframe.ts';
import type { TierInput, TierRun } from '../fetch-progress.ts';
import type { VenueClient } from '../ports.ts';

export interface Listed {
  readonly periods: readonly Period[];
  /** the first page's request, as evidence names it */
  readonly what: string;
}

/** The periods that a range touches and of which the archive lists an object. @throws as `VenueClient` and `ArchiveListing` do */
export async function listedPeriods(
  venue: VenueClient,
  tier: Pick<ArchiveTier, 'unit' | 'object'>,
  listing: ArchiveListing,
  series: Series,
  range: Range,
): Promise<Listed> {
  const byPath = new Map(periodsIn(tier.unit, range).map((one) => [tier.object(series, one).file.path, one]));
  const [first] = byPath.keys();
  if (first === undefined) return { periods: [], what: '' };
  const last = [...byPath.keys()].at(-1)!;
  const folder = first.slice(0, first.lastIndexOf('/') + 1);
  const periods: Period[] = [];
  // A marker that is itself not listed.
  const before = first.slice(0, -1);
  const what = `listing of ${folder} after ${before}`;
  for (let after = before; ; ) {
    const answer = await venue.get(listing.request(folder, after));
    if (!answer) return { periods, what };
    const page = listing.parse(answer.body);
    periods.push(...page.objects.flatMap(({ path }) => byPath.get(path) ?? []));
    const end = page.objects.at(-1)?.path;
    if (!page.more || end === undefined || end > last) return { periods, what };
    after = end;
  }
}

/** A listing is one request, an object that is not there is two. */
const WORTH_A_LISTING = 2;

/**
 * Leaves out the periods of which the archive lists no object, once an answer has shown that objects are missing: each would take a
 * request for itself and one for its checksum. What is left out counts as requested and missing.
 * @param ahead periods that are still to be read, in order
 * @returns those that are worth a request
 */
export async function* withoutUnlisted(
  { ports, context, tier }: TierInput<ArchiveTier>,
  ahead: readonly Period[],
): TierRun<readonly Period[]> {
  const [first, last] = [ahead.at(0), ahead.at(-1)];
  if (!tier.listing || ahead.length <= WORTH_A_LISTING || !first || !last) return ahead;
  const { series } = context;
  const range = { start: first.start, end: last.end };
  const listed = await listedIfAnswered(() => listedPeriods(ports.venue, tier, tier.listing!, series, range));
  if (!listed) return ahead;
  const names = new Set(listed.periods.map(({ name }) => name));
  const unlisted = ahead.filter(({ name }) => !names.has(name));
  const request = { what: listed.what, status: 200, at: ports.clock() };
  if (unlisted.length > 0) yield { request };
  const step = stepOf(series.timeframe);
  for (const { start, end } of unlisted) {
    const tail = tier.closing && { tail: { start: end, end: end + step } };
    yield { object: { span: { start, end }, ...tail, outcome: 'missing', request } };
  }
  return ahead.filter(({ name }) => names.has(name));
}

/** The listing only saves requests: without it each object is requested. */
async function listedIfAnswered(list: () => Promise<Listed>): Promise<Listed | undefined> {
  try {
    return await list();
  } catch (error) {
    if (error instanceof BudgetExhausted || error instanceof GordonError) return undefined;
    throw error;
  }
}
