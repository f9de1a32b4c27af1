import type { Series } from '../series/series.ts';
import type { ArchiveListing, ArchiveTier } from '../series/source.ts';
import { type Period, periodsIn } from '../time/period.ts';
import type { Range } from '../time/range.ts';
import type { VenueClient } from './ports.ts';

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
