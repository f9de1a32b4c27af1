import type { Sources } from '../ports.ts';
import type { Source } from '../source.ts';
import { stepOf } from '../timeframe.ts';
import type { HttpRequest, LimitFamily } from '../venue.ts';

export interface Budgeted {
  readonly venue: string;
  readonly family: LimitFamily;
}

/** Some moment: the requests are looked at, never sent. */
const SOME_DAY = Date.UTC(2024, 0, 15);

/** The rate budgets that the sources draw on, told by the requests that they would send. */
export function limitFamilies(sources: Sources): Budgeted[] {
  const byId = new Map<string, Budgeted>();
  for (const { venue, family } of Object.values(sources).flatMap(requestsOf)) {
    if (family) byId.set(family.id, { venue: venue.id, family });
  }
  return [...byId.values()].sort((a, b) => (a.family.id < b.family.id ? -1 : 1));
}

/** Every venue that any source asks. */
export const venuesOf = (sources: Sources): string[] =>
  [
    ...new Set(
      Object.values(sources)
        .flatMap(requestsOf)
        .map(({ venue }) => venue.id),
    ),
  ].sort();

function requestsOf(source: Source): HttpRequest[] {
  const timeframe = source.defaultTimeframe;
  const series = { source: source.id, symbol: source.defaultSymbols[0]!, timeframe };
  const step = { start: SOME_DAY, end: SOME_DAY + stepOf(timeframe) };
  return source.tiers.flatMap((tier): readonly HttpRequest[] => {
    if (tier.kind === 'archive') {
      const day = { name: '2024-01', start: Date.UTC(2024, 0), end: Date.UTC(2024, 1) };
      const { file, checksum } = tier.object(series, day);
      return [file, checksum];
    }
    return tier.kind === 'snapshot' ? tier.requests(series) : [tier.request(series, step)];
  });
}
