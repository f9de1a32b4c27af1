import { toBatch } from '../../../core/series/batch.ts';
import { ruleFor } from '../../../core/series/labels.ts';
import { type Series, seriesLabel } from '../../../core/series/series.ts';
import type { ArchiveTier, Finding, ObjectFacts, Parsed, StreamParser } from '../../../core/series/source.ts';
import { type Period, periodAt } from '../../../core/time/period.ts';
import { DAY, floorTo, iso } from '../../../core/time/time.ts';
import { stepOf } from '../../../core/time/timeframe.ts';
import { numberIn } from '../../csv/numbers.ts';
import { wholeFile } from '../../csv/whole-file.ts';
import { BadCells } from '../../rest/bad-cells.ts';
import { malformed } from '../../rest/malformed.ts';
import { isStamp } from '../rows.ts';
import { LABELS_MOVED, labelShift, READING_STEP, readAt } from './metric-labels.ts';
import { cleaned, oddity, type Reading } from './readings.ts';
import { STATISTICS, type Statistic } from './statistics.ts';

/** The header of every file so far. The columns are found by it, in case others are added. */
const HEADER =
  'create_time,symbol,sum_open_interest,sum_open_interest_value,count_toptrader_long_short_ratio,' +
  'sum_toptrader_long_short_ratio,count_long_short_ratio,sum_taker_long_short_vol_ratio';

/** What differs between the files of two markets. */
export interface MetricFiles {
  /** what is read out of a file: one of them is the series', the others come along */
  readonly statistics: readonly Statistic[];
  /** the day from whose file on a label is the beginning of its slot */
  readonly moved: number;
}

/** Those of USD-M. */
export const USDM_FILES: MetricFiles = { statistics: STATISTICS, moved: LABELS_MOVED };

/**
 * Reads the archive's day of metrics: a row for each five minutes, of which those on the grid of the series are taken. All five
 * statistics come out of one file. Known to be dirty: rows out of order or twice, empty fields, zeros, days cut short. Its
 * labels are 00:05 of the day to 00:00 of the next one, or 00:00 to 23:55: a row is taken wherever it stands.
 */
export function metricsParser(files: MetricFiles): ArchiveTier['parser'] {
  return (series, _expected, facts) => parserOf(files, series, facts);
}

function parserOf({ statistics, moved }: MetricFiles, series: Series, facts?: ObjectFacts): StreamParser {
  const subject = seriesLabel(series);
  return wholeFile(subject, (lines) => {
    const named = lines[0]?.[0] === 'create_time';
    const header = named ? lines[0]! : HEADER.split(',');
    const rows = readRows(subject, series, moved, facts, {
      header,
      first: named ? 2 : 1,
      rest: lines.slice(named ? 1 : 0),
    });
    if (lines.length === 0) return undefined;
    const own = statistics.find(({ id }) => id === series.source)!;
    const also = statistics
      .filter((other) => other !== own)
      .map((other) => [other.id, parsedOf(subject, other, series, rows)]);
    return { ...parsedOf(subject, own, series, rows), also: Object.fromEntries(also) };
  });
}

interface Lines {
  readonly header: readonly string[];
  /** number of the first line of `rest` */
  readonly first: number;
  readonly rest: readonly (readonly string[])[];
}

interface Rows {
  readonly columns: readonly string[];
  readonly rows: readonly (Omit<Reading, 'cells'> & {
    readonly fields: readonly string[];
    readonly line: number;
  })[];
  readonly findings: readonly Finding[];
}

function readRows(
  subject: string,
  series: Series,
  moved: number,
  given: ObjectFacts | undefined,
  { header: columns, first, rest }: Lines,
): Rows {
  const symbol = columns.indexOf('symbol');
  const undated = new BadCells(subject, READING_STEP);
  const read = rest.flatMap((fields, i) => {
    const line = first + i;
    if (fields.length !== columns.length || fields[symbol] !== series.symbol) {
      throw malformed(subject, `line ${line} of the CSV is not a row of its metrics.`);
    }
    const stamp = stampIn(fields[0]!);
    if (isStamp(stamp)) return [{ fields, line, stamp, raw: floorTo(stamp, READING_STEP) }];
    undated.note(undefined, columns[0]!, fields[0], { line, column: 1 });
    return [];
  });
  const labels = read.map(({ raw }) => raw);
  const facts = given ?? { period: dayOfMost(labels) };
  const placed = read.map((row) => ({ ...row, ...readAt(row.raw, facts.period.start, facts.labels, moved) }));
  const onGrid = placed.filter(({ time }) => time % stepOf(series.timeframe) === 0);
  const findings = oddity(
    'off-grid-time',
    onGrid.filter(({ raw, stamp }) => raw !== stamp),
  );
  const unread = undated.findings(read.length);
  return {
    columns,
    rows: onGrid,
    findings: [...unread, ...findings, ...layoutFindings(labels, facts, moved)],
  };
}

const dayOfMost = (labels: readonly number[]): Period =>
  periodAt('day', labels.toSorted((a, b) => a - b)[labels.length >> 1] ?? 0);

/** What is odd about the labels of a file as a whole: they fit no known layout, or are not converted. */
function layoutFindings(
  raw: readonly number[],
  { period, labels = [] }: ObjectFacts,
  moved: number,
): Finding[] {
  if (raw.length === 0) return [];
  const { start, end } = period;
  const first = Math.min(...raw);
  const last = Math.max(...raw);
  // Before the labels moved, files had both ends of the day; since then they have its beginning alone.
  const fits = first >= start && last <= end && last - first < DAY && (last < end || start < moved);
  const detail = { rows: raw.length, first: iso(first), last: iso(last) };
  const held = ruleFor(labels, start)?.held ?? false;
  return [
    ...(fits ? [] : [{ kind: 'label-layout', detail: { ...detail, day: period.name } }]),
    ...(held
      ? [{ kind: 'label-unconverted', detail: { ...detail, shiftMs: labelShift(start, labels, moved) } }]
      : []),
  ];
}

/** `2025-06-02 00:05:00`, UTC; in ms it would be read as well. */
function stampIn(text: string): number | undefined {
  const iso = /^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}$/.test(text);
  return iso ? Date.parse(`${text.replace(' ', 'T')}Z`) : numberIn(text);
}

function parsedOf(subject: string, statistic: Statistic, series: Series, { columns, rows, findings }: Rows) {
  const places = statistic.columns.map((name) => columns.indexOf(name));
  if (places.includes(-1)) throw malformed(subject, `the CSV has no ${statistic.columns.join(', ')}.`);
  const bad = new BadCells(subject, READING_STEP);
  let readable = 0;
  const readings = rows.map(({ time, label, fields, line }): Reading => {
    const cells = places.map((place) => numberIn(fields[place]!));
    // An empty field is the venue's way to say that it has no value; anything else should be a number.
    const unread = places.findIndex((place, c) => cells[c] === undefined && fields[place] !== '');
    if (unread < 0) readable++;
    else {
      const place = places[unread]!;
      bad.note(time, columns[place]!, fields[place], { line, column: place + 1 });
    }
    return { time, label, cells };
  });
  const unread = bad.findings(readable);
  const { kept, findings: odd } = cleaned(readings);
  const batch = toBatch(
    statistic.table,
    kept.map((reading) => statistic.row(series, reading, reading.cells)),
  );
  return { batch, findings: [...unread, ...findings, ...odd] } satisfies Parsed;
}
