import { describe, expect, it } from 'vitest';
import { DAY, MINUTE } from '../../../functions/core/time/time.ts';
import { LABELS_MOVED } from '../../../functions/sources/binance/metrics/metric-labels.ts';
import { MemoryWarehouse } from '../../../simulation/memory/ledger/warehouse.ts';
import { checkLabels, checkLabelsWatched } from '../../../simulation/properties/labels.ts';
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

describe('the newest file that was read', () => {
  const NOW = DAY0 + 10 * DAY;
  const watched = (fetchedAt: number, checked: number | undefined) => {
    const warehouse = new MemoryWarehouse((id) => RUN_SOURCES[id]!.table);
    const book = warehouse.book({ source: 'open_interest_binance', symbol: 'AAAUSDT', timeframe: '5m' });
    book.record = { requested: [{ start: DAY0, end: NOW }], followed: true };
    const object = '/data/futures/um/daily/metrics/AAAUSDT/AAAUSDT-metrics-2026-06-16.zip';
    book.spans = [
      {
        start: DAY0,
        end: DAY0 + DAY,
        state: 'have',
        reason: null,
        rows: 288,
        object,
        sha256: 'a',
        fetchedAt,
      } as never,
    ];
    if (checked !== undefined)
      warehouse.labelChecks = new Map([['binance-usdm-metrics AAAUSDT', { day: checked, verdicts: {} }]]);
    return checkLabelsWatched({ warehouse, scheduler: { now: () => NOW } as never });
  };

  it('is compared with the API within a day', () => {
    const day = Date.UTC(2026, 5, 16);
    expect(watched(NOW - 2 * DAY, day)).toEqual([]);
    expect(watched(NOW - DAY / 2, undefined)).toEqual([]);
    const [late = ''] = watched(NOW - 2 * DAY, day - DAY);
    expect(propertyOf(late)).toBe('labels are read as they are meant');
    expect(watched(NOW - 2 * DAY, undefined)).toHaveLength(1);
  });
});
