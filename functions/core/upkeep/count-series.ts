import * as z from 'zod';
import { badRequest } from '../errors/bad-request.ts';
import type { SeriesCatalog } from '../ledger/ports.ts';
import { Name, SourceId, SourceOrFamily, Step, Time } from '../queries/fields.ts';
import { parseBounds, sourcesFor } from '../queries/requested.ts';
import { type Series, seriesLabel } from '../series/series.ts';
import type { Sources } from '../series/source.ts';
import { Count, type Shape, span } from '../time/fields.ts';
import { type PeriodUnit, periodsIn } from '../time/period.ts';
import { clip, measure, type Range } from '../time/range.ts';
import { type Clock, iso, SECOND } from '../time/time.ts';
import { stepOf } from '../time/timeframe.ts';

/** Where to continue. */
export const CountPlace = z.strictObject({
  source: SourceId,
  symbol: Name,
  timeframe: Step,
  from: Time,
});

/** The body of `POST /backfill/audit`: which series to count, all by default, and from where on. */
export const CountBody = z.strictObject({
  source: SourceOrFamily.optional(),
  symbol: Name.optional(),
  from: Time.optional(),
  to: Time.optional(),
  next: CountPlace.nullable().optional().meta({ description: '`next` of the answer before' }),
});
export type CountBody = z.infer<typeof CountBody>;

export const Counted = z
  .object({
    counted: z.array(
      z.object({
        source: z.string(),
        symbol: z.string(),
        timeframe: Step,
        ...span,
        rows: Count.meta({ description: 'rows that are there' }),
        lost: Count.meta({
          description: 'steps that the ledger had and the table does not; they are missing now',
        }),
      }),
    ),
    next: CountPlace.nullable().meta({
      description: 'where to go on: a call does what it can in some seconds; null: all was counted',
    }),
  })
  .meta({ id: 'Counted' });
export type Counted = Shape<typeof Counted>;
/** One series as far as it was counted. */
export type CountedSeries = Counted['counted'][number];

export interface CountPorts {
  readonly catalog: Pick<SeriesCatalog, 'series' | 'reconcile' | 'retire' | 'count' | 'audited'>;
  readonly sources: Sources;
  readonly clock: Clock;
}

/** An answer has 29 seconds, and the last stretch needs some of them. */
const PATIENCE = 12 * SECOND;

interface Stretch {
  readonly series: Series;
  readonly range: Range;
  /** nothing of what is requested comes after it, and nothing was left out before */
  readonly completes: boolean;
}

/**
 * Compares the row counts of series with the ledger, as many series as one answer has time for. Steps without a row are missing
 * from then on.
 * @throws GordonError `unknown-source`, `unknown-series`, `invalid-time`, `empty-range`
 */
export async function countSeries(ports: CountPorts, body: CountBody): Promise<Counted> {
  const { catalog, clock } = ports;
  const began = clock();
  const counted: CountedSeries[] = [];
  for (const { series, range, completes } of await stretchesOf(ports, body)) {
    if (Math.abs(clock() - began) > PATIENCE) {
      return { counted, next: { ...series, from: iso(range.start) } };
    }
    const lost = measure(await catalog.reconcile(series, range)) / stepOf(series.timeframe);
    const rows = await catalog.count(series, range);
    const last = counted.at(-1);
    if (last && seriesLabel(last) === seriesLabel(series)) {
      counted[counted.length - 1] = {
        ...last,
        to: iso(range.end),
        rows: last.rows + rows,
        lost: last.lost + lost,
      };
    } else counted.push({ ...series, from: iso(range.start), to: iso(range.end), rows, lost });
    if (!completes) continue;
    await catalog.retire(series);
    await catalog.audited([series]);
  }
  return { counted, next: null };
}

async function stretchesOf({ catalog, sources }: CountPorts, body: CountBody): Promise<Stretch[]> {
  const { from = Number.NEGATIVE_INFINITY, to = Number.POSITIVE_INFINITY } = parseBounds(body);
  const ids = sourcesFor(sources, body.source).map(({ id }) => id);
  const known = await catalog.series({ sources: ids, ...(body.symbol && { symbols: [body.symbol] }) });
  if (known.length === 0 && body.symbol !== undefined) {
    const remedy = 'List the series: gordon-data backfill report.';
    throw badRequest(
      'unknown-series',
      body.symbol,
      'the warehouse has never had such a series.',
      remedy,
      404,
    );
  }
  const whole = body.from === undefined && body.to === undefined;
  const all = known
    .toSorted((a, b) => (seriesLabel(a) < seriesLabel(b) ? -1 : 1))
    .flatMap(({ requested, ...series }) => {
      const ranges = clip(requested, { start: from, end: to }).flatMap((range) =>
        periodsIn(unitOf(sources, series), range).flatMap((period) => clip([range], period)),
      );
      return ranges.map((range, i) => ({ series, range, completes: whole && i === ranges.length - 1 }));
    });
  const { next } = body;
  if (!next) return all;
  const [label, start] = [seriesLabel(next), parseBounds({ from: next.from }).from!];
  return all.filter(({ series, range }) => {
    const own = seriesLabel(series);
    return own > label || (own === label && range.start >= start);
  });
}

/** Cuts a range at calendar borders, so that the next call cuts alike: each stretch takes a few seconds at most. */
const unitOf = (sources: Sources, { source, timeframe }: Series): PeriodUnit =>
  sources[source]!.chunkUnit(timeframe) === 'day' ? 'month' : 'year';
