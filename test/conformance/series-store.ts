import { describe, expect, it } from 'vitest';
import type { SeriesStore } from '../../functions/core/ledger/ports.ts';
import { DAY, HOUR, MINUTE } from '../../functions/core/time/time.ts';
import { BTC, candles, JOB, minutes, pageOf, proof, T0 } from '../stores/klines.ts';
import { type MakeWarehouse, useWarehouse, type WarehouseUnderTest } from './warehouse.ts';

/** What every store of rows and spans does. */
export function describeSeriesStore(makeWarehouse: MakeWarehouse): void {
  let at: WarehouseUnderTest;
  let store: SeriesStore;

  useWarehouse(makeWarehouse, T0 + 30 * DAY, (made) => {
    at = made;
    store = made.store;
  });

  /** The ledger, in minutes. */
  const ledger = async () =>
    (await at.spans()).map(({ start, end, state, reason, rows, object, sha256, jobId }) => ({
      state,
      reason,
      from: (start - T0) / MINUTE,
      to: (end - T0) / MINUTE,
      rows,
      object,
      sha256,
      job_id: jobId,
    }));

  describe('commit', () => {
    it('writes rows with their account, after which nothing is missing', async () => {
      const page = pageOf([minutes(0, 100)], { sha256: 'abc' });
      expect(await store.missing(BTC, minutes(0, 120))).toEqual([minutes(0, 120)]);
      expect(await store.commit([page], JOB)).toBe(100);
      expect(await store.missing(BTC, minutes(0, 120))).toEqual([minutes(100, 120)]);
      expect(await ledger()).toEqual([
        {
          state: 'have',
          reason: null,
          from: 0,
          to: 100,
          rows: 100,
          object: page.object,
          sha256: 'abc',
          job_id: 'job-1',
        },
      ]);
      expect((await at.rows())[3]).toMatchObject({
        symbol: 'BTCUSDT',
        timeframe: '1m',
        open_time: T0 + 3 * MINUTE,
        open: T0 / MINUTE + 3,
        trades: 7,
        taker_buy_quote_volume: T0 / MINUTE + 3,
      });
      expect(await store.rowsBy(JOB.jobId, JOB.chunk)).toBe(100);
    });

    it('fills a middle, an overlap and a prefix with what is missing there only', async () => {
      await store.commit([pageOf([minutes(10, 20), minutes(30, 40)])], JOB);
      expect(await store.commit([pageOf([minutes(0, 45)])], { ...JOB, jobId: 'job-2' })).toBe(25);
      expect((await at.rows()).length).toBe(45);
      expect(await store.missing(BTC, minutes(0, 45))).toEqual([]);
      expect(await store.rowsBy('job-2', JOB.chunk)).toBe(25);
    });

    it('writes a span once when two fetchers bring it at the same time', async () => {
      const page = pageOf([minutes(0, 5_000)]);
      const rows = await Promise.all([
        store.commit([page], JOB),
        store.commit([page], { ...JOB, jobId: 'job-2' }),
      ]);
      expect(rows.sort((a, b) => a - b)).toEqual([0, 5_000]);
      expect((await at.rows()).length).toBe(5_000);
    });

    it('takes over rows that have no account, and says how many it replaced', async () => {
      await store.commit([pageOf([minutes(0, 10)], { rows: candles([minutes(0, 10)], BTC, () => 1) })], JOB);
      await store.commit([pageOf([minutes(10, 20)])], JOB);
      await at.forgetSpans(T0);
      expect(await store.commit([pageOf([minutes(0, 30)])], JOB)).toBe(30);
      expect(await store.missing(BTC, minutes(0, 30))).toEqual([]);
      const opens = (await at.rows()).map(({ open }) => Number(open));
      expect([opens.length, Math.min(...opens)]).toEqual([30, T0 / MINUTE]);
      expect((await at.findings()).map(({ kind, detail }) => ({ kind, detail }))).toEqual([
        { kind: 'rows-replaced', detail: { rows: 10 } },
      ]);
    });

    it('refuses a page that claims more than its rows', async () => {
      const rows = candles([minutes(0, 5), minutes(6, 10)]);
      await expect(store.commit([pageOf([], { rows, have: [minutes(0, 10)] })], JOB)).rejects.toMatchObject({
        code: 'overclaimed-span',
      });
      expect(await ledger()).toEqual([]);
    });

    it('keeps each finding once, however often the page is read', async () => {
      const findings = [
        { kind: 'off-grid-time', time: T0 + 1, detail: { seen: 1 } },
        { kind: 'checksum-mismatch', detail: { object: 'x' } },
      ];
      await store.commit([pageOf([], { findings })], JOB);
      await store.commit([pageOf([minutes(0, 1)], { findings })], JOB);
      expect((await at.findings()).map(({ kind, time }) => ({ kind, time }))).toEqual([
        { kind: 'checksum-mismatch', time: null },
        { kind: 'off-grid-time', time: T0 + 1 },
      ]);
    });
  });

  describe('proof of emptiness', () => {
    it('holds for ever when the symbol did not exist', async () => {
      await store.commit([pageOf([], { empty: [proof(minutes(0, 10), 'pre-listing')] })], JOB);
      at.now += 5_000 * DAY;
      expect(await store.missing(BTC, minutes(0, 10))).toEqual([]);
    });

    it.each(['venue-outage', 'not-published'] as const)(
      'of kind %s is requested again after a day, and after ever longer times while it stays',
      async (reason) => {
        const hole = minutes(0, 10);
        const retries: number[] = [];
        at.now = hole.end;
        await store.commit([pageOf([], { empty: [proof(hole, reason)] })], JOB);
        for (let hours = 1; hours <= 24 * 40; hours++) {
          at.now = hole.end + hours * HOUR;
          if ((await store.missing(BTC, hole)).length === 0) continue;
          retries.push(hours / 24);
          await store.commit([pageOf([], { empty: [proof(hole, reason)] })], JOB);
        }
        expect(retries).toEqual([1, 2, 4, 8, 16, 32]);
        expect(await ledger()).toHaveLength(1);
      },
    );

    it('is renewed together with those beside it, though each is a little younger', async () => {
      const steps = [0, 1, 2, 3].map((from) => minutes(from, from + 1));
      for (const step of steps) {
        at.now = step.end + HOUR;
        await store.commit([pageOf([], { empty: [proof(step, 'not-published')] })], JOB);
      }
      at.now = steps[0]!.end + HOUR + DAY - 1;
      expect(await store.missing(BTC, minutes(0, 4))).toEqual([]);
      at.now += 1;
      expect(await store.missing(BTC, minutes(0, 4))).toEqual([minutes(0, 4)]);
      await store.commit([pageOf([], { empty: [proof(minutes(0, 4), 'not-published')] })], JOB);
      expect(await ledger()).toMatchObject([{ state: 'empty', from: 0, to: 4 }]);
      at.now += HOUR;
      expect(await store.missing(BTC, minutes(0, 4))).toEqual([]);
    });

    it('is left alone while it is young, and where it touches none that is due', async () => {
      for (const [at0, hole] of [
        [0, minutes(0, 1)],
        [20, minutes(1, 2)],
        [1, minutes(5, 6)],
      ] as const) {
        at.now = T0 + (at0 + 1) * HOUR;
        await store.commit([pageOf([], { empty: [proof(hole)] })], JOB);
      }
      at.now = T0 + HOUR + DAY;
      expect(await store.missing(BTC, minutes(0, 2))).toEqual([minutes(0, 1)]);
      await store.commit([pageOf([minutes(2, 5)])], JOB);
      expect(await store.missing(BTC, minutes(0, 6))).toEqual([minutes(0, 1)]);
    });

    it('gives way to rows, in part too', async () => {
      await store.commit([pageOf([], { empty: [proof(minutes(0, 30))] })], JOB);
      expect(await store.commit([pageOf([minutes(10, 20)])], JOB)).toBe(10);
      expect(await ledger()).toMatchObject([
        { state: 'empty', from: 0, to: 10 },
        { state: 'have', from: 10, to: 20 },
        { state: 'empty', from: 20, to: 30 },
      ]);
    });

    it('is never written over rows', async () => {
      await store.commit([pageOf([minutes(10, 20)])], JOB);
      await store.commit([pageOf([], { empty: [proof(minutes(0, 30), 'delisted')] })], JOB);
      expect(await ledger()).toMatchObject([
        { state: 'empty', from: 0, to: 10 },
        { state: 'have', from: 10, to: 20, rows: 10 },
        { state: 'empty', from: 20, to: 30 },
      ]);
    });
  });

  describe('markFailed', () => {
    const chunk = { ...BTC, ...minutes(0, 60), label: JOB.chunk };

    it('notes the error where rows still lack, and the note goes as they come', async () => {
      await store.commit([pageOf([minutes(20, 30)])], JOB);
      await store.markFailed(chunk, 'job-1', { code: 'broken', message: 'the venue is down' });
      await store.markFailed(chunk, 'job-1', { code: 'broken', message: 'still down' });
      expect(await ledger()).toMatchObject([
        { state: 'failed', reason: 'broken', from: 0, to: 20 },
        { state: 'have', from: 20, to: 30 },
        { state: 'failed', reason: 'broken', from: 30, to: 60 },
      ]);
      expect(await store.missing(BTC, minutes(0, 60))).toEqual([minutes(0, 20), minutes(30, 60)]);
      await store.commit([pageOf([minutes(0, 40)])], JOB);
      expect((await ledger()).filter((row) => row.state === 'failed')).toMatchObject([{ from: 40, to: 60 }]);
    });
  });

  describe('listing', () => {
    it('is kept, with the end of a delisted symbol, and can change', async () => {
      const series = { ...BTC, symbol: 'LUNAUSDT' };
      expect(await store.listing(series)).toBeUndefined();
      await store.saveListing(series, { listedAt: T0 });
      expect(await store.listing(series)).toEqual({
        listedAt: T0,
        evidence: [],
        lookedAt: Number.NEGATIVE_INFINITY,
      });
      await store.saveListing(series, { listedAt: T0, delistedAt: T0 + DAY }, T0 + 2 * DAY);
      expect(await store.listing(series)).toEqual({
        listedAt: T0,
        delistedAt: T0 + DAY,
        evidence: [],
        lookedAt: T0 + 2 * DAY,
      });
      const lives = [
        { start: T0, end: T0 + DAY },
        { start: T0 + 3 * DAY, end: Number.POSITIVE_INFINITY },
      ];
      await store.saveListing(series, { listedAt: T0, lives, byObjects: true }, T0 + 4 * DAY);
      expect(await store.listing(series)).toMatchObject({ listedAt: T0, lives, byObjects: true });
    });

    it('takes back the outages that were proven before a life was known, where none is', async () => {
      const [before, within] = [minutes(0, 100), minutes(200, 210)];
      await store.commit([pageOf([], { empty: [proof(before), proof(within)] })], JOB);
      await store.saveListing(BTC, { listedAt: T0 + 150 * MINUTE });
      expect(await store.missing(BTC, minutes(0, 210))).toEqual([minutes(0, 200)]);
      // What the list says is not taken back by the same list.
      await store.commit([pageOf([], { empty: [proof(minutes(0, 150), 'pre-listing')] })], JOB);
      await store.saveListing(BTC, { listedAt: T0 + 150 * MINUTE });
      expect(await store.missing(BTC, minutes(0, 210))).toEqual([minutes(150, 200)]);
    });
  });
}
