import type { Source } from '../series/source.ts';
import type { HttpRequest } from '../series/venue.ts';
import { periodAt } from '../time/period.ts';
import { stepOf } from '../time/timeframe.ts';

/** A day that every archive has objects for; of one that offers single days it is none, so that nobody is sent gigabytes. */
const SOME_DAY = Date.UTC(2024, 0, 15);

/** One cheap request of each kind that a source sends, exactly as it would send it. A checksum comes before its object. */
export function sampleRequests(source: Source): HttpRequest[] {
  const timeframe = source.defaultTimeframe;
  const series = { source: source.id, symbol: source.defaultSymbols[0]!, timeframe };
  const step = { start: SOME_DAY, end: SOME_DAY + stepOf(timeframe) };
  return source.tiers.flatMap((tier): readonly HttpRequest[] => {
    if (tier.kind === 'snapshot') return tier.requests(series);
    if (tier.kind === 'pages') return [tier.request(series, step)];
    const { file, checksum } = tier.object(series, periodAt(tier.unit, SOME_DAY));
    return checksum ? [checksum, file] : [file];
  });
}
