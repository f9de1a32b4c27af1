import type { FindingBook, SeriesCatalog } from '../../ledger/ports.ts';
import { type Series, seriesLabel } from '../../series/series.ts';
import type { Finding, Sources } from '../../series/source.ts';
import { clip, hull, intersect, type Range, type RangeSet } from '../../time/range.ts';
import { type Clock, DAY, floorTo, HOUR, MINUTE } from '../../time/time.ts';
import type { Comparison, ComparisonReader } from './comparison.ts';
import { CANDLES_DISAGREE, judgeCandles, judgePrices, PRICE_KINDS } from './judge-hours.ts';
import { finesAndCoarses, pairsOf } from './pairs.ts';

export interface CrossPorts {
  readonly catalog: Pick<SeriesCatalog, 'series'>;
  readonly comparisons: ComparisonReader;
  readonly findings: FindingBook;
  readonly sources: Sources;
  readonly clock: Clock;
}

export interface CrossResult {
  /** pairs of series that were compared */
  readonly pairs: number;
  /** findings that hold now, of the days that were compared */
  readonly found: number;
  /** pairs that are left to the next run, which begins with others */
  readonly left: number;
}

/** A run ends after this long: the rest has its turn in the next one. */
const BUDGET = MINUTE;
/** What is younger may still be on its way. */
const SETTLED = 15 * MINUTE;
/** Days with findings that one run compares again, of each pair. */
const MOST_DAYS = 20;
/** Runs begin at different pairs: a prime, so that each pair comes first once. */
const STRIDE = 997;

interface Check {
  readonly series: Series;
  readonly requested: RangeSet;
  readonly kinds: readonly string[];
  /** as findings name it */
  readonly object: string;
  judge(range: Range): Promise<Finding[]>;
}

/**
 * Compares what several sources say of the same thing: the newest day, one older day in turn, and the days that have findings, so that
 * these go when the data are mended. It reads stored rows alone, an hour at a time, and its work is bounded.
 */
export async function crossCheck(
  ports: CrossPorts,
  comparisons: readonly Comparison[],
): Promise<CrossResult> {
  const began = ports.clock();
  const turn = Math.floor(began / HOUR);
  const checks = await checksOf(ports, comparisons);
  const first = checks.length === 0 ? 0 : (turn * STRIDE) % checks.length;
  const inTurn = [...checks.slice(first), ...checks.slice(0, first)];
  let [pairs, found] = [0, 0];
  for (const check of inTurn) {
    if (Math.abs(ports.clock() - began) > BUDGET) break;
    found += await runCheck(ports, check, turn, began);
    pairs += 1;
  }
  return { pairs, found, left: checks.length - pairs };
}

async function checksOf(
  { catalog, comparisons: reader, sources }: CrossPorts,
  comparisons: readonly Comparison[],
): Promise<Check[]> {
  const all = await catalog.series({});
  const both = (a: (typeof all)[number], b: (typeof all)[number]): RangeSet =>
    intersect(a.requested, b.requested);
  const prices = pairsOf(all, comparisons).map(({ comparison, left, right, scale }): Check => {
    const names = { comparison, left: seriesLabel(left.series), right: seriesLabel(right.series), scale };
    return {
      series: left.series,
      requested: both(left.series, right.series),
      kinds: PRICE_KINDS,
      object: `cross-check ${comparison.id} ${names.right}`,
      judge: async (range) => judgePrices(await reader.prices(left, right, range), names),
    };
  });
  // Only candles of trades: a computed price of an hour need not be made of its minutes.
  const isCandles = (id: string): boolean =>
    ['open', 'high', 'low', 'close', 'volume'].every((name) =>
      sources[id]?.table.columns.some((column) => column.name === name),
    );
  const candles = finesAndCoarses(all, isCandles).map(({ fine, coarse }): Check => {
    return {
      series: coarse,
      requested: both(fine, coarse),
      kinds: [CANDLES_DISAGREE],
      object: `cross-check ${seriesLabel(fine)}`,
      judge: async (range) => judgeCandles(await reader.candles(fine, coarse, range), coarse.source),
    };
  });
  return [...prices, ...candles];
}

/** @returns findings that hold */
async function runCheck(ports: CrossPorts, check: Check, turn: number, now: number): Promise<number> {
  const { series, kinds, object, requested } = check;
  const end = floorTo(now - SETTLED, HOUR);
  const known = await ports.findings.times(series, { kinds, object }, MOST_DAYS);
  const open = new Set(known.map((time) => floorTo(time, DAY)));
  const days = daysToCheck(clip(requested, { start: Number.NEGATIVE_INFINITY, end }), [...open], turn);
  let found = 0;
  for (const range of days) {
    const findings = await check.judge(range);
    found += findings.length;
    // Nothing was and is found on nearly all days: then nothing is written.
    if (findings.length === 0 && !open.has(floorTo(range.start, DAY))) continue;
    await ports.findings.settle(series, { kinds, range: dayOf(range) }, findings, {
      object,
      jobId: 'cross-check',
    });
  }
  return found;
}

/** The newest day, another one in turn, and those that are given; as ranges of whole hours within what was requested. */
export function daysToCheck(requested: RangeSet, open: readonly number[], turn: number): Range[] {
  const around = hull(requested);
  if (!around) return [];
  const first = floorTo(around.start, DAY);
  const last = floorTo(around.end - 1, DAY);
  const days = (last - first) / DAY + 1;
  const drawn = first + (turn % days) * DAY;
  // The day before the newest as well: shortly after midnight that one has hardly begun.
  const chosen = new Set([last, last - DAY, drawn, ...open].filter((day) => day >= first && day <= last));
  return [...chosen]
    .toSorted((a, b) => a - b)
    .flatMap((day) => [hull(clip(requested, dayOf({ start: day }))) ?? []].flat())
    .map(({ start, end }) => ({ start: floorTo(start, HOUR), end: floorTo(end, HOUR) }))
    .filter(({ start, end }) => start < end);
}

const dayOf = ({ start }: Pick<Range, 'start'>): Range => {
  const day = floorTo(start, DAY);
  return { start: day, end: day + DAY };
};
