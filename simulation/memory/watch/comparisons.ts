import { type Series, seriesLabel } from '../../../functions/core/series/series.ts';
import type { Range } from '../../../functions/core/time/range.ts';
import { floorTo, HOUR } from '../../../functions/core/time/time.ts';
import type {
  ComparisonReader,
  HourOfPrices,
  Side,
} from '../../../functions/core/verify/cross/comparison.ts';
import type { MemoryWarehouse } from '../ledger/warehouse.ts';
import { atOnce, type Step } from '../step.ts';

const SUMMED = ['volume', 'quote_volume', 'turnover', 'trades'];

/** Cross-checks of the rows in memory. */
export function createMemoryComparisonReader(
  { rows }: MemoryWarehouse,
  step: Step = atOnce,
): ComparisonReader {
  const cellsOf = (series: Series, range: Range) => {
    const names = rows.table(series).columns.map(({ name }) => name);
    return rows.within(series, range).map(({ time, cells }) => ({
      time,
      get: (name: string): number => Number(cells[names.indexOf(name)] ?? Number.NaN),
      has: (name: string): boolean => names.includes(name),
    }));
  };
  const pricesOf = (
    { series, price, afterMs }: Side,
    left: Side,
    { start, end }: Range,
  ): Map<number, number> => {
    const shift = afterMs - left.afterMs;
    return new Map(
      cellsOf(series, { start: start - shift, end: end - shift })
        .map(({ time, get }): [number, number] => [
          time + shift,
          typeof price === 'string' ? get(price) : get(price.of) / get(price.per),
        ])
        .filter(([, value]) => value > 0 && Number.isFinite(value)),
    );
  };
  return {
    async prices(left, right, range) {
      await step(`prices of ${seriesLabel(left.series)}`);
      const [a, b] = [pricesOf(left, left, range), pricesOf(right, left, range)];
      const common = [...a].flatMap(([at, price]) => {
        const other = b.get(at);
        return other === undefined ? [] : [{ at, price, other }];
      });
      const extent = (of: readonly number[]) => ({ low: Math.min(...of), high: Math.max(...of) });
      return [...Map.groupBy(common, ({ at }) => floorTo(at, HOUR))].map(
        ([start, of]): HourOfPrices => ({
          start,
          samples: of.length,
          ratio: extent(of.map(({ price, other }) => price / other)),
          left: extent(of.map(({ price }) => price)),
          right: extent(of.map(({ other }) => other)),
        }),
      );
    },

    async candles(fine, coarse, range) {
      await step(`candles of ${seriesLabel(coarse)}`);
      const minutes = Map.groupBy(cellsOf(fine, range), ({ time }) => floorTo(time, HOUR));
      return cellsOf(coarse, range).flatMap(({ time, get, has }) => {
        const of = minutes.get(time) ?? [];
        if (of.length !== 60) return [];
        const all = (name: string): number[] => of.map((one) => one.get(name));
        const made: Record<string, number> = {
          open: all('open')[0]!,
          high: Math.max(...all('high')),
          low: Math.min(...all('low')),
          close: all('close').at(-1)!,
        };
        for (const name of SUMMED.filter(has)) made[name] = all(name).reduce((sum, one) => sum + one, 0);
        return [{ start: time, made, stored: Object.fromEntries(Object.keys(made).map((n) => [n, get(n)])) }];
      });
    },
  };
}
