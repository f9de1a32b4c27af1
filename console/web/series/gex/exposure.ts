import type { Rows } from '../data.ts';

export interface Strike {
  readonly strike: number;
  readonly call: number;
  readonly put: number;
}

/** Strikes are joined to at most this many of equal width, so that a chart needs no scrolling; each stands at its lowest. */
export function binned(strikes: readonly Strike[], most: number): Strike[] {
  const [first, last] = [strikes[0], strikes.at(-1)];
  if (!first || !last || strikes.length <= most) return [...strikes];
  const width = niceWidth((last.strike - first.strike) / most);
  const bins = Map.groupBy(strikes, ({ strike }) => Math.floor(strike / width) * width);
  return [...bins]
    .map(([strike, of]) => ({
      strike,
      call: of.reduce((sum, { call }) => sum + call, 0),
      put: of.reduce((sum, { put }) => sum + put, 0),
    }))
    .toSorted((a, b) => a.strike - b.strike);
}

/** The next width of 1, 2, 2.5 or 5 times a power of ten. */
function niceWidth(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least));
  return [1, 2, 2.5, 5, 10].map((n) => n * power).find((width) => width >= least)!;
}

/** USD per 1 % move by strike, of the newest snapshot; @param expiry only this one */
export function strikesOf(
  rows: Rows,
  expiry?: string,
): { at: string; spot: number; expiries: string[]; strikes: Strike[] } {
  const at = newestOf(rows);
  const snapshot = rows.filter((row) => row.time === at);
  const byStrike = new Map<number, { strike: number; call: number; put: number }>();
  for (const row of snapshot) {
    if (expiry && row.expiry !== expiry) continue;
    const strike = row.strike as number;
    const sum = byStrike.get(strike) ?? { strike, call: 0, put: 0 };
    add(sum, row);
    byStrike.set(strike, sum);
  }
  return {
    at,
    spot: (snapshot[0]?.spot as number | undefined) ?? 0,
    expiries: [...new Set(snapshot.map((row) => row.expiry as string))].sort(),
    strikes: [...byStrike.values()].sort((a, b) => a.strike - b.strike),
  };
}

/** What is shown of calls and puts. */
export const MEASURES = ['sides', 'net', 'gross'] as const;
export type Measure = (typeof MEASURES)[number];

/** USD for a move of 1 % of calls and puts together. */
type Sides = Pick<Strike, 'call' | 'put'>;

/** Net: calls less puts, as if dealers were long calls and short puts. */
export const measured = ({ call, put }: Sides, measure: Exclude<Measure, 'sides'>): number =>
  measure === 'net' ? call - put : call + put;

export interface Expiry extends Sides {
  /** its instant, as the API writes it */
  readonly expiry: string;
}

/** The exposure of the newest snapshot by expiry, the next one first. */
export function expiriesOf(rows: Rows): Expiry[] {
  const at = newestOf(rows);
  const sums = new Map<string, { expiry: string; call: number; put: number }>();
  for (const row of rows) {
    if (row.time !== at) continue;
    const expiry = row.expiry as string;
    const sum = sums.get(expiry) ?? { expiry, call: 0, put: 0 };
    add(sum, row);
    sums.set(expiry, sum);
  }
  return [...sums.values()].sort((a, b) => (a.expiry < b.expiry ? -1 : 1));
}

/** Strikes further from the price than this share say little, and there are many of them. */
export const REACH = 0.35;

/** Exposure by strike and hour. */
export interface Grid {
  /** of each column, epoch ms, ascending */
  readonly times: readonly number[];
  /** the lowest strike of each line, ascending; all lines are as high */
  readonly strikes: readonly number[];
  readonly width: number;
  /** of each column; USD */
  readonly spots: readonly number[];
  /** by column, then by line; USD */
  readonly values: readonly (readonly number[])[];
  /** the largest of them without its sign */
  readonly largest: number;
}

/** @param most lines at most. @returns undefined where there is nothing near the price */
export function gridOf(
  rows: Rows,
  {
    measure,
    expiry,
    most,
  }: { measure: Exclude<Measure, 'sides'>; expiry?: string | undefined; most: number },
): Grid | undefined {
  const wanted = rows.filter((row) => !expiry || row.expiry === expiry);
  const byTime = Map.groupBy(wanted, (row) => row.time as string);
  const times = [...byTime.keys()].sort();
  const spots = times.map((time) => (byTime.get(time)![0]!.spot as number | undefined) ?? 0);
  const [low, high] = [(1 - REACH) * Math.min(...spots), (1 + REACH) * Math.max(...spots)];
  const near = wanted.filter((row) => (row.strike as number) >= low && (row.strike as number) <= high);
  if (near.length === 0) return undefined;
  const all = [...new Set(near.map((row) => row.strike as number))].sort((a, b) => a - b);
  const width = all.length <= 1 ? 1 : niceWidth((all.at(-1)! - all[0]!) / most);
  const lineOf = (strike: number): number => Math.floor(strike / width);
  const [first, last] = [lineOf(all[0]!), lineOf(all.at(-1)!)];
  const values = times.map((time) => {
    const column = Array.from({ length: last - first + 1 }, () => ({ call: 0, put: 0 }));
    for (const row of byTime.get(time)!) {
      const line = column[lineOf(row.strike as number) - first];
      if (line) add(line, row);
    }
    return column.map((sides) => measured(sides, measure));
  });
  return {
    times: times.map((time) => Date.parse(time)),
    strikes: Array.from({ length: last - first + 1 }, (_, i) => (first + i) * width),
    width,
    spots,
    values,
    largest: Math.max(1, ...values.flat().map(Math.abs)),
  };
}

const newestOf = (rows: Rows): string =>
  rows.reduce((newest, { time }) => ((time as string) > newest ? (time as string) : newest), '');

function add(sum: { call: number; put: number }, row: Rows[number]): void {
  sum.call += (row.call_gex as number | null) ?? 0;
  sum.put += (row.put_gex as number | null) ?? 0;
}
