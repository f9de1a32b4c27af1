import type { Answer } from '../../../functions/core/api/operations.ts';
import { stepOf, type Timeframe } from '../../../functions/core/time/timeframe.ts';

export type Source = Answer<'listSources'>[number];
export type Rows = Answer<'rows'>;
export type Report = Answer<'report'>[number];

/** Length of a step, ms. */
export const msOf = (timeframe: string): number => stepOf(timeframe as Timeframe);

export type Shape = 'candles' | 'strikes' | 'line';

export function shapeOf({ columns }: Pick<Source, 'columns'>): Shape {
  const has = (name: string): boolean => columns.some((column) => column.name === name);
  if (['open', 'high', 'low', 'close'].every(has)) return 'candles';
  return has('strike') && has('call_gex') ? 'strikes' : 'line';
}

/** Widths that candles of a timeframe can be drawn in. */
export const WIDTHS = [
  '1s',
  '1m',
  '5m',
  '15m',
  '30m',
  '1h',
  '4h',
  '12h',
  '1d',
] as const satisfies readonly Timeframe[];
export const widthsFor = (timeframe: string): string[] => [
  ...new Set([
    timeframe,
    ...WIDTHS.filter((width) => msOf(width) > msOf(timeframe) && msOf(width) % msOf(timeframe) === 0),
  ]),
];

/** What is drawn of a table at first, where it has it: a chain by its volatility. */
const FIRST = ['price', 'mark_iv'];
/** Numbers that say which row it is, and nothing of a market. */
const NAMING = /(?:^|_)(?:id|seq)$|^(?:strike|interval_hours)$/;

/** Whole numbers and fractions; what one would draw as a line, the most telling first. */
export function numbersOf({ columns }: Pick<Source, 'columns'>): string[] {
  const rank = (name: string): number => (FIRST.includes(name) ? 0 : NAMING.test(name) ? 2 : 1);
  return columns
    .filter(({ type }) => /^(float8|int4|int8)$/.test(type))
    .map(({ name }) => name)
    .sort((a, b) => rank(a) - rank(b));
}

export interface Point {
  /** epoch ms */
  readonly at: number;
  readonly row: Rows[number];
}

/** One row for each instant, the last one where there are several vintages of it. */
export function pointsOf(rows: Rows, time: string): Point[] {
  const byTime = new Map<number, Rows[number]>();
  for (const row of rows) byTime.set(Date.parse(row[time] as string), row);
  return [...byTime].map(([at, row]) => ({ at, row })).sort((a, b) => a.at - b.at);
}

export interface Shade {
  readonly from: number;
  readonly to: number;
  readonly kind: 'missing' | 'empty';
  readonly why: string;
}

/** Spans without rows that touch the range, in order of time. */
export function shadesOf(
  report: Pick<Report, 'gaps' | 'empty'> | undefined,
  from: number,
  to: number,
): Shade[] {
  if (!report) return [];
  const all: Shade[] = [
    ...report.gaps.map((gap) => ({ ...ends(gap), kind: 'missing' as const, why: gap.error ?? gap.cause })),
    ...report.empty.map((span) => ({ ...ends(span), kind: 'empty' as const, why: span.reason })),
  ];
  return all.filter((shade) => shade.to > from && shade.from < to).sort((a, b) => a.from - b.from);
}

const ends = (span: { readonly from: string; readonly to: string }) => ({
  from: Date.parse(span.from),
  to: Date.parse(span.to),
});

/** More steps than this are not drawn one by one. */
const MOST_STEPS = 6_000;

/** The instants on the grid that lie in a shade: where the chart must show that time passed without rows. */
export function shadedSteps(shades: readonly Shade[], step: number, from: number, to: number) {
  if ((to - from) / step > MOST_STEPS) return [];
  return shades.flatMap(({ kind, ...shade }) => {
    const first = Math.ceil(Math.max(shade.from, from) / step) * step;
    const end = Math.min(shade.to, to);
    const steps = Math.max(0, Math.ceil((end - first) / step));
    return Array.from({ length: steps }, (_, i) => ({ at: first + i * step, kind }));
  });
}

/** The value that comes most often; where all come alike, that in the middle: of a chain, where there is trade. */
export function usualPick(values: readonly string[]): string | undefined {
  const groups = [...Map.groupBy(values, (value) => value)].toSorted(([a], [b]) => (a < b ? -1 : 1));
  const most = Math.max(...groups.map(([, all]) => all.length));
  const often = groups.filter(([, all]) => all.length === most);
  return often[Math.floor(often.length / 2)]?.[0];
}
