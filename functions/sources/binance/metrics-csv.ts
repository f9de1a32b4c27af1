import { batchOf } from '../../core/batch.ts';
import { type Series, seriesLabel } from '../../core/series.ts';
import type { Finding, Parsed, StreamParser } from '../../core/source.ts';
import { floorTo } from '../../core/time.ts';
import { stepOf } from '../../core/timeframe.ts';
import { numberIn } from '../csv/numbers.ts';
import { wholeFile } from '../csv/whole-file.ts';
import { malformed } from '../malformed.ts';
import { cleaned, oddity, READING_STEP, type Reading } from './readings.ts';
import { stampOf } from './rows.ts';
import { STATISTICS, type Statistic } from './statistics.ts';

/** The header since the first file; it names the columns should there ever be others. */
const HEADER =
  'create_time,symbol,sum_open_interest,sum_open_interest_value,count_toptrader_long_short_ratio,' +
  'sum_toptrader_long_short_ratio,count_long_short_ratio,sum_taker_long_short_vol_ratio';

/**
 * Reads the archive's day of metrics: a row for each five minutes, of which those on the grid of the series are taken. All five
 * statistics come out of one file. Known to be dirty: rows out of order or twice, empty fields, zeros, days cut short.
 */
export function metricsCsvParser(series: Series): StreamParser {
  const subject = seriesLabel(series);
  return wholeFile(subject, (lines) => {
    const named = lines[0]?.[0] === 'create_time';
    const rows = readRows(subject, series, named ? lines : [HEADER.split(','), ...lines]);
    if (lines.length === 0) return undefined;
    const own = STATISTICS.find(({ id }) => id === series.source)!;
    const also = STATISTICS.filter((other) => other !== own).map((other) => [
      other.id,
      parsedOf(subject, other, series, rows),
    ]);
    return { ...parsedOf(subject, own, series, rows), also: Object.fromEntries(also) };
  });
}

interface Rows {
  readonly columns: readonly string[];
  readonly rows: readonly { readonly time: number; readonly fields: readonly string[] }[];
  readonly findings: readonly Finding[];
}

function readRows(subject: string, series: Series, lines: readonly (readonly string[])[]): Rows {
  const [columns = [], ...rest] = lines;
  const symbol = columns.indexOf('symbol');
  const read = rest.map((fields, i) => {
    if (fields.length !== columns.length || fields[symbol] !== series.symbol) {
      throw malformed(subject, `row ${i + 1} of the CSV is no row of its metrics.`);
    }
    const stamp = stampIn(subject, fields[0]!);
    return { fields, stamp, time: floorTo(stamp, READING_STEP) };
  });
  const onGrid = read.filter(({ time }) => time % stepOf(series.timeframe) === 0);
  const findings = oddity(
    'off-grid-time',
    onGrid.filter(({ time, stamp }) => time !== stamp),
  );
  return { columns, rows: onGrid, findings };
}

/** `2025-06-02 00:05:00`, UTC; in ms it would be read as well. */
function stampIn(subject: string, text: string): number {
  const iso = /^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}$/.test(text);
  return stampOf(iso ? Date.parse(`${text.replace(' ', 'T')}Z`) : numberIn(text), subject);
}

function parsedOf(subject: string, statistic: Statistic, series: Series, { columns, rows, findings }: Rows) {
  const places = statistic.columns.map((name) => columns.indexOf(name));
  if (places.includes(-1)) throw malformed(subject, `the CSV has no ${statistic.columns.join(', ')}.`);
  const cell = (field: string): number | undefined => {
    const value = numberIn(field);
    if (value === undefined && field !== '') throw malformed(subject, `"${field}" is no number.`);
    return value;
  };
  const readings = rows.map(
    ({ time, fields }): Reading => ({ time, cells: places.map((place) => cell(fields[place]!)) }),
  );
  const { kept, findings: odd } = cleaned(readings);
  const batch = batchOf(
    statistic.table,
    kept.map(({ time, cells }) => statistic.row(series, time, cells)),
  );
  return { batch, findings: [...findings, ...odd] } satisfies Parsed;
}
