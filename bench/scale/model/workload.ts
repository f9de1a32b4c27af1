import { planSource } from '../../../functions/core/ledger/plan.ts';
import { type ChunkEstimate, estimateChunk } from '../../../functions/core/quote/estimate-chunk.ts';
import type { Source } from '../../../functions/core/series/source.ts';
import type { LimitFamily } from '../../../functions/core/series/venue.ts';
import type { Range } from '../../../functions/core/time/range.ts';
import type { Timeframe } from '../../../functions/core/time/timeframe.ts';
import { shardOf } from './shards.ts';

/** What the chunks of one calendar period fetch; they are alike in every series. */
export interface Template {
  readonly start: number;
  /** requests to the archive, those for absent objects included */
  readonly objects: number;
  readonly archiveRows: number;
  readonly pages: number;
  readonly pageRows: number;
  /** weight of one page */
  readonly weight: number;
}

/** One order. Its chunks, in PlanWave's order, are those of the first year, series by series, then those of the second, and so on. */
export interface Order {
  readonly symbols: readonly string[];
}

export interface Workload {
  readonly source: Source;
  readonly family: LimitFamily | undefined;
  readonly templates: readonly Template[];
  readonly orders: readonly Order[];
}

export interface WorkloadOptions {
  readonly source: Source;
  readonly timeframe: Timeframe;
  readonly range: Range;
  readonly now: number;
  readonly symbols: number;
  readonly symbolsPerOrder: number;
}

export const symbolName = (i: number): string => `S${String(i).padStart(5, '0')}USDT`;

/** Plans and estimates as the product does. Every symbol was listed before the range began. */
export function buildWorkload(options: WorkloadOptions): Workload {
  const { source, symbols, symbolsPerOrder } = options;
  const { templates, families } = estimateSeries(options);
  if (families.length > 1) throw new Error(`${source.id} has several limits: the model knows one`);
  const names = Array.from({ length: symbols }, (_, i) => symbolName(i));
  const orders = Array.from({ length: Math.ceil(symbols / symbolsPerOrder) }, (_, i) => ({
    symbols: names.slice(i * symbolsPerOrder, (i + 1) * symbolsPerOrder),
  }));
  return { source, family: families[0], templates, orders };
}

function estimateSeries({ source, timeframe, range, now }: WorkloadOptions) {
  const series = { source: source.id, symbol: symbolName(0), timeframe };
  const archive = { ...source, tiers: source.tiers.filter(({ kind }) => kind === 'archive') };
  const families = new Set<LimitFamily>();
  const templates = planSource(source, series, [range]).map((planned): Template => {
    const whole = estimateChunk(source, planned, { now, listing: undefined });
    const filed = estimateChunk(archive, planned, { now, listing: undefined });
    const limited = whole.requests.filter(({ family }) => family);
    for (const { family } of limited) families.add(family!);
    const pages = sumOf(limited, 'requests');
    return {
      start: planned.chunk.start,
      objects: filed.fetches,
      archiveRows: filed.rows,
      pages,
      pageRows: whole.rows - filed.rows,
      weight: pages === 0 ? 0 : sumOf(limited, 'weight') / pages,
    };
  });
  return { templates, families: [...families] };
}

const sumOf = (all: ChunkEstimate['requests'], what: 'requests' | 'weight'): number =>
  all.reduce((sum, one) => sum + one[what], 0);

export const countRows = ({ templates, orders }: Workload): number => {
  const rows = templates.reduce((sum, { archiveRows, pageRows }) => sum + archiveRows + pageRows, 0);
  return orders.reduce((sum, { symbols }) => sum + symbols.length * rows, 0);
};

export const countChunks = ({ templates, orders }: Workload): number =>
  orders.reduce((sum, { symbols }) => sum + symbols.length * templates.length, 0);

/** The database of each symbol of an order. */
export const shardsOf = (order: Order, source: Source, shards: number): Uint8Array =>
  Uint8Array.from(order.symbols, (symbol) => shardOf(`${source.id} ${symbol}`, shards));
