import { describe, expect, it } from 'vitest';
import type { PurgingCatalog, SeriesStore } from '../../functions/core/ledger/ports.ts';
import type { Series } from '../../functions/core/series/series.ts';
import { DAY, HOUR, MINUTE, SECOND } from '../../functions/core/time/time.ts';
import { BTC, JOB, minutes, pageOf, proof, T0 } from '../stores/klines.ts';
import { type MakeWarehouse, useWarehouse, type WarehouseUnderTest } from './warehouse.ts';

const ETH: Series = { ...BTC, symbol: 'ETHUSDT' };

/** What every ledger does about rows that go and proofs that expire. */
export function describeUpkeep(makeWarehouse: MakeWarehouse): void {
  let at: WarehouseUnderTest;
  let store: SeriesStore;
  let catalog: PurgingCatalog;

  useWarehouse(makeWarehouse, T0 + 60 * DAY, (made) => {
    at = made;
    ({ store, catalog } = made);
  });

  const days = (from: number, to: number) => minutes(from * 1440, to * 1440);
  const ledger = async (symbol = 'BTCUSDT') =>
    (await at.spans(symbol)).map(({ state, reason, start, end }) => [
      state,
      reason,
      (start - T0) / MINUTE,
      (end - T0) / MINUTE,
    ]);

  describe('a failure', () => {
    const error = { code: 'timed-out', message: 'no answer' };

    it('takes the place of a proof that has expired and was not renewed, where it lies', async () => {
      at.now = T0 + HOUR;
      await store.commit([pageOf([], { empty: [proof(minutes(0, 30), 'not-published')] })], JOB);
      await store.commit([pageOf([], { empty: [proof(minutes(30, 40), 'pre-listing')] })], JOB);
      at.now += 2 * DAY;
      await store.markFailed({ ...BTC, ...minutes(10, 50), label: JOB.chunk }, 'job-2', error);
      expect(await ledger()).toEqual([
        ['empty', 'not-published', 0, 10],
        ['failed', 'timed-out', 10, 30],
        ['empty', 'pre-listing', 30, 40],
        ['failed', 'timed-out', 40, 50],
      ]);
    });

    it('of a page is noted where the page proves nothing', async () => {
      const unproven = [{ span: minutes(0, 40), ...error, evidence: [] }];
      await store.commit([pageOf([minutes(10, 20)], { unproven })], JOB);
      expect(await ledger()).toEqual([
        ['failed', 'timed-out', 0, 10],
        ['have', null, 10, 20],
        ['failed', 'timed-out', 20, 40],
      ]);
    });
  });

  describe('a page is refused as a whole', () => {
    it('when it proves emptiness over rows that have no account', async () => {
      await store.commit([pageOf([minutes(10, 20)])], JOB);
      await at.forgetSpans(T0);
      const page = pageOf([minutes(30, 40)], { empty: [proof(minutes(0, 30), 'delisted')] });
      await expect(store.commit([page], JOB)).rejects.toMatchObject({ code: 'broken-invariant' });
      expect([await ledger(), (await at.rows()).length]).toEqual([[], 10]);
    });
  });

  it('a finding of a series that was purged is not kept, with rows or without', async () => {
    await catalog.request(BTC, days(0, 1));
    await store.commit([pageOf([minutes(0, 10)])], JOB);
    await catalog.purge(BTC, DAY);
    const findings = [{ kind: 'off-grid-time', time: T0, detail: {} }];
    await store.commit([pageOf([minutes(0, 10)], { findings })], JOB);
    await catalog.forget(BTC);
    await store.commit([pageOf([], { findings })], JOB);
    expect(await at.findings()).toEqual([]);
  });

  describe('retention', () => {
    it('retires what was requested and has no rows, on the grid, with its reasons', async () => {
      await catalog.request(BTC, days(0, 10));
      await catalog.request(ETH, days(0, 10));
      await store.commit([pageOf([days(1, 2)])], JOB);
      await catalog.setRetention('klines_spot', {
        before: T0 + 3 * DAY + 30 * SECOND,
        reason: 'disk is dear',
      });
      await store.markFailed({ ...BTC, ...days(0, 1), label: JOB.chunk }, 'job-1', {
        code: 'timed-out',
        message: 'no answer',
      });
      expect(await store.missing(BTC, days(0, 4))).toEqual([days(3, 4)]);
      await catalog.retire(BTC);
      expect(await ledger()).toEqual([
        ['empty', 'retired', 0, 1440],
        ['have', null, 1440, 2880],
        ['empty', 'retired', 2880, 4320],
      ]);
      expect((await at.spans('BTCUSDT'))[0]).toMatchObject({
        evidence: [{ what: 'retention of klines_spot: disk is dear', at: at.now }],
        jobId: 'retention',
        chunk: 'klines_spot',
      });
      expect(await ledger('ETHUSDT')).toEqual([]);
      expect(await catalog.retention()).toEqual([
        {
          source: 'klines_spot',
          before: T0 + 3 * DAY + 30 * SECOND,
          reason: 'disk is dear',
          setAt: at.now,
        },
      ]);
    });

    it('that moves retires more as time goes by, and another rule replaces it', async () => {
      await catalog.request(BTC, days(58, 60));
      await catalog.setRetention('klines_spot', { keepMs: DAY, reason: 'only the newest' });
      at.now += 30 * SECOND;
      await catalog.retire(BTC);
      expect(await ledger()).toEqual([['empty', 'retired', 58 * 1440, 59 * 1440]]);
      at.now += MINUTE;
      await catalog.retire(BTC);
      expect(await store.missing(BTC, days(58, 60))).toEqual([minutes(59 * 1440 + 1, 60 * 1440)]);
      await catalog.setRetention('klines_spot');
      expect([await ledger(), await catalog.retention()]).toEqual([[], []]);
      expect(await store.missing(BTC, days(58, 60))).toEqual([days(58, 60)]);
    });
  });

  describe('rows that are deleted by hand', () => {
    const load = async (...series: Series[]) => {
      for (const one of series) {
        await catalog.request(one, days(0, 4));
        await store.commit([pageOf([days(0, 4)], { series: one })], JOB);
      }
    };
    const gapsOf = async (symbol: string) =>
      (await catalog.report({ symbols: [symbol] }))[0]!.gaps.map(({ start, end }) => ({ start, end }));

    it('are missing in the report after the next count, and only they', async () => {
      await load(BTC, ETH);
      await at.loseRows(BTC, [minutes(1440, 1450)]);
      expect(await catalog.recount(DAY, { symbols: ['ETHUSDT'] })).toEqual({ lost: 0, left: 0 });
      expect(await catalog.recount(DAY)).toEqual({ lost: 10, left: 0 });
      expect([await gapsOf('BTCUSDT'), await gapsOf('ETHUSDT')]).toEqual([[minutes(1440, 1450)], []]);
      expect(await catalog.recount(DAY)).toEqual({ lost: 0, left: 0 });
    });

    it('are left for the next count when the time is over, the oldest mark first', async () => {
      await load(BTC, ETH);
      await at.loseRows(ETH, [minutes(0, 1)]);
      await at.loseRows(BTC, [minutes(0, 1)]);
      let clock = at.now;
      const slow = at.catalogOn(() => (clock += MINUTE));
      expect(await slow.recount(2 * MINUTE)).toMatchObject({ lost: 1, left: 1 });
      expect([await gapsOf('ETHUSDT'), await gapsOf('BTCUSDT')]).toEqual([[minutes(0, 1)], []]);
      expect(await catalog.recount(MINUTE)).toEqual({ lost: 1, left: 0 });
    });

    it('of days that retention has since excluded are retired, not missing', async () => {
      await load(BTC);
      await catalog.setRetention('klines_spot', { before: T0 + DAY, reason: 'old' });
      await at.loseRows(BTC, [days(0, 1)]);
      expect(await catalog.recount(DAY)).toEqual({ lost: 1440, left: 0 });
      expect(await ledger()).toEqual([
        ['empty', 'retired', 0, 1440],
        ['have', null, 1440, 4 * 1440],
      ]);
    });
  });
}
