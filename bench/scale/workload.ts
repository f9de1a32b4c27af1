import { planSource } from '../../functions/core/ledger/plan.ts';
import { type ChunkEstimate, estimateChunk } from '../../functions/core/quote/estimate-chunk.ts';
import type { Source } from '../../functions/core/series/source.ts';
import type { LimitFamily } from '../../functions/core/series/venue.ts';
import type { Range } from '../../functions/core/time/range.ts';
import { stepOf, type Timeframe } from '../../functions/core/time/timeframe.ts';
import { shardOf } from './shards.ts';

/** What a chunk asks for: all chunks of one month and one listing are alike. */
export interface Template {
  readonly start: number;
  /** objects of the archive, those included that are not there */
  readonly objects: number;
  readonly archiveRows: number;
  readonly pages: number;
  readonly pageRows: number;
  /** weight of one page */
  readonly weight: number;
}

/** One order: its chunks as PlanWave takes them, in order of time and then of series. */
export interface Order {
  readonly symbols: readonly string[];
  readonly rows: number;
  /** index of each chunk's template */
  readonly templates: Uint16Array;
  /** index of each chunk's symbol */
  readonly series: Uint16Array;
}

export interface Workload {
  readonly source: Source;
  readonly family: LimitFamily | undefined;
  readonly templates: readonly Template[];
  readonly orders: readonly Order[];
}

export interface Asked {
  readonly source: Source;
  readonly timeframe: Timeframe;
  readonly range: Range;
  readonly now: number;
  readonly symbols: number;
  readonly symbolsPerOrder: number;
  /** when the i-th symbol was listed; absent: before the range began. Epoch ms */
  readonly listedAt?: (symbol: number) => number;
}

export const symbolName = (i: number): string => `S${String(i).padStart(5, '0')}USDT`;

/** Plans and estimates as the product does; symbols that were listed in the same moment are planned once. */
export function workloadOf(asked: Asked): Workload {
  const templates: Template[] = [];
  const lives = new Map<number | undefined, number[]>();
  const families = new Set<LimitFamily>();
  const planOf = (listedAt: number | undefined): number[] => {
    const known = lives.get(listedAt);
    if (known) return known;
    const plan = templatesOf(asked, listedAt, families).map((template) => templates.push(template) - 1);
    lives.set(listedAt, plan);
    return plan;
  };
  const orders: Order[] = [];
  for (let first = 0; first < asked.symbols; first += asked.symbolsPerOrder) {
    const count = Math.min(asked.symbolsPerOrder, asked.symbols - first);
    orders.push(
      orderOf(
        Array.from({ length: count }, (_, i) => symbolName(first + i)),
        Array.from({ length: count }, (_, i) => planOf(asked.listedAt?.(first + i))),
        templates,
      ),
    );
  }
  if (families.size > 1) throw new Error(`${asked.source.id} has several limits: the model knows one`);
  return { source: asked.source, family: [...families][0], templates, orders };
}

/** Every series of an order is cut at the same borders, so its chunks lie month by month, all series in each. */
function orderOf(symbols: readonly string[], plans: readonly number[][], all: readonly Template[]): Order {
  const periods = plans[0]!.length;
  const templates = new Uint16Array(periods * plans.length);
  const series = new Uint16Array(periods * plans.length);
  let rows = 0;
  for (let period = 0, at = 0; period < periods; period++) {
    for (let i = 0; i < plans.length; i++, at++) {
      const template = plans[i]![period]!;
      templates[at] = template;
      series[at] = i;
      rows += all[template]!.archiveRows + all[template]!.pageRows;
    }
  }
  return { symbols, rows, templates, series };
}

function templatesOf(
  { source, timeframe, range, now }: Asked,
  listedAt: number | undefined,
  families: Set<LimitFamily>,
): Template[] {
  const series = { source: source.id, symbol: symbolName(0), timeframe };
  const listing = listedAt === undefined ? undefined : { listedAt };
  const archive = { ...source, tiers: source.tiers.filter(({ kind }) => kind === 'archive') };
  return planSource(source, series, [range]).map((planned) => {
    const whole = estimateChunk(source, planned, { now, listing });
    const filed = estimateChunk(archive, planned, { now, listing });
    const limited = whole.requests.filter(({ family }) => family);
    for (const { family } of limited) families.add(family!);
    const [requests, weight] = sumOf(limited);
    return {
      start: planned.chunk.start,
      // Before its listing nobody has told the fetcher of it: it asks for the month once and then looks the listing up.
      objects: whole.fetches === 0 ? 1 : filed.fetches,
      archiveRows: filed.rows,
      pages: requests,
      pageRows: whole.rows - filed.rows,
      weight: requests === 0 ? 0 : weight / requests,
    };
  });
}

const sumOf = (asked: ChunkEstimate['requests']): [requests: number, weight: number] => [
  asked.reduce((sum, one) => sum + one.requests, 0),
  asked.reduce((sum, one) => sum + one.weight, 0),
];

export const rowsOf = ({ orders }: Workload): number => orders.reduce((sum, { rows }) => sum + rows, 0);
export const chunksOf = ({ orders }: Workload): number =>
  orders.reduce((sum, { templates }) => sum + templates.length, 0);

/** Which database each symbol of an order is kept in. */
export const shardsOf = (order: Order, source: Source, shards: number): Uint8Array =>
  Uint8Array.from(order.symbols, (symbol) => shardOf(`${source.id} ${symbol}`, shards));

export const stepsIn = (range: Range, timeframe: Timeframe): number =>
  (range.end - range.start) / stepOf(timeframe);
