import { AGGREGATED, type AggregateStatus, type AggregateStore } from '../aggregates/aggregates.ts';
import { badRequest } from '../errors/bad-request.ts';
import { JOB_STATUSES, type Job } from '../jobs/job.ts';
import type { JobStore } from '../jobs/ports.ts';
import type { CatalogReader, Gap, SeriesCatalog, SeriesReport } from '../ledger/ports.ts';
import { settledEnd } from '../series/borders.ts';
import { spellingOf } from '../series/names/spelling.ts';
import type { Source, Sources } from '../series/source.ts';
import { clip, hull, type Range, subtract } from '../time/range.ts';
import { type Clock, floorTo } from '../time/time.ts';
import { isTimeframe, stepOf, type Timeframe } from '../time/timeframe.ts';

export interface InspectPorts {
  readonly catalog: Pick<SeriesCatalog, 'reconcile'>;
  readonly catalogReader: CatalogReader;
  readonly jobs: Pick<JobStore, 'list'>;
  readonly aggregateStatus: Pick<AggregateStore, 'status'>;
  readonly sources: Sources;
  readonly clock: Clock;
}

export interface CandleSeries {
  readonly symbol: string;
  readonly timeframe: Timeframe;
}

/** @throws GordonError `unknown-timeframe`, `unknown-symbol` */
export function candleSeries(
  sources: Sources,
  symbol: string,
  timeframe: string = AGGREGATED.timeframe,
): CandleSeries & { readonly spec: Source } {
  const spec = sources[AGGREGATED.source]!;
  if (!isTimeframe(timeframe) || !spec.timeframes.includes(timeframe)) {
    const remedy = `Use one of: ${spec.timeframes.join(', ')}.`;
    throw badRequest('unknown-timeframe', timeframe, 'there is no such timeframe.', remedy);
  }
  if (!spec.symbolPattern.test(symbol)) {
    const { symbol: meant } = spellingOf(symbol);
    const remedy = spec.symbolPattern.test(meant)
      ? `Write ${meant}.`
      : 'Write it as the venue does, such as BTCUSDT.';
    throw badRequest('unknown-symbol', symbol, 'cannot be a symbol.', remedy);
  }
  return { symbol, timeframe, spec };
}

/**
 * Ranges of closed candles that are not there, and are not proven never to have been. Rows are counted first, so what
 * was deleted is seen too.
 * @param range floored to the grid, as an order's is; an end that is not given is that of all that was ever ordered
 * @throws GordonError `nothing-ordered` when there is no such thing
 */
export async function candleGaps(
  ports: InspectPorts,
  { symbol, timeframe, spec }: ReturnType<typeof candleSeries>,
  range: Partial<Range>,
): Promise<Gap[]> {
  const series = { source: AGGREGATED.source, symbol, timeframe };
  const step = stepOf(timeframe);
  const requested = await ports.catalogReader.requested(series);
  const known = hull(requested);
  if (range.start === undefined && !known) {
    const remedy = 'Order it: `gordon-data backfill candles trigger`, or name a start.';
    throw badRequest('nothing-ordered', symbol, 'no candles of it were ever ordered.', remedy);
  }
  // What the venue has not had time to publish is not a gap yet.
  const published = settledEnd(spec, step, ports.clock());
  const window: Range = {
    start: floorTo(range.start ?? known!.start, step),
    end: Math.min(range.end === undefined ? (known?.end ?? published) : floorTo(range.end, step), published),
  };
  if (window.start >= window.end) return [];
  await ports.catalog.reconcile(series, window);
  const found = await reportOf(ports, symbol, timeframe);
  const gaps = (found?.gaps ?? []).flatMap((gap) =>
    clip([gap], window).map((part): Gap => ({ ...gap, ...part, steps: (part.end - part.start) / step })),
  );
  const never = subtract([window], requested).map(
    (part): Gap => ({ ...part, steps: (part.end - part.start) / step, cause: 'ours' }),
  );
  return [...gaps, ...never].sort((a, b) => a.start - b.start);
}

async function reportOf(
  { catalogReader }: Pick<InspectPorts, 'catalogReader'>,
  symbol: string,
  timeframe: Timeframe,
): Promise<SeriesReport | undefined> {
  const [found] = await catalogReader.report({ sources: [AGGREGATED.source], symbols: [symbol], timeframe });
  return found;
}

export interface CandleStatus {
  readonly series: SeriesReport | undefined;
  readonly lastJob: Job | undefined;
  readonly aggregates: readonly AggregateStatus[];
}

/** @param only absent: the last job of any symbol, and no series */
export async function candleStatus(ports: InspectPorts, only?: CandleSeries): Promise<CandleStatus> {
  const [series, lastJob, aggregates] = await Promise.all([
    only && reportOf(ports, only.symbol, only.timeframe),
    lastJobOf(ports, only?.symbol),
    ports.aggregateStatus.status(),
  ]);
  return { series, lastJob, aggregates };
}

/** The refresh makes a job of all symbols every few minutes: a hundred jobs are some hours. */
async function lastJobOf(
  { jobs }: Pick<InspectPorts, 'jobs'>,
  symbol: string | undefined,
): Promise<Job | undefined> {
  const page = await jobs.list({ statuses: JOB_STATUSES, source: 'candles', limit: 100 });
  return page.jobs.find((job) => symbol === undefined || job.symbols.includes(symbol));
}
