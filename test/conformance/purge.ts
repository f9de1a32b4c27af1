import { describe, expect, it } from 'vitest';
import type { Page } from '../../functions/core/ledger/coverage.ts';
import type { PurgingCatalog, SeriesStore } from '../../functions/core/ledger/ports.ts';
import type { Series } from '../../functions/core/series/series.ts';
import type { RangeSet } from '../../functions/core/time/range.ts';
import { DAY, HOUR, MINUTE } from '../../functions/core/time/time.ts';
import { asObject, canonicalLine, cellsAt } from '../../functions/core/verify/canonical.ts';
import { candles, JOB, minutes, BTC as OF_MINUTES, pageOf, proof, SPOT, T0 } from '../stores/klines.ts';
import { type MakeWarehouse, useWarehouse, type WarehouseUnderTest } from './warehouse.ts';

/** A purge takes a month at a time, whatever its rows: of five minutes it has enough of them. */
const BTC: Series = { ...OF_MINUTES, timeframe: '5m' };
const page = (have: RangeSet, more: Partial<Page> = {}): Page => pageOf(have, { series: BTC, ...more });

/** How every catalogue deletes a series. */
export function describePurge(makeWarehouse: MakeWarehouse): void {
  let at: WarehouseUnderTest;
  let store: SeriesStore;
  let catalog: PurgingCatalog;

  useWarehouse(makeWarehouse, T0 + 60 * DAY, (made) => {
    at = made;
    ({ store, catalog } = made);
  });

  const days = (from: number, to: number) => minutes(from * 1440, to * 1440);

  describe('a purge', () => {
    const ETH: Series = { ...BTC, symbol: 'ETHUSDT' };
    const rowsOf = async (symbol: string): Promise<number> => (await at.rows(symbol)).length;
    const left = async (): Promise<unknown> => ({
      spans: (await at.spans('BTCUSDT')).length,
      findings: (await at.findings('BTCUSDT')).length,
      changes: (await at.changes('BTCUSDT')).length,
    });
    const findings = [{ kind: 'off-grid-time', time: T0, detail: {} }] as const;
    const fill = async (): Promise<void> => {
      for (const series of [BTC, ETH]) {
        await catalog.request(series, days(0, 60), { jobId: JOB.jobId, orderedAt: at.now });
        await store.commit([page([days(0, 40)], { series, findings })], JOB);
      }
      await store.commit([page([], { empty: [proof(days(40, 41))] })], JOB);
      const became = candles([minutes(0, 5)], BTC, () => 7);
      const row = asObject(SPOT, canonicalLine(SPOT, cellsAt(became, 0)));
      const changes = [{ time: T0, was: { ...row, open: 1 }, became: row }];
      await at.histories.restate(BTC, {
        object: 'GET /klines',
        spans: [minutes(0, 5)],
        changes,
        rows: [became],
      });
    };

    it('deletes rows, spans, findings and restated rows of one series, and counts the rows', async () => {
      await fill();
      expect(await catalog.purge(BTC, MINUTE)).toEqual({ rows: 40 * 288, done: true });
      await catalog.forget(BTC);
      expect([await rowsOf('BTCUSDT'), await left()]).toEqual([0, { spans: 0, findings: 0, changes: 0 }]);
      expect(await rowsOf('ETHUSDT')).toBe(40 * 288);
      expect(
        (await catalog.report({})).map(({ symbol, rows, findings }) => [symbol, rows, findings]),
      ).toEqual([['ETHUSDT', 40 * 288, 1]]);
    });

    it('deletes a piece at a time, and rows agree with the ledger in between', async () => {
      await fill();
      let calls = 0;
      const slow = at.catalogOn(() => at.now + calls++ * HOUR);
      expect(await slow.purge(BTC, MINUTE)).toEqual({ rows: 31 * 288, done: false });
      expect(await catalog.reconcile(BTC, days(0, 60))).toEqual([]);
      expect((await catalog.report({ symbols: ['BTCUSDT'] }))[0]).toMatchObject({
        rows: 9 * 288,
        followed: false,
      });
      expect(await catalog.purge(BTC, MINUTE)).toEqual({ rows: 9 * 288, done: true });
    });

    it('keeps out what was in flight and what schedules order, until it is ordered again', async () => {
      await fill();
      await catalog.purge(BTC, MINUTE);
      const fetched = page([days(50, 51)], { findings });
      const late = async (): Promise<void> => {
        expect(await store.commit([fetched], JOB)).toBe(0);
        const open = { span: days(51, 52), code: 'timed-out', message: 'no answer', evidence: [] };
        expect(await store.commit([{ ...page([]), unproven: [open] }], JOB)).toBe(0);
        await store.markFailed({ ...BTC, ...days(50, 51), label: JOB.chunk }, JOB.jobId, open);
        await catalog.request(BTC, days(50, 51), { jobId: 'schedule' });
        await catalog.request(BTC, days(50, 51), { jobId: 'before', orderedAt: at.now - 1 });
      };
      await late();
      await catalog.forget(BTC);
      await late();
      expect([await rowsOf('BTCUSDT'), await left(), await catalog.requested(BTC)]).toEqual([
        0,
        { spans: 0, findings: 0, changes: 0 },
        [],
      ]);
      at.now += MINUTE;
      await catalog.request(BTC, days(50, 51), { jobId: 'after', orderedAt: at.now });
      expect(await store.commit([fetched], JOB)).toBe(288);
      // An unfollowed series keeps its rows, also those of jobs at work.
      at.now += MINUTE;
      await catalog.unfollow(BTC);
      expect(await store.commit([page([days(51, 52)])], JOB)).toBe(288);
    });

    it('ends if the series is ordered while it is purged', async () => {
      await fill();
      await catalog.purge(BTC, MINUTE);
      await catalog.request(BTC, days(0, 1), { jobId: 'after', orderedAt: at.now });
      await store.commit([page([days(0, 1)])], JOB);
      await expect(catalog.forget(BTC)).rejects.toMatchObject({ code: 'series-at-work', status: 409 });
      expect(await rowsOf('BTCUSDT')).toBe(288);
    });

    it('leaves nothing of pages that are committed at the same time', async () => {
      for (let round = 0; round < 5; round++) {
        await catalog.request(BTC, days(0, 60), { jobId: JOB.jobId, orderedAt: at.now });
        const commits = [0, 20, 40].map((day) => store.commit([page([days(day, day + 1)])], JOB));
        await Promise.all([...commits, catalog.purge(BTC, MINUTE)]);
        await catalog.forget(BTC);
        expect([await rowsOf('BTCUSDT'), await left()]).toEqual([0, { spans: 0, findings: 0, changes: 0 }]);
      }
    });
  });
}
