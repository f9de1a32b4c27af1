import { type Check, type Judgement, judged, type ProbeAnswer } from '../../core/probe/check.ts';
import { AS_WRITTEN } from '../../core/series/labels.ts';
import type { ArchiveTier, PagesTier, Parsed, Source } from '../../core/series/source.ts';
import { type Period, periodAt } from '../../core/time/period.ts';
import { DAY, iso, MINUTE } from '../../core/time/time.ts';
import { type Course, judgeLabels } from '../../core/verify/judge-labels.ts';
import { LABELS_MOVED, READING_STEP } from '../binance/metrics/metric-labels.ts';
import { coinmOpenInterest, STATISTICS } from '../binance/metrics/statistics.ts';
import { ratio_taker_volume } from '../metrics/ratios_binance.ts';
import { open_interest_binance } from '../open_interest/open_interest_binance.ts';
import { open_interest_binance_coinm } from '../open_interest/open_interest_binance_coinm.ts';
import { malformed } from '../rest/malformed.ts';
import { newestPeriod, VENUE } from './archive-files.ts';
import { list } from './wire.ts';

const SYMBOL = 'BTCUSDT';
const [archive, rest] = open_interest_binance.tiers as readonly [ArchiveTier, PagesTier];
const [, takerRest] = ratio_taker_volume.tiers as readonly [ArchiveTier, PagesTier];
const seriesOf = (source: Source) => ({ source: source.id, symbol: SYMBOL, timeframe: '5m' as const });
const series = seriesOf(open_interest_binance);
const SOURCES = STATISTICS.map(({ id }) => id);

type Layout = 'ends' | 'begins';
const WORDS: Readonly<Record<Layout, string>> = {
  ends: '00:05 to 00:00 of the next day',
  begins: '00:00 to 23:55',
};

/** The labels of a file as they stand, with the day that it is of. */
function labelsOf(body: Uint8Array): readonly number[] {
  const [, ...lines] = new TextDecoder().decode(body).split(/\r?\n/);
  const texts = lines.filter((line) => line !== '').map((line) => line.split(',')[0] ?? '');
  const labels = texts.map((text) => Date.parse(`${text.replace(' ', 'T')}Z`));
  if (labels.length === 0 || labels.some(Number.isNaN)) throw malformed('', `a label is "${texts[0]}".`);
  return labels;
}

const COLUMNS = ['create_time', 'symbol', ...STATISTICS.flatMap(({ columns }) => columns)];

interface Files {
  readonly tier: ArchiveTier;
  readonly series: ReturnType<typeof seriesOf>;
  readonly columns: readonly string[];
  readonly sources: readonly string[];
}
const USDM: Files = { tier: archive, series, columns: COLUMNS, sources: SOURCES };
/** Only what is read of COIN-M: the other columns were empty in the files that were seen. */
const COINM: Files = {
  tier: open_interest_binance_coinm.tiers[0] as ArchiveTier,
  series: { ...seriesOf(open_interest_binance_coinm), symbol: 'BTCUSD_PERP' },
  columns: ['create_time', 'symbol', ...coinmOpenInterest.columns],
  sources: [open_interest_binance_coinm.id],
};

function judgeLayout(
  { tier, series: of, columns }: Files,
  file: ProbeAnswer | undefined,
  { name, start, end }: Period,
  layout: Layout,
): Judgement {
  if (!file) throw malformed('', `there is no file of ${name}.`);
  const [header = ''] = new TextDecoder().decode(file.body).split(/\r?\n/, 1);
  const missing = columns.filter((column) => !header.split(',').includes(column));
  const labels = labelsOf(file.body);
  const [first, last] = [Math.min(...labels), Math.max(...labels)];
  // A file may be cut short, but it never has the midnight of the other layout.
  const fits =
    first >= start && last <= end && (layout === 'ends' ? !labels.includes(start) : !labels.includes(end));
  const parsed = tier.parser(of, undefined, { period: { name, start, end } });
  const parts = [parsed.push(file.body), parsed.end()].filter((part): part is Parsed => part !== undefined);
  const rows = parts.reduce((sum, { batch }) => sum + batch.length, 0);
  return judged(
    [
      missing.length > 0 && `its header has no ${list(missing)}: ${header}`,
      !fits && `labels of ${name} are ${iso(first)} to ${iso(last)}, not ${WORDS[layout]}`,
      2 * rows < labels.length && `the adapter takes ${rows} of ${labels.length} rows`,
    ],
    `${name}: ${labels.length} labels, ${iso(first)} to ${iso(last)}`,
  );
}

const layoutCheck = (
  name: string,
  layout: Layout,
  periodFor: (now: number) => Period,
  files = USDM,
): Check => ({
  id: `${VENUE}/metrics/${name}`,
  venue: VENUE,
  proves: `labels of a day's file are ${WORDS[layout]}`,
  sources: files.sources,
  requests: (now) => [files.tier.object(files.series, periodFor(now))],
  judge: ([file], now) => judgeLayout(files, file, periodFor(now), layout),
});

/** Values by their times, of the first column of numbers. */
function courseOf(source: Source, { batch }: Pick<Parsed, 'batch'>): Course {
  const place = source.table.columns.findIndex(({ type }) => type === 'float8');
  const values = batch.columns[place];
  if (!(values instanceof Float64Array)) return new Map();
  return new Map(Array.from(batch.times, (time, i) => [time, values[i]!]));
}

/** The newest file: its labels, by the rule that is in force, are compared with the venue's own answers. */
const meaningCheck: Check = {
  id: `${VENUE}/metrics/meaning`,
  venue: VENUE,
  proves: 'labels stand for the instants that the rule says, by the answers of /futures/data',
  sources: SOURCES,
  requests(now) {
    const { start, end } = newestPeriod(archive, now);
    const range = { start: start - READING_STEP, end: end + 3 * READING_STEP };
    return [
      archive.object(series, newestPeriod(archive, now)),
      rest.request(series, range),
      takerRest.request(seriesOf(ratio_taker_volume), range),
    ];
  },
  judge([file, readings, volumes], now) {
    const period = newestPeriod(archive, now);
    if (!file || !readings || !volumes)
      throw malformed('', `there is no file or no answer of ${period.name}.`);
    const parser = archive.parser(series, undefined, { period, labels: [AS_WRITTEN] });
    const parts = [parser.push(file.body), parser.end()].filter((part): part is Parsed => part !== undefined);
    const inForce = archive.labels?.shift(period, []) ?? 0;
    const compared = [
      {
        source: open_interest_binance,
        raw: parts.map((part) => courseOf(open_interest_binance, part)),
        answered: rest.parse(readings.body, series, readings.asOf),
      },
      {
        source: ratio_taker_volume,
        raw: parts.flatMap(({ also }) => {
          const own = also?.[ratio_taker_volume.id];
          return own ? [courseOf(ratio_taker_volume, own)] : [];
        }),
        answered: takerRest.parse(volumes.body, seriesOf(ratio_taker_volume), volumes.asOf),
      },
    ].map(({ source, raw, answered }) => {
      const labels: Course = new Map(raw.flatMap((course) => [...course]));
      return { id: source.id, ...judgeLabels(labels, courseOf(source, answered), inForce, READING_STEP) };
    });
    return judged(
      compared.map(
        ({ id, outcome, shiftMs, agree, compared: pairs }) =>
          outcome !== 'holds' &&
          `${id} of ${period.name}: ${agree} of ${pairs} values agree with ${shiftMs / MINUTE} minutes added to the label, ` +
            `the rule adds ${inForce / MINUTE}: ${outcome}`,
      ),
      compared.map(({ id, agree, compared: pairs }) => `${id}: ${agree} of ${pairs} values agree`).join('; '),
    );
  },
};

export const metricsChecks: readonly Check[] = [
  layoutCheck('labels-until-2026-06-24', 'ends', () => periodAt('day', LABELS_MOVED - DAY)),
  layoutCheck('labels-since-2026-06-25', 'begins', () => periodAt('day', LABELS_MOVED)),
  layoutCheck('labels-newest', 'begins', (now) => newestPeriod(archive, now)),
  meaningCheck,
  layoutCheck('coinm-labels-newest', 'begins', (now) => newestPeriod(archive, now), COINM),
];
