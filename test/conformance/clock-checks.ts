import { describe, expect, it } from 'vitest';
import type { ClockChecks } from '../../functions/core/series/clock-offset.ts';

/** What every store of the clock's last reading does. */
export function describeClockChecks(make: () => Promise<ClockChecks & AsyncDisposable>): void {
  describe('the last reading of the clock', () => {
    it('is none at first, and then the one that was noted last', async () => {
      await using checks = await make();
      expect(await checks.last()).toBeUndefined();
      const at = Date.UTC(2025, 5, 1);
      await checks.note({ venue: 'deribit', aheadMs: 412_500, at });
      await checks.note({ venue: 'binance', aheadMs: -31_000, at: at + 1_000 });
      expect(await checks.last()).toEqual({ venue: 'binance', aheadMs: -31_000, at: at + 1_000 });
    });
  });
}
