import type { ArchiveTier, Source } from '../../core/series/source.ts';
import { DAY, HOUR } from '../../core/time/time.ts';
import { quotesTable } from '../option-chain/quotes.ts';
import { chainCsvParser } from '../tardis/chain-csv.ts';
import { firstDays } from '../tardis/first-days.ts';
import { tardis, tardisHost } from '../tardis/venue.ts';

const table = quotesTable('deribit', 'tardis');

/** A new day is there about six hours later. */
const PUBLISHED_AFTER = 6 * HOUR;

/** All options of the exchange are in one file, of up to ten gigabytes packed, and nothing but the whole of it can be requested. */
const archive: ArchiveTier = {
  kind: 'archive',
  name: 'archive-day',
  unit: 'day',
  object: (_series, { name }) => {
    const path = `/v1/deribit/options_chain/${name.replaceAll('-', '/')}/OPTIONS.csv.gz`;
    return { file: { venue: tardis, host: tardisHost, path } };
  },
  publishedAt: ({ end }) => end + PUBLISHED_AFTER,
  parser: chainCsvParser(table),
};

/**
 * Past chains of Deribit's options, as tardis.dev recorded them: of the first day of each month, which is free, the chain at the end of
 * each hour. Its terms forbid to pass rows on, so nothing of it lies in this program, and an operator orders it by its name. Not verified
 * against the live venue.
 */
export const option_quotes_tardis: Source = {
  id: 'option_quotes_tardis',
  family: 'options',
  byName: true,
  title: 'Past option chains of Deribit, first days of months (tardis.dev)',
  table,
  timeframes: ['1h'],
  defaultTimeframe: '1h',
  defaultSymbols: ['BTC', 'ETH'],
  // Settled in the coin, as those that this program records.
  symbolPattern: /^(?:BTC|ETH)$/,
  chunkUnit: () => 'month',
  finalAfterMs: DAY + PUBLISHED_AFTER,
  settleMs: 2 * DAY + PUBLISHED_AFTER,
  refreshEveryMs: DAY,
  rowsPerStep: 900,
  tiers: [archive],
  streamed: true,
  offered: firstDays,
  // Recorded since 2019-03-30, with all columns since 2019-10-01.
  listing: { listedAt: Date.UTC(2019, 2, 30) },
};
