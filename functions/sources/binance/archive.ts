import type { Series } from '../../core/series/series.ts';
import type { ArchiveTier } from '../../core/series/source.ts';
import type { HttpRequest } from '../../core/series/venue.ts';
import type { Period, PeriodUnit } from '../../core/time/period.ts';
import { DAY, HOUR } from '../../core/time/time.ts';
import { binanceHosts } from './hosts.ts';
import { klineCsvParser } from './klines/kline-csv.ts';
import { binanceListing } from './listing.ts';
import { binanceArchive } from './venue.ts';

/** Daily files appear between 07:00 and 07:45 UTC, monthly ones on the first Monday; a late one is a 404 until then. */
const PUBLISHING_HOUR = 8 * HOUR;
const MONDAY = 1;

type ArchiveUnit = PeriodUnit & ('month' | 'day');

/** One tree of files in the archive. */
export function archiveTier(
  unit: ArchiveUnit,
  path: (series: Series, period: Period) => string,
  parser: ArchiveTier['parser'],
  more: Pick<ArchiveTier, 'closing' | 'labels'> = {},
): ArchiveTier {
  return {
    kind: 'archive',
    name: `archive-${unit}`,
    unit,
    object(series, period) {
      const zip = path(series, period);
      return { file: file(zip), checksum: file(`${zip}.CHECKSUM`) };
    },
    publishedAt: (period) => PUBLISHING_HOUR + (unit === 'month' ? firstMondayFrom(period.end) : period.end),
    parser,
    listing: binanceListing,
    ...more,
  };
}

/** A market's folder in the archive. */
export type ArchiveFolder = 'spot' | 'futures/um' | 'futures/cm';

/** The trees of candles. The folder alone says which one a file belongs to: its name is the same in all of them. */
export type KlineDataset = 'klines' | 'markPriceKlines' | 'indexPriceKlines' | 'premiumIndexKlines';

/** Candles of one market from the archive, by month or by day. */
export function klineArchive(
  folder: ArchiveFolder,
  unit: ArchiveUnit,
  dataset: KlineDataset = 'klines',
  parser: ArchiveTier['parser'] = klineCsvParser,
): ArchiveTier {
  const tree = unit === 'month' ? 'monthly' : 'daily';
  const path = ({ symbol, timeframe }: Series, { name }: Period): string =>
    `/data/${folder}/${tree}/${dataset}/${symbol}/${timeframe}/${symbol}-${timeframe}-${name}.zip`;
  return archiveTier(unit, path, parser);
}

const file = (path: string): HttpRequest => ({
  venue: binanceArchive,
  host: binanceHosts.archive,
  path,
});

const firstMondayFrom = (day: number): number => day + ((MONDAY - new Date(day).getUTCDay() + 7) % 7) * DAY;
