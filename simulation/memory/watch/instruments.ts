import type { Instruments } from '../../../functions/core/series/universe.ts';
import type { Clock } from '../../../functions/core/time/time.ts';
import type { ListedInstrument, MemoryWarehouse } from '../ledger/warehouse.ts';
import { atOnce, type Step } from '../step.ts';

type Listed = Omit<ListedInstrument, 'since' | 'until'>;

const isSame = (a: Listed, b: Listed): boolean =>
  a.quote === b.quote && a.status === b.status && a.listedAt === b.listedAt && a.delistedAt === b.delistedAt;

/** The dated history of what venues list. Two runs at once come one after the other. */
export const createMemoryInstruments = (
  warehouse: MemoryWarehouse,
  clock: Clock,
  step: Step = atOnce,
): Instruments => ({
  async note({ venue, market }, listed) {
    const now = clock();
    await step(`instruments of ${venue} ${market}`);
    const isCurrent = (one: ListedInstrument): boolean =>
      one.venue === venue && one.market === market && one.until === undefined;
    const current = new Map(warehouse.instruments.filter(isCurrent).map((one) => [one.symbol, one] as const));
    const reported = new Set(listed.map(({ symbol }) => symbol));
    const gone = [...current.values()].filter(({ symbol }) => !reported.has(symbol));
    const found: Listed[] = [
      ...listed.map(({ symbol, quote, status, listedAt, delistedAt }) => {
        return { venue, market, symbol, quote, status, listedAt, delistedAt };
      }),
      ...gone.map((one) => ({ ...one, status: 'gone' })),
    ];
    const changed = found.filter((one) => {
      const before = current.get(one.symbol);
      return !before || !isSame(before, one);
    });
    const symbols = new Set(changed.map(({ symbol }) => symbol));
    const isReplaced = (one: ListedInstrument): boolean => isCurrent(one) && symbols.has(one.symbol);
    warehouse.instruments = [
      ...warehouse.instruments
        // The state of no time gives way to the one that was seen at the same instant.
        .filter((one) => !isReplaced(one) || one.since !== now)
        .map((one) => (isReplaced(one) ? { ...one, until: now } : one)),
      ...changed.map((one) => ({ ...one, since: now })),
    ];
    warehouse.flush();
    return changed.length;
  },
});
