import { ceilTo, DAY, HOUR, MINUTE } from '../../functions/core/time/time.ts';
import { LABELS_MOVED } from '../../functions/sources/binance/metrics/metric-labels.ts';
import { STATISTICS } from '../../functions/sources/binance/metrics/statistics.ts';
import type { Hands } from '../engine/fault.ts';
import type { RunVenue } from '../venue/index.ts';
import { anyPerp, anySymbol, asVenueFault, canOrder, type RunFault, until, venueFault } from './drawing.ts';
import type { VenueFault } from './fault.ts';

const IN_FILES: ReadonlySet<string> = new Set(STATISTICS.map(({ id }) => id));

interface Listing {
  readonly symbol: string;
  readonly begins: number;
  readonly orderedAfter: number;
  /** symbols; absent in plans that were kept before there were several: one */
  readonly together?: number;
}

type Disturbed = Hands<RunVenue> & { disturb(how: string): void };

/** Symbols that end, pause, come back as another contract or begin; intervals and labels that change. */
export const MARKET_FAULTS: readonly RunFault[] = [
  venueFault('delisting', 0.04, (random, about) => {
    const begins = ceilTo(about.at, MINUTE);
    return {
      ...anySymbol(random, about),
      begins,
      ...(random.chance(0.6) && { zombiesUntil: begins + DAY + random.int(40 * DAY) }),
      ...(random.chance(0.3) && { forgottenAt: begins + random.int(6 * DAY) }),
    };
  }),
  venueFault('relist', 0.08, (random, about) => ({
    ...anySymbol(random, about),
    begins: ceilTo(about.at, MINUTE),
    until: ceilTo(until(random, about, HOUR, 5 * DAY), MINUTE) + 2 * MINUTE,
  })),
  venueFault('reused-ticker', 0.05, (random, about) => ({
    ...anySymbol(random, about),
    begins: ceilTo(about.at, MINUTE),
    until: ceilTo(until(random, about, HOUR, 5 * DAY), MINUTE) + 2 * MINUTE,
  })),
  {
    kind: 'new-listing',
    perDay: 0.06,
    draw: (random, { at }) => ({
      begins: ceilTo(at, MINUTE),
      market: 'um',
      symbol: `N${String.fromCharCode(65 + random.int(26))}${String.fromCharCode(65 + random.int(26))}USDT`,
      orderedAfter: random.int(4 * HOUR),
      together: 1 + random.int(3),
    }),
    strike(hands, fault) {
      const { symbol, begins, orderedAfter, together = 1 } = fault as unknown as Listing;
      // Several begin in the same minute, and one order has all of them.
      const symbols = Array.from({ length: together }, (_, i) => (i === 0 ? symbol : `${i}${symbol}`));
      for (const one of symbols) {
        const { id, ...listed } = asVenueFault(fault);
        hands.venue.wire.add({ ...listed, id: `${id} ${one}`, symbol: one } as VenueFault);
      }
      hands.struck(fault.kind);
      if (!canOrder(hands)) return;
      hands.scheduler.at(begins + orderedAfter, () => {
        const range = { start: begins - 2 * HOUR };
        hands.operators.order({ source: 'klines_perp', symbol, timeframe: '1m' }, range, undefined, symbols);
        hands.operators.order(
          { source: 'funding_binance', symbol, timeframe: '1h' },
          range,
          undefined,
          symbols,
        );
      });
    },
  },
  venueFault('interval-change', 0.15, (random, about) => ({
    symbol: anyPerp(random, about),
    begins: ceilTo(about.at, HOUR),
    hours: random.pick([1, 2, 4, 8]),
  })),
  {
    kind: 'label-shift',
    perDay: 0.2,
    draw: (random, about) => {
      const begins = ceilTo(about.at, DAY);
      const labels = begins < LABELS_MOVED ? 'moved' : 'kept';
      // What is followed comes of the API: the file is read where rows of its day lack.
      const lost = begins + random.int(22) * HOUR;
      const symbol = anyPerp(random, about);
      return { symbol, begins, labels, lost, lostAt: begins + DAY + (9 + random.int(6)) * HOUR };
    },
    strike(hands, fault) {
      const { lost, lostAt } = fault as unknown as Record<'lost' | 'lostAt', number>;
      hands.venue.wire.add(asVenueFault(fault));
      hands.struck(fault.kind);
      hands.scheduler.at(lostAt, () => {
        const series = hands.series.find((one) => one.symbol === fault.symbol && IN_FILES.has(one.source));
        if (!series) return;
        hands.warehouse.deleteRows(series, [{ start: lost, end: lost + HOUR }]);
        if ('disturb' in hands) (hands as Disturbed).disturb('rows deleted');
      });
    },
  },
];
