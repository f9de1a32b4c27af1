import { type Check, type Judgement, judged, type ProbeAnswer } from '../../core/probe/check.ts';
import type { ArchiveTier, Parsed, Source } from '../../core/series/source.ts';
import { countWithin } from '../../core/series/table.ts';
import { type Period, periodAt } from '../../core/time/period.ts';
import { DAY } from '../../core/time/time.ts';
import { funding_binance } from '../funding/funding_binance.ts';
import { funding_binance_coinm } from '../funding/funding_binance_coinm.ts';
import { index_price_klines } from '../klines/index_price_klines.ts';
import { klines_coinm } from '../klines/klines_coinm.ts';
import { klines_perp } from '../klines/klines_perp.ts';
import { klines_spot } from '../klines/klines_spot.ts';
import { mark_price_klines } from '../klines/mark_price_klines.ts';
import { mark_price_klines_coinm } from '../klines/mark_price_klines_coinm.ts';
import { premium_index_klines } from '../klines/premium_index_klines.ts';
import { malformed } from '../rest/malformed.ts';
import { type FileFacts, newestPeriod, TRADE_FILES, VENUE } from './archive-files.ts';
import { metricsChecks } from './metrics.ts';
import { detectUnit, list } from './wire.ts';

const SYMBOL = 'BTCUSDT';

const KLINE_COLUMNS = 12;
const KLINE_HEADER = [
  'open_time',
  'open',
  'high',
  'low',
  'close',
  'volume',
  'close_time',
  'quote_volume',
  'count',
  'taker_buy_volume',
  'taker_buy_quote_volume',
  'ignore',
];

/** A day of hourly candles in the newest layout of futures. */
const HEADED_KLINES = {
  timeframe: '1h',
  unit: 'day',
  header: 'with a header',
  columns: KLINE_HEADER,
  stamps: 'milliseconds',
  rows: 24,
} as const;

/** January 2024: a settlement every eight hours. */
const FUNDING_OF_2024 = {
  timeframe: '1h',
  unit: 'month',
  day: Date.UTC(2024, 0, 1),
  header: 'with a header',
  columns: ['calc_time', 'funding_interval_hours', 'last_funding_rate'],
  stamps: 'milliseconds',
  rows: 93,
} as const;

/** Headers began in 2022, and spot has none to this day; spot's stamps are microseconds from 2025 on. */
const FILES: readonly FileFacts[] = [
  {
    name: 'spot-2024',
    source: klines_spot,
    timeframe: '1h',
    unit: 'day',
    day: Date.UTC(2024, 11, 31),
    header: 'without a header',
    columns: KLINE_COLUMNS,
    stamps: 'milliseconds',
    rows: 24,
  },
  {
    name: 'spot-2025',
    source: klines_spot,
    timeframe: '1h',
    unit: 'day',
    day: Date.UTC(2025, 0, 1),
    header: 'without a header',
    columns: KLINE_COLUMNS,
    stamps: 'microseconds',
    rows: 24,
  },
  {
    name: 'spot-newest',
    source: klines_spot,
    timeframe: '1h',
    unit: 'day',
    header: 'without a header',
    columns: KLINE_COLUMNS,
    stamps: 'microseconds',
    rows: 24,
  },
  {
    name: 'spot-month',
    source: klines_spot,
    timeframe: '1d',
    unit: 'month',
    day: Date.UTC(2025, 2, 1),
    header: 'without a header',
    columns: KLINE_COLUMNS,
    stamps: 'microseconds',
    rows: 31,
  },
  {
    name: 'perpetual-2021',
    source: klines_perp,
    timeframe: '1d',
    unit: 'month',
    day: Date.UTC(2021, 5, 1),
    header: 'without a header',
    columns: KLINE_COLUMNS,
    stamps: 'milliseconds',
    rows: 30,
  },
  {
    name: 'perpetual-newest',
    source: klines_perp,
    ...HEADED_KLINES,
  },
  {
    name: 'funding-2024',
    source: funding_binance,
    ...FUNDING_OF_2024,
  },
  {
    name: 'coinm-newest',
    source: klines_coinm,
    symbol: 'BTCUSD_PERP',
    ...HEADED_KLINES,
  },
  {
    name: 'coinm-funding-2024',
    source: funding_binance_coinm,
    symbol: 'BTCUSD_PERP',
    ...FUNDING_OF_2024,
  },
  ...computedFiles(mark_price_klines, 'mark'),
  ...computedFiles(index_price_klines, 'index'),
  ...computedFiles(premium_index_klines, 'premium'),
  ...TRADE_FILES,
  {
    name: 'coinm-mark-newest',
    source: mark_price_klines_coinm,
    symbol: 'BTCUSD_PERP',
    ...HEADED_KLINES,
  },
];

/** A computed price is in the layout of candles, with a header as the contract's files have it. */
function computedFiles(source: Source, name: string): FileFacts[] {
  const file = { source, timeframe: '1h', unit: 'day', stamps: 'milliseconds', rows: 24 } as const;
  return [
    { source, ...HEADED_KLINES, name: `${name}-newest` },
    {
      ...file,
      name: `${name}-2021`,
      unit: 'month',
      timeframe: '1d',
      day: Date.UTC(2021, 5, 1),
      header: 'without a header',
      columns: KLINE_COLUMNS,
      rows: 30,
    },
  ];
}

const tierOf = (source: Source, unit: FileFacts['unit']): ArchiveTier => {
  const tier = source.tiers.find((one): one is ArchiveTier => one.kind === 'archive' && one.unit === unit);
  if (!tier) throw malformed(source.id, `it has no files by ${unit}.`);
  return tier;
};

function fileCheck(facts: FileFacts): Check {
  const { name, source, timeframe, unit, day, symbol = SYMBOL } = facts;
  const tier = tierOf(source, unit);
  const series = { source: source.id, symbol, timeframe };
  const periodFor = (now: number): Period =>
    day === undefined ? newestPeriod(tier, now) : periodAt(unit, day);
  return {
    id: `${VENUE}/${source.id}/${name}`,
    venue: VENUE,
    proves: `a file ${facts.header}, stamps in ${facts.stamps}, and a checksum that fits`,
    sources: [source.id],
    requests: (now) => [tier.object(series, periodFor(now))],
    judge([file], now) {
      const period = periodFor(now);
      if (!file) throw malformed('', `there is no file of ${period.name}.`);
      const parser = tier.parser(series, undefined, { period });
      const parts = [parser.push(file.body), parser.end()].filter(
        (part): part is Parsed => part !== undefined,
      );
      return judgeFile(facts, file, period, parts);
    },
  };
}

function judgeFile(
  { header, columns, stamps, stampColumn = 0, rows }: FileFacts,
  { body }: ProbeAnswer,
  { name, start, end }: Period,
  parts: readonly Parsed[],
): Judgement {
  const [first = '', second = ''] = new TextDecoder().decode(body).split(/\r?\n/);
  const named = /^[a-z]/i.test(first);
  const found = (named ? first : '').split(',');
  const row = (named ? second : first).split(',');
  const stamp = row[stampColumn];
  const width = typeof columns === 'number' ? columns : columns.length;
  const missing = typeof columns === 'number' || !named ? [] : columns.filter((one) => !found.includes(one));
  const times = parts.map(({ batch }) => batch.times);
  const count = times.reduce((sum, of) => sum + of.length, 0);
  const outside = times.reduce((sum, of) => sum + of.length - countWithin(of, [{ start, end }]), 0);
  return judged(
    [
      named !== (header === 'with a header') && `the file of ${name} is with${named ? '' : 'out'} a header`,
      row.length !== width && `its rows have ${row.length} columns, not ${width}`,
      missing.length > 0 && `its header has no ${list(missing)}: ${first}`,
      detectUnit(stamp) !== stamps &&
        `stamps of ${name} are ${detectUnit(stamp) ?? 'no stamps'} (${stamp}), not ${stamps}`,
      (rows === undefined ? count === 0 : count !== rows) &&
        `the adapter takes ${count} rows out of it, not ${rows ?? 'some'}`,
      outside > 0 && `${outside} rows lie outside of ${name}`,
    ],
    `${name}: ${count} rows ${header}, ${stamps}`,
  );
}

/** Its folder has more than a page: a file a day since 2017, each with its checksum. */
const FOLDER = `/data/spot/daily/klines/${SYMBOL}/1d/`;
const PAGE = 1_000;

const listingCheck: Check = {
  id: `${VENUE}/listing`,
  venue: VENUE,
  proves: `a folder is listed in pages of ${PAGE}, by name, files beside their checksums`,
  sources: [klines_spot.id, klines_perp.id, funding_binance.id],
  requests: () => {
    const { listing } = tierOf(klines_spot, 'day');
    return listing ? [listing.request(FOLDER, '')] : [];
  },
  judge([answer]) {
    const { listing } = tierOf(klines_spot, 'day');
    if (!answer || !listing) throw malformed('', 'there is no listing.');
    const { objects, more } = listing.parse(answer.body);
    const paths = objects.map(({ path }) => path);
    const alone = paths.filter((path) => path.endsWith('.zip') && !paths.includes(`${path}.CHECKSUM`));
    return judged(
      [
        objects.length !== PAGE && `a page has ${objects.length} objects, not ${PAGE}`,
        !more && 'a full page does not say that there are more',
        paths.some((path) => !path.startsWith(FOLDER)) && 'it lists other folders too',
        paths.some((path, i) => i > 0 && path <= paths[i - 1]!) &&
          'objects are not in the order of their names',
        // The last one's checksum may be on the next page.
        alone.length > 1 && `${alone.length} files have no checksum beside them`,
      ],
      `${objects.length} objects of a folder, and more to come`,
    );
  },
};

const missingCheck: Check = {
  id: `${VENUE}/missing`,
  venue: VENUE,
  proves: 'a file that is not out yet is answered with 404',
  sources: [klines_spot.id, klines_perp.id, funding_binance.id],
  requests: (now) => {
    const series = { source: klines_spot.id, symbol: SYMBOL, timeframe: '1h' as const };
    return [tierOf(klines_spot, 'day').object(series, periodAt('day', now + 2 * DAY)).file];
  },
  judge: ([answer]) =>
    judged([answer !== undefined && 'a file of the day after tomorrow is there'], 'it is not there'),
};

export const archiveChecks: readonly Check[] = [
  ...FILES.map(fileCheck),
  ...metricsChecks,
  listingCheck,
  missingCheck,
];
