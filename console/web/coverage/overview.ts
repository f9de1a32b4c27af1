import type { Answer } from '../../../functions/core/api/operations.ts';
import type { Row } from './grid.ts';
import { preparedOf } from './prepared.ts';

type Report = Answer<'report'>[number];
type Followed = Answer<'listSeries'>[number];

export const GROUPINGS = ['source', 'symbol', 'none'] as const;
export type Grouping = (typeof GROUPINGS)[number];
export const ORDERS = ['name', 'staleness', 'gaps'] as const;
export type Order = (typeof ORDERS)[number];

/** `late`: rows after the newest one are due and missing. `idle`: no schedule fetches newer ones. */
export type Freshness = 'fresh' | 'late' | 'idle' | 'none';

/** What is known of a series beside its map. */
export interface Facts {
  /** instant of the newest row, epoch ms */
  readonly latest: number | undefined;
  readonly freshness: Freshness;
  readonly rows: number;
  /** rows missing, by who has to act: this program, or the venue */
  readonly ours: number;
  readonly venues: number;
  readonly perishable: Report['perishable'];
}

export const labelOf = ({
  source,
  symbol,
  timeframe,
}: Pick<Row, 'source' | 'symbol' | 'timeframe'>): string => `${source} ${symbol} ${timeframe}`;

export function factsOf(report: readonly Report[], followed: readonly Followed[]): Map<string, Facts> {
  const kept = new Set(followed.filter((one) => one.followed).map(labelOf));
  return new Map(
    report.map((one): [string, Facts] => {
      const latest = one.latest === null ? undefined : Date.parse(one.latest);
      const sum = (cause: (word: string) => boolean): number =>
        one.gaps.filter((gap) => cause(gap.cause)).reduce((all, { rows }) => all + rows, 0);
      const isLate = one.gaps.some(({ to }) => latest === undefined || Date.parse(to) > latest);
      return [
        labelOf(one),
        {
          latest,
          freshness: freshnessOf(latest, isLate, kept.has(labelOf(one))),
          rows: one.rows,
          ours: sum((cause) => cause === 'ours'),
          venues: sum((cause) => cause !== 'ours'),
          perishable: one.perishable,
        },
      ];
    }),
  );
}

function freshnessOf(latest: number | undefined, isLate: boolean, isFollowed: boolean): Freshness {
  if (latest === undefined) return 'none';
  if (isLate) return 'late';
  return isFollowed ? 'fresh' : 'idle';
}

/** A line of the map: a series, or the head of a group. */
export interface Line extends Row {
  readonly facts?: Facts | undefined;
  readonly head?: Head;
}

export interface Head {
  readonly name: string;
  readonly series: number;
  readonly missing: number;
  readonly folded: boolean;
}

/** The lines of the map, grouped and ordered; the series of folded groups are left out. */
export function linesOf(
  rows: readonly Row[],
  facts: ReadonlyMap<string, Facts>,
  {
    group,
    order,
    folded,
  }: { readonly group: Grouping; readonly order: Order; readonly folded: readonly string[] },
): Line[] {
  const lines = rows
    .map((row): Line => ({ ...row, facts: facts.get(labelOf(row)) }))
    .toSorted((a, b) => rankOf(a, order) - rankOf(b, order) || compare(labelOf(a), labelOf(b)));
  if (group === 'none') return lines;
  // A group stands where its first series does: with the stalest or the worst one.
  const groups = [...Map.groupBy(lines, (line) => line[group])];
  const ordered = order === 'name' ? groups.toSorted(([a], [b]) => compare(a, b)) : groups;
  return ordered.flatMap(([name, of]) => {
    const isFolded = folded.includes(name);
    const missing = of.reduce((sum, line) => sum + missingOf(line), 0);
    const head: Head = { name, series: of.length, missing, folded: isFolded };
    return [{ ...NO_SERIES, head }, ...(isFolded ? [] : of)];
  });
}

/** Always the same object, so that nothing of it is drawn again. */
const NO_SERIES: Row = { source: '', symbol: '', timeframe: '', runs: [] };

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
const missingOf = ({ facts }: Line): number => (facts ? facts.ours + facts.venues : 0);

function rankOf(line: Line, order: Order): number {
  if (order === 'gaps') return -missingOf(line);
  return order === 'staleness' ? (line.facts?.latest ?? 0) : 0;
}

/** The name of a series within its group. */
export function nameIn(line: Line, group: Grouping): string {
  if (group === 'source') return `${line.symbol} ${line.timeframe}`;
  return group === 'symbol'
    ? `${line.source} ${line.timeframe}`
    : `${line.symbol} ${line.source} ${line.timeframe}`;
}

export interface Overview {
  readonly series: number;
  readonly rows: number;
  /** share of what is due that is there or proven empty; undefined while nothing is due */
  readonly complete: number | undefined;
  /** epoch ms */
  readonly newest: number | undefined;
  readonly ours: number;
  readonly venues: number;
  readonly late: number;
  readonly expiring: { readonly series: string; readonly daysLeft: number } | undefined;
}

/** All series at a glance. */
export function overviewOf(series: Answer<'coverage'>, facts: ReadonlyMap<string, Facts>): Overview {
  const known = series.flatMap((one) => {
    const of = facts.get(labelOf(one));
    return of ? [{ series: labelOf(one), ...of }] : [];
  });
  const sum = (of: (one: (typeof known)[number]) => number): number =>
    known.reduce((all, one) => all + of(one), 0);
  const due = { done: 0, due: 0 };
  for (const { parts } of series.map(preparedOf)) {
    due.done += parts.done;
    due.due += parts.due;
  }
  const [first] = known
    .flatMap(({ series: name, perishable }) =>
      perishable ? [{ series: name, daysLeft: perishable.days_left }] : [],
    )
    .toSorted((a, b) => a.daysLeft - b.daysLeft);
  const newest = Math.max(...known.flatMap(({ latest }) => latest ?? []));
  return {
    series: series.length,
    rows: sum(({ rows }) => rows),
    complete: due.due === 0 ? undefined : due.done / due.due,
    newest: Number.isFinite(newest) ? newest : undefined,
    ours: sum(({ ours }) => ours),
    venues: sum(({ venues }) => venues),
    late: known.filter(({ freshness }) => freshness === 'late').length,
    expiring: first,
  };
}
