import type { SeriesReport } from '../../functions/core/api/series/schemas.ts';
import { type Column, type Look, table } from './table.ts';
import { count, exactSpan, exactTime, plural } from './values.ts';

export const SIMULATED = 'SIMULATED DATA: made by the venue simulator, not by a market';

const COLUMNS: readonly Column[] = [
  { title: 'Source' },
  { title: 'Symbol' },
  { title: 'Earliest', rank: 3 },
  { title: 'Latest', rank: 0 },
  { title: 'Gaps', align: 'right' },
  { title: 'Timeframe', rank: 1 },
  { title: 'Rows', align: 'right', rank: 0 },
  { title: 'Counted', rank: 4 },
];

/** What the warehouse holds, series by series; below the table what is not a gap although it has no rows. */
export function reportLines(series: readonly SeriesReport[], look: Look): string[] {
  const rows = series.map((s) => [
    s.source,
    s.symbol,
    exactTime(s.earliest),
    exactTime(s.latest),
    count(s.gaps.length),
    s.timeframe,
    count(s.rows),
    s.audited_at === null ? 'never' : exactTime(s.audited_at),
  ]);
  return [
    ...table(COLUMNS, rows, look),
    ...expiringLines(series, look),
    ...emptyLines(series),
    ...findingLines(series),
  ];
}

/** Klines, which are what most people look for, before the others; else in the order of the API. */
export const klinesFirst = (series: readonly SeriesReport[]): SeriesReport[] => {
  const isKlines = ({ source }: SeriesReport): boolean => source.startsWith('klines_');
  return [...series.filter(isKlines), ...series.filter((one) => !isKlines(one))];
};

const labelOf = (s: SeriesReport): string => `${s.source} ${s.symbol} ${s.timeframe}`;

/** Every gap with its cause: `--gaps`. */
export function gapLines(series: readonly SeriesReport[]): string[] {
  return series.flatMap((s) =>
    s.gaps.length === 0
      ? []
      : [
          '',
          `${labelOf(s)}: ${plural(s.gaps.length, 'gap')}, ${plural(missing(s), 'row')} missing`,
          ...s.gaps.map(
            (g) => `  ${exactSpan(g)}  ${plural(g.rows, 'row')}  ${g.cause}${g.error ? `: ${g.error}` : ''}`,
          ),
        ],
  );
}

const missing = (s: SeriesReport): number => s.gaps.reduce((sum, gap) => sum + gap.rows, 0);

/** What the venue forgets soon, the most urgent first. */
function expiringLines(series: readonly SeriesReport[], { paint }: Look): string[] {
  const lines = series
    .flatMap((s) => (s.perishable ? [{ label: labelOf(s), ...s.perishable }] : []))
    .sort((a, b) => a.days_left - b.days_left)
    .map(
      (gap) =>
        `  ${gap.label}: ${exactSpan(gap)} is lost from ${exactTime(gap.lost_at)} on, ${leftIn(gap.days_left)}`,
    );
  return lines.length === 0 ? [] : ['', paint('yellow', 'Missing, and the venue forgets it:'), ...lines];
}

const leftIn = (days: number): string =>
  days < 1 ? `in ${plural(Math.floor(days * 24), 'hour')}` : `in ${plural(Math.floor(days), 'day')}`;

function emptyLines(series: readonly SeriesReport[]): string[] {
  const lines = series.flatMap((s) => (s.empty.length === 0 ? [] : [`  ${labelOf(s)}: ${reasonsOf(s)}`]));
  return lines.length === 0 ? [] : ['', 'Proven to have no rows:', ...lines];
}

/** `pre-listing 2019-09-01 00:00:00 to 2019-09-08 17:57:00; venue-outage 3 spans` */
function reasonsOf(s: SeriesReport): string {
  const byReason = Map.groupBy(s.empty, ({ reason }) => reason);
  return [...byReason]
    .map(
      ([reason, spans]) =>
        `${reason} ${spans.length === 1 ? exactSpan(spans[0]!) : plural(spans.length, 'span')}`,
    )
    .join('; ');
}

function findingLines(series: readonly SeriesReport[]): string[] {
  const odd = series.filter((s) => s.findings > 0);
  if (odd.length === 0) return [];
  const all = odd.reduce((sum, s) => sum + s.findings, 0);
  const query = 'gordon-data sql "SELECT * FROM market_data.findings"';
  return [
    '',
    `${plural(all, 'oddity', 'oddities')} of the data itself in ${plural(odd.length, 'series', 'series')}: ${query}`,
  ];
}

/** For an empty report. */
export function nothingLine({ sources = [] }: { readonly sources?: readonly string[] }): string {
  if (sources.length > 0) {
    return `Nothing of ${sources.join(', ')} was ever requested: gordon-data backfill report shows what was.`;
  }
  return 'The warehouse is empty. Fill it: gordon-data backfill klines trigger --symbols BTCUSDT,ETHUSDT --wait';
}
