import { describe, expect, it } from 'vitest';
import type { VenueErrors } from '../../functions/core/rates/venue-errors.ts';
import { HOUR, MINUTE } from '../../functions/core/time/time.ts';

const NOON = Date.UTC(2025, 5, 1, 12);

/** What every store of the venues' errors does. */
export function describeVenueErrors(make: () => Promise<VenueErrors & AsyncDisposable>): void {
  describe('the errors of venues', () => {
    it('are counted by hour, venue and outcome', async () => {
      await using errors = await make();
      await errors.note('binance', 'limited', NOON + MINUTE);
      await errors.note('binance', 'limited', NOON + 59 * MINUTE);
      await errors.note('binance', 'broken', NOON);
      await errors.note('bybit', 'limited', NOON + HOUR);
      await errors.note('bybit', 'limited', NOON - 1);
      const of = (venue: string, outcome: string, hour: number, count: number) => ({
        venue,
        outcome,
        hour,
        count,
      });
      const all = [
        of('bybit', 'limited', NOON - HOUR, 1),
        of('binance', 'broken', NOON, 1),
        of('binance', 'limited', NOON, 2),
        of('bybit', 'limited', NOON + HOUR, 1),
      ];
      expect(await errors.since(NOON - HOUR)).toEqual(all);
      expect(await errors.since(NOON)).toEqual(all.slice(1));
      expect(await errors.since(NOON + 1)).toEqual(all.slice(3));
    });

    it('say since when a venue does not answer, until it does', async () => {
      await using errors = await make();
      expect(await errors.troubles()).toEqual([]);
      await errors.failing('deribit', 'unreachable', NOON);
      await errors.failing('deribit', 'broken', NOON + MINUTE);
      await errors.failing('fred', 'broken', NOON);
      expect(await errors.troubles()).toEqual([
        { venue: 'deribit', outcome: 'broken', since: NOON, last: NOON + MINUTE },
        { venue: 'fred', outcome: 'broken', since: NOON, last: NOON },
      ]);
      await errors.recovered('deribit');
      await errors.recovered('coinmetrics');
      expect((await errors.troubles()).map(({ venue }) => venue)).toEqual(['fred']);
      await errors.failing('deribit', 'broken', NOON + HOUR);
      expect((await errors.troubles())[0]).toMatchObject({ since: NOON + HOUR });
    });
  });
}
