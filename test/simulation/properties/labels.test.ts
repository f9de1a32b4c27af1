import { describe, expect, it } from 'vitest';
import { DAY, MINUTE } from '../../../functions/core/time/time.ts';
import { LABELS_MOVED } from '../../../functions/sources/binance/metrics/metric-labels.ts';
import { MemoryWarehouse } from '../../../simulation/memory/ledger/warehouse.ts';
import { checkLabels } from '../../../simulation/properties/labels.ts';
import { propertyOf } from '../../../simulation/properties/names.ts';
import { RUN_SOURCES } from '../../../simulation/venue/index.ts';

const DAY0 = LABELS_MOVED - 10 * DAY;
const SHIFT = { kind: 'label-shift', at: DAY0 - 1, symbol: 'AAAUSDT', begins: DAY0, labels: 'moved' };

const check = (
  day: number,
  outcome: 'holds' | 'contradicted' | 'undecided',
  minutes: number,
  plan: readonly (typeof SHIFT)[] = [SHIFT],
) => {
  const warehouse = new MemoryWarehouse((id) => RUN_SOURCES[id]!.table);
  const verdicts = { open_interest_binance: { outcome, shiftMs: minutes * MINUTE } };
  warehouse.labelChecks = new Map([['binance-usdm-metrics AAAUSDT', { day, verdicts }]]);
  return checkLabels({ warehouse }, plan);
};

describe('the detector of shifted labels', () => {
  it('is right where it finds a shift that was injected, and where it finds none before', () => {
    expect(check(DAY0, 'contradicted', 5)).toEqual([]);
    expect(check(DAY0 - DAY, 'holds', 0)).toEqual([]);
    expect(check(LABELS_MOVED, 'holds', 5, [])).toEqual([]);
  });

  it('is wrong where it misses one, and where it finds one that is not there', () => {
    const [missed = ''] = check(DAY0, 'holds', 0);
    expect(propertyOf(missed)).toBe('labels are read as they are meant');
    expect(check(DAY0 - DAY, 'contradicted', 5)).toHaveLength(1);
  });

  it('may leave it open', () => {
    expect(check(DAY0, 'undecided', 0)).toEqual([]);
  });
});
