import { type Check, judged } from '../../core/probe/check.ts';
import type { ArchiveTier } from '../../core/series/source.ts';
import { type Period, periodAt } from '../../core/time/period.ts';
import { DAY, HOUR } from '../../core/time/time.ts';
import { readOptionName } from '../option-chain/option-name.ts';
import { option_quotes_tardis } from '../options/option_quotes_tardis.ts';
import { detectUnit, list } from '../probe/wire.ts';
import { malformed } from '../rest/malformed.ts';
import { type ChainColumn, readHeader } from './chain-file.ts';

const VENUE = 'tardis';
const { id, defaultTimeframe, tiers } = option_quotes_tardis;
const [tier] = tiers as readonly [ArchiveTier];
const series = { source: id, symbol: 'BTC', timeframe: defaultTimeframe };

/** The newest first day of a month whose file has to be there; files come out late now and then. */
function newestFirst(now: number): Period {
  let month = periodAt('month', now);
  while (tier.publishedAt(periodAt('day', month.start)) + 2 * DAY > now)
    month = periodAt('month', month.start - 1);
  return periodAt('day', month.start);
}

/** A file's beginning is read, for all of it is gigabytes. */
export const tardisChecks: readonly Check[] = [
  {
    id: `${VENUE}/${id}/rows`,
    venue: VENUE,
    proves:
      'a file has the columns that are read, options of Deribit by name, and stamps of arrival in microseconds, in order',
    sources: [id],
    requests: (now) => [tier.object(series, newestFirst(now))],
    judge([file], now) {
      const day = newestFirst(now);
      if (!file) throw malformed('', `there is no file of ${day.name}.`);
      const [header = '', ...lines] = new TextDecoder().decode(file.body).split('\n').slice(0, -1);
      const { at } = readHeader(header, id);
      const rows = lines.map((line) => line.split(','));
      const cells = (column: ChainColumn): string[] => rows.map((row) => row[at[column]] ?? '');
      const stamps = cells('local_timestamp');
      const unread = cells('symbol').filter((name) => !readOptionName(name));
      const units = new Set(stamps.map(detectUnit));
      const hours = [stamps.at(0), stamps.at(-1)].map(
        (stamp) => Math.floor(Number(stamp) / 1_000 / HOUR) * HOUR,
      );
      return judged(
        [
          rows.length === 0 && 'its beginning has no row',
          cells('exchange').some((name) => name !== 'deribit') && 'it has rows of another exchange',
          unread.length > 0 &&
            `${unread.length} of ${rows.length} names are not options, such as ${unread[0]}`,
          (units.size !== 1 || !units.has('microseconds')) &&
            `stamps of arrival are ${list([...units].map(String))}`,
          stamps.some((stamp, i) => i > 0 && stamp < stamps[i - 1]!) &&
            'rows are not in the order of their arrival',
          hours.some((hour) => hour < day.start || hour >= day.end) && `rows are not of ${day.name}`,
        ],
        `${day.name}: ${rows.length} rows read, from ${stamps[0]} on`,
      );
    },
  },
  {
    id: `${VENUE}/missing`,
    venue: VENUE,
    proves: 'a file that is not out yet is answered with 404',
    sources: [id],
    requests: (now) => [tier.object(series, periodAt('day', periodAt('month', now).end)).file],
    judge: ([answer]) =>
      judged([answer !== undefined && 'a file of the next month is there'], 'it is not there'),
  },
];
