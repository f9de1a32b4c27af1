import type { GordonError } from '../../errors/errors.ts';
import { listedPeriods } from '../../fetch/archive/listed-periods.ts';
import type { ArchiveReader, VenueClient } from '../../fetch/ports.ts';
import type { Series } from '../../series/series.ts';
import { type Period, periodAt } from '../../time/period.ts';
import { normalize, type Range, subtract } from '../../time/range.ts';
import { DAY, floorTo, MINUTE } from '../../time/time.ts';
import { batchesOf, OLDEST_VENUE, type Published } from '../refine-lives.ts';
import type { Border, DatedArchive } from './market.ts';

/** The clients that look-ups use. @property source whose candles the archive's are, for messages */
export interface BorderPorts {
  readonly venue: VenueClient;
  readonly archive: ArchiveReader;
}

/** A folder of an archive with the candles of one symbol. */
export interface Folder {
  readonly archive: DatedArchive;
  readonly source: string;
  readonly name: string;
}

/** Files that are missing for longer between others end a life; a single file may be missing. */
const RELISTED_AFTER = 3 * DAY;
/** Files that are read at once: some symbols have more than five years of files after their end, and a caller waits. */
const MOST_AT_ONCE = 8;

const seriesOf = ({ source, name }: Folder, timeframe: Series['timeframe']): Series => ({
  source,
  symbol: name,
  timeframe,
});

/**
 * The files of daily candles that a folder has, in runs without a gap. The months first; the days after them and in their gaps, and all
 * days where there is no month: a symbol may be in one of the two trees only.
 * @throws as `VenueClient` does
 */
export async function filesOf(
  { venue }: BorderPorts,
  folder: Folder,
  now: number,
): Promise<readonly (readonly Published[])[]> {
  const series = seriesOf(folder, '1d');
  const list = async (unit: 'month' | 'day', range: Range): Promise<Published[]> => {
    const tier = folder.archive[unit];
    if (!tier.listing || range.start >= range.end) return [];
    const { periods } = await listedPeriods(venue, tier, tier.listing, series, range);
    return periods.map((one) => ({ ...one, tier }));
  };
  const months = await list('month', { start: OLDEST_VENUE, end: now });
  const runs = normalize(months);
  const all = { start: runs[0]?.start ?? OLDEST_VENUE, end: now };
  const days: Published[] = [];
  for (const gap of subtract([all], runs)) days.push(...(await list('day', gap)));
  const files = [...months, ...days].sort((a, b) => a.start - b.start);
  const stretches: Published[][] = [];
  for (const file of files) {
    const stretch = stretches.at(-1);
    if (stretch && file.start - stretch.at(-1)!.end <= RELISTED_AFTER) stretch.push(file);
    else stretches.push([file]);
  }
  return stretches;
}

/** The first row of a file, to the minute where the file of that day's minutes can be read. */
export async function firstRow(ports: BorderPorts, folder: Folder, file: Published): Promise<Border> {
  const object = pathOf(folder, file);
  const [row] = (await rowsIn(ports, folder, file, '1d')) ?? [];
  if (!row) return { at: file.start, by: 'archive', precision: file.tier.unit, object };
  const day = dayOf(folder, row.time);
  const [minute] = (await rowsIn(ports, folder, day, '1m')) ?? [];
  return minute
    ? { at: minute.time, by: 'archive', precision: 'minute', object: pathOf(folder, day, '1m') }
    : { at: row.time, by: 'archive', precision: 'day', object };
}

/**
 * The close of the last candle with a trade, searched file by file from the newest on; where the archive ends with its symbols, of
 * the last candle.
 * @param before only candles of days before this instant's; epoch ms
 * @returns undefined where nothing was traded in any of the files
 */
export async function lastTrade(
  ports: BorderPorts,
  folder: Folder,
  files: readonly Published[],
  before = Number.POSITIVE_INFINITY,
): Promise<Border | undefined> {
  const end = floorTo(before, DAY);
  const isTraded = ({ time, trades }: Row): boolean => time < end && (!folder.archive.outlives || trades > 0);
  const ahead = files.filter(({ start }) => start < end).reverse();
  for (let size = 1; ahead.length > 0; size = Math.min(2 * size, MOST_AT_ONCE)) {
    const some = ahead.splice(0, size);
    const read = await Promise.all(some.map((file) => rowsIn(ports, folder, file, '1d')));
    for (const [i, file] of some.entries()) {
      const object = pathOf(folder, file);
      const rows = read[i];
      if (!rows) return { at: Math.min(file.end, end), by: 'archive', precision: file.tier.unit, object };
      const last = rows.findLast(isTraded);
      if (!last) continue;
      const day = dayOf(folder, last.time);
      const minute = (await rowsIn(ports, folder, day, '1m'))?.findLast(isTraded);
      return minute
        ? { at: minute.time + MINUTE, by: 'archive', precision: 'minute', object: pathOf(folder, day, '1m') }
        : { at: last.time + DAY, by: 'archive', precision: 'day', object };
    }
  }
  return undefined;
}

interface Row {
  readonly time: number;
  readonly trades: number;
}

const dayOf = ({ archive }: Folder, at: number): Published => ({
  ...periodAt('day', at),
  tier: archive.day,
});

const pathOf = (folder: Folder, file: Published, timeframe: '1d' | '1m' = '1d'): string =>
  file.tier.object(seriesOf(folder, timeframe), file).file.path;

/** Whether a failure says nothing of the file: another one would most likely meet it as well. */
export const isPassing = ({ name }: GordonError): boolean =>
  name === 'RetryableVenueError' || name === 'RetryableStoreError' || name === 'ArchiveUnreachable';

/** @returns undefined where there is no such file, or it is damaged */
async function rowsIn(
  { archive }: BorderPorts,
  folder: Folder,
  file: Published & Period,
  timeframe: '1d' | '1m',
): Promise<readonly Row[] | undefined> {
  const series = seriesOf(folder, timeframe);
  const batches = await batchesOf(archive, file.tier, series, file, (error) => !isPassing(error));
  return batches?.flatMap(({ times, columns }) => {
    const counts = columns[folder.archive.trades];
    return Array.from(times, (time, i) => ({
      time,
      trades: counts instanceof Float64Array ? counts[i]! : Number.POSITIVE_INFINITY,
    }));
  });
}
