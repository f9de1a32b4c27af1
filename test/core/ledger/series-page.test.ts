import fc from 'fast-check';
import { expect, it } from 'vitest';
import { seriesPage } from '../../../functions/core/ledger/series-page.ts';
import { seriesLabel } from '../../../functions/core/series/series.ts';
import type { Timeframe } from '../../../functions/core/time/timeframe.ts';

const series = fc.record({
  source: fc.constantFrom('klines_spot', 'klines_perp', 'funding_bybit'),
  symbol: fc.constantFrom('BTCUSDT', 'ETHUSDT', '1000SATSUSDT', 'B', 'Ä', '币安人生USDT'),
  timeframe: fc.constantFrom<Timeframe>('1m', '1h', '1d'),
  requested: fc.constant([]),
});

it('pages have every series once, in one order, whatever is requested in between', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(series, { selector: seriesLabel }),
      fc.integer({ min: 1, max: 5 }),
      fc.uniqueArray(series, { maxLength: 3, selector: seriesLabel }),
      (known, limit, more) => {
        const labels: string[] = [];
        let cursor: string | undefined;
        let listed = known;
        do {
          const page = seriesPage(listed, { limit, cursor });
          expect(page.series.length).toBeLessThanOrEqual(limit);
          labels.push(...page.series.map(seriesLabel));
          cursor = page.next;
          listed = [
            ...known,
            ...more.filter((one) => !known.some((k) => seriesLabel(k) === seriesLabel(one))),
          ];
        } while (cursor !== undefined);
        expect(labels).toEqual([...new Set(labels)].sort());
        expect(labels).toEqual(expect.arrayContaining(known.map(seriesLabel)));
      },
    ),
  );
});
