import type { Answer } from '../lib/client.ts';

type Sources = Answer<'listSources'>;
type Coverage = Answer<'coverage'>;

/** What is typed into the form. */
export interface Draft {
  readonly source: string;
  readonly symbols: string;
  readonly timeframe: string;
  readonly from: string;
  readonly to: string;
}

export interface Order {
  readonly source: string;
  readonly symbols?: string[];
  readonly timeframe?: string;
  readonly from: string;
  readonly to: string;
}

export function orderOf({ source, symbols, timeframe, from, to }: Draft): Order {
  const words = symbols.split(/[\s,]+/).filter(Boolean);
  return { source, ...(words.length > 0 && { symbols: words }), ...(timeframe && { timeframe }), from, to };
}

/** Families first, which is what people order; then single sources of those that have several. */
export function familiesOf(sources: Sources): { readonly id: string; readonly label: string }[] {
  const byFamily = [...Map.groupBy(sources, ({ family }) => family)];
  return [
    ...byFamily.map(([id, of]) => ({
      id,
      label: of.length === 1 ? `${id}: ${of[0]!.title}` : `${id}: all ${of.length} sources`,
    })),
    ...byFamily.flatMap(([, of]) =>
      of.length === 1 ? [] : of.map(({ id, title }) => ({ id, label: `${id}: ${title}` })),
    ),
  ];
}

export interface Quote {
  readonly series: number;
  /** steps of the range, for all series */
  readonly steps: number;
  /** of them there, or proven empty */
  readonly done: number;
  /** rows come when they come, so the steps do not tell how many */
  readonly events: boolean;
}

/** @param coverage of the order's range; series that nobody asked for yet are not in it */
export function quoteOf(order: Order, sources: Sources, coverage: Coverage): Quote {
  const chosen = sources.filter(({ id, family }) => id === order.source || family === order.source);
  let [series, steps, done] = [0, 0, 0];
  for (const source of chosen) {
    const timeframe = order.timeframe ?? source.default_timeframe;
    if (!source.timeframes.includes(timeframe)) continue;
    const length = Date.parse(order.to) - Date.parse(order.from);
    for (const symbol of order.symbols ?? source.default_symbols) {
      series++;
      steps += Math.floor(length / msOf(timeframe));
      const known = coverage.find(
        (one) => one.source === source.id && one.symbol === symbol && one.timeframe === timeframe,
      );
      for (const run of known?.runs ?? []) {
        done += run.buckets * (run.have + Object.values(run.empty).reduce((sum, n) => sum + n, 0));
      }
    }
  }
  return { series, steps, done, events: chosen.some(({ rhythm }) => rhythm === 'events') };
}

const UNITS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `15m` → ms */
const msOf = (timeframe: string): number => Number.parseInt(timeframe, 10) * UNITS[timeframe.at(-1)!]!;
