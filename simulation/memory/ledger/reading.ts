import type { CoverageQueries } from '../../../functions/core/queries/ports.ts';
import type { LabelRule, LabelRules } from '../../../functions/core/series/labels.ts';
import { seriesLabel } from '../../../functions/core/series/series.ts';
import type { StoredRows } from '../../../functions/core/verify/ports.ts';
import { atOnce, type Step } from '../step.ts';
import type { MemoryWarehouse } from './warehouse.ts';

/** Rows in one batch of `read`. */
const BATCH = 2_000;

export const createMemoryStoredRows = (warehouse: MemoryWarehouse, step: Step = atOnce): StoredRows => ({
  async *read(series, range) {
    await step(`rows of ${seriesLabel(series)}`);
    const rows = warehouse.rows.within(series, range);
    for (let i = 0; i < rows.length; i += BATCH) yield rows.slice(i, i + BATCH).map(({ cells }) => cells);
  },
});

export const createMemoryCoverageQueries = (
  warehouse: MemoryWarehouse,
  step: Step = atOnce,
): Pick<CoverageQueries, 'ledger' | 'findings'> => ({
  async ledger(series, { start, end }, limit) {
    await step(`ledger of ${seriesLabel(series)}`);
    return warehouse
      .book(series)
      .spans.filter((span) => span.start < end && span.end > start)
      .sort((a, b) => a.start - b.start || a.id - b.id)
      .slice(0, limit)
      .map(({ id: _id, ...entry }) => entry);
  },

  async findings(series, { start, end }, limit) {
    await step(`findings of ${seriesLabel(series)}`);
    const first = ({ time = Number.NEGATIVE_INFINITY }: { readonly time?: number }): number => time;
    return [...warehouse.book(series).findings.values()]
      .filter(({ time, until }) => time === undefined || (time < end && (until ?? time) >= start))
      .sort((a, b) => (first(a) === first(b) ? 0 : first(a) - first(b)))
      .slice(0, limit)
      .map(({ time, until, ...finding }) => ({ ...finding, time: time ?? null, until: until ?? null }));
  },
});

/** @param rules by data set and symbol, `dataset SYMBOL`; the oldest decision first */
export const createMemoryLabelRules = (rules: ReadonlyMap<string, readonly LabelRule[]>): LabelRules => ({
  labelRules: async (dataset, symbol) => rules.get(`${dataset} ${symbol}`) ?? [],
});
