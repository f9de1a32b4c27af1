import type { Series } from '../../series/series.ts';
import { HOUR, MINUTE } from '../../time/time.ts';
import { stepOf } from '../../time/timeframe.ts';
import type { Comparison, PriceOf, Side } from './comparison.ts';

/** Two series that are compared. */
export interface Pair<Of extends Series = Series> {
  readonly comparison: Comparison;
  readonly left: Side & { readonly series: Of };
  readonly right: Side & { readonly series: Of };
  readonly scale: number;
}

/** The pairs of a warehouse's series that the comparisons are about, of each source and symbol the finest that is not a second. */
export function pairsOf<Of extends Series>(
  all: readonly Of[],
  comparisons: readonly Comparison[],
): Pair<Of>[] {
  return comparisons.flatMap((comparison) => {
    const coarsest = HOUR / comparison.samples;
    const [lefts, rights] = [sides(all, comparison.left, coarsest), sides(all, comparison.right, coarsest)];
    return lefts.flatMap((left): Pair<Of>[] => {
      const found = rights.flatMap((right) => {
        const scale = comparison.scale(left.series.symbol, right.series.symbol);
        return scale === undefined ? [] : [{ comparison, left, right, scale }];
      });
      // The same name is a better match than one whose unit differs.
      const exact = found.find(({ right }) => right.series.symbol === left.series.symbol);
      return exact ? [exact] : found.slice(0, 1);
    });
  });
}

function sides<Of extends Series>(all: readonly Of[], { source, price, atEnd }: PriceOf, coarsest: number) {
  const own = all.filter((series) => {
    const step = stepOf(series.timeframe);
    return series.source === source && step >= MINUTE && step <= coarsest;
  });
  return [...Map.groupBy(own, ({ symbol }) => symbol).values()].map((alike) => {
    const series = alike.reduce((a, b) => (stepOf(b.timeframe) < stepOf(a.timeframe) ? b : a));
    return { series, price, afterMs: atEnd ? stepOf(series.timeframe) : 0 };
  });
}

/** Series of 1m and of 1h of one source and symbol. */
export function finesAndCoarses<Of extends Series>(
  all: readonly Of[],
  isCandles: (source: string) => boolean,
): { readonly fine: Of; readonly coarse: Of }[] {
  const of = (timeframe: string): Map<string, Of> =>
    new Map(
      all
        .filter((one) => one.timeframe === timeframe && isCandles(one.source))
        .map((one) => [`${one.source} ${one.symbol}`, one]),
    );
  const coarses = of('1h');
  return [...of('1m')].flatMap(([key, fine]) => {
    const coarse = coarses.get(key);
    return coarse ? [{ fine, coarse }] : [];
  });
}
