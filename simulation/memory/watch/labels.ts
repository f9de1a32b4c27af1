import type { LabelBook } from '../../../functions/core/series/labels.ts';
import type { MemoryWarehouse } from '../ledger/warehouse.ts';
import { atOnce, type Step } from '../step.ts';

/** The exceptions from the rules about labels, and what was compared. */
export const createMemoryLabelBook = (warehouse: MemoryWarehouse, step: Step = atOnce): LabelBook => ({
  async labelRules(dataset, symbol) {
    await step(`label rules of ${symbol}`);
    return warehouse.labelRules.get(`${dataset} ${symbol}`) ?? [];
  },

  async labelsChecked(dataset, symbol) {
    await step(`labels of ${symbol} checked`);
    return warehouse.labelChecks.get(`${dataset} ${symbol}`)?.day;
  },

  async noteLabels(dataset, symbol, check) {
    await step(`note labels of ${symbol}`);
    const key = `${dataset} ${symbol}`;
    warehouse.labelChecks = new Map(warehouse.labelChecks).set(key, structuredClone(check));
    if (check.hold) {
      const rules = [...(warehouse.labelRules.get(key) ?? []), check.hold.rule];
      warehouse.labelRules = new Map(warehouse.labelRules).set(key, rules);
    }
    warehouse.flush();
  },
});
