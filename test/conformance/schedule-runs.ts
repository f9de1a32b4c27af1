import { describe, expect, it } from 'vitest';
import type { ScheduleRuns } from '../../functions/core/queries/ports.ts';

/** What every store of the last runs does. */
export function describeScheduleRuns(make: () => Promise<ScheduleRuns & AsyncDisposable>): void {
  const at = Date.UTC(2025, 5, 1, 12);

  describe('the last run of a schedule', () => {
    it('is none before it ran', async () => {
      await using runs = await make();
      expect(await runs.last('refresh')).toBeUndefined();
    });

    it('is the one that was noted last, and each schedule has its own', async () => {
      await using runs = await make();
      await runs.note('refresh', { at, seconds: 1.5, ok: true, detail: 'two jobs' });
      await runs.note('audit-gaps', { at: at + 1, seconds: 2, ok: true, detail: '' });
      const failed = { at: at + 2, seconds: 3, ok: false, detail: 'the database is gone' };
      await runs.note('refresh', failed);
      expect(await runs.last('refresh')).toEqual(failed);
      expect(await runs.last('audit-gaps')).toEqual({ at: at + 1, seconds: 2, ok: true, detail: '' });
    });
  });
}
