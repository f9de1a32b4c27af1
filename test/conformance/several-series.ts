import { describe, expect, it } from 'vitest';
import type { Page } from '../../functions/core/ledger/coverage.ts';
import type { SeriesCatalog, SeriesStore } from '../../functions/core/ledger/ports.ts';
import type { Series } from '../../functions/core/series/series.ts';
import type { RangeSet } from '../../functions/core/time/range.ts';
import { DAY } from '../../functions/core/time/time.ts';
import { BTC, candles, JOB, minutes, pageOf, proof, T0 } from '../stores/klines.ts';
import { type MakeWarehouse, useWarehouse, type WarehouseUnderTest } from './warehouse.ts';

const ETH = { ...BTC, symbol: 'ETHUSDT' };
const SOL = { ...BTC, symbol: 'SOLUSDT' };
const ALL: readonly Series[] = [BTC, ETH, SOL];
/** What a page of a series brings, with an object of its own. */
const page = (series: Series, have: RangeSet, more: Partial<Page> = {}): Page =>
  pageOf(have, { series, object: `GET ${series.symbol}`, ...more });

/** What every store and catalogue does with several series at once: the same as with one after the other. */
export function describeSeveralSeries(makeWarehouse: MakeWarehouse): void {
  let at: WarehouseUnderTest;
  let store: SeriesStore;
  let catalog: SeriesCatalog;

  useWarehouse(makeWarehouse, T0 + 10 * DAY, (made) => {
    at = made;
    ({ store, catalog } = made);
  });

  const ledger = async (series: Series) =>
    (await at.spans(series.symbol)).map(({ state, start, end, rows, object, jobId, chunk }) => ({
      state,
      span: minutesOf({ start, end }),
      rows,
      object,
      by: `${jobId} ${chunk}`,
    }));
  const minutesOf = ({ start, end }: { start: number; end: number }) => [
    (start - T0) / 60_000,
    (end - T0) / 60_000,
  ];
  const rowCounts = () => Promise.all(ALL.map(async ({ symbol }) => (await at.rows(symbol)).length));
  const have = (symbol: string, from: number, to: number) => ({
    state: 'have',
    span: [from, to],
    rows: to - from,
    object: `GET ${symbol}`,
    by: `${JOB.jobId} ${JOB.chunk}`,
  });

  describe('a commit', () => {
    it('writes the rows of each with an account of its own', async () => {
      const pages = [page(BTC, [minutes(0, 2)]), page(ETH, [minutes(0, 3)]), page(SOL, [minutes(1, 2)])];
      expect(await store.commit(pages, JOB)).toBe(6);
      expect(await ledger(BTC)).toEqual([have('BTCUSDT', 0, 2)]);
      expect(await ledger(ETH)).toEqual([have('ETHUSDT', 0, 3)]);
      expect(await ledger(SOL)).toEqual([have('SOLUSDT', 1, 2)]);
      expect((await at.rows('ETHUSDT')).map(({ symbol, open, trades }) => [symbol, open, trades])).toEqual(
        [0, 1, 2].map((minute) => ['ETHUSDT', T0 / 60_000 + minute, 7]),
      );
      expect(await store.rowsBy(JOB.jobId, JOB.chunk)).toBe(6);
    });

    it('writes of each only what it lacks', async () => {
      await store.commit([page(ETH, [minutes(0, 2)])], { ...JOB, jobId: 'before' });
      const pages = [page(BTC, [minutes(0, 2)]), page(ETH, [minutes(0, 3)])];
      expect(await store.commit(pages, JOB)).toBe(3);
      expect(await store.commit(pages, { ...JOB, jobId: 'after' })).toBe(0);
      expect(await ledger(ETH)).toMatchObject([
        { span: [0, 2], by: `before ${JOB.chunk}` },
        { span: [2, 3], by: `${JOB.jobId} ${JOB.chunk}` },
      ]);
    });

    it('writes each row once when two bring the same at once, in another order', async () => {
      const pages = ALL.map((series) => page(series, [minutes(0, 50)]));
      const both = await Promise.all([
        store.commit(pages, JOB),
        store.commit(pages.toReversed(), { ...JOB, jobId: 'job-2' }),
        store.commit([pages[1]!], { ...JOB, jobId: 'job-3' }),
      ]);
      expect(both.reduce((a, b) => a + b)).toBe(150);
      expect(await rowCounts()).toEqual([50, 50, 50]);
    });

    it('keeps proofs and findings with their series, and a row overrides a proof and a failure', async () => {
      await store.commit([page(BTC, [], { empty: [proof(minutes(0, 4))] })], JOB);
      await store.markFailed({ ...SOL, ...minutes(0, 4), label: JOB.chunk }, JOB.jobId, {
        code: 'venue-broken',
        message: 'down',
      });
      const findings = [{ kind: 'off-grid-time', time: T0 + 1, detail: { seen: 1 } }];
      await store.commit(
        [
          page(BTC, [minutes(1, 2)]),
          page(ETH, [minutes(0, 1)], { empty: [proof(minutes(1, 3))], findings }),
          page(SOL, [minutes(0, 2)]),
        ],
        JOB,
      );
      expect((await ledger(BTC)).map(({ state, span }) => [state, ...span])).toEqual([
        ['empty', 0, 1],
        ['have', 1, 2],
        ['empty', 2, 4],
      ]);
      expect((await ledger(ETH)).map(({ state, span }) => [state, ...span])).toEqual([
        ['have', 0, 1],
        ['empty', 1, 3],
      ]);
      expect((await ledger(SOL)).map(({ state, span }) => [state, ...span])).toEqual([
        ['have', 0, 2],
        ['failed', 2, 4],
      ]);
      expect((await at.findings('ETHUSDT')).map(({ kind }) => kind)).toEqual(['off-grid-time']);
      expect(await at.findings('BTCUSDT')).toEqual([]);
    });

    it('takes over rows of one that have no account, and the others are written all the same', async () => {
      const old = candles([minutes(0, 2)], ETH, () => 1);
      await store.commit([page(ETH, [minutes(0, 2)], { rows: old })], JOB);
      await at.forgetSpans(T0);
      expect(
        await store.commit(
          ALL.map((series) => page(series, [minutes(0, 3)])),
          JOB,
        ),
      ).toBe(9);
      expect(await rowCounts()).toEqual([3, 3, 3]);
      expect((await at.findings('ETHUSDT')).map(({ kind, detail }) => [kind, detail])).toEqual([
        ['rows-replaced', { rows: 2 }],
      ]);
    });

    it('writes nothing of a series that was purged, and all of the others', async () => {
      await catalog.requestAll(ALL, minutes(0, 10));
      await at.catalog.purge(ETH, DAY);
      await at.catalog.forget(ETH);
      expect(
        await store.commit(
          ALL.map((series) => page(series, [minutes(0, 3)])),
          JOB,
        ),
      ).toBe(6);
      expect(await rowCounts()).toEqual([3, 0, 3]);
    });

    it('refuses a series that claims more than its rows', async () => {
      const rows = candles([minutes(0, 2)], ETH);
      const bad = page(ETH, [], { rows, have: [minutes(0, 3)] });
      await expect(store.commit([page(BTC, [minutes(0, 2)]), bad], JOB)).rejects.toMatchObject({
        code: 'overclaimed-span',
      });
      expect([(await at.rows('ETHUSDT')).length, await ledger(ETH)]).toEqual([0, []]);
    });

    it('refuses a proof over rows that have no account', async () => {
      await store.commit([page(ETH, [minutes(0, 2)])], JOB);
      await at.forgetSpans(T0);
      const pages = [page(BTC, [minutes(0, 2)]), page(ETH, [], { empty: [proof(minutes(0, 2))] })];
      await expect(store.commit(pages, JOB)).rejects.toMatchObject({
        code: 'broken-invariant',
        subject: expect.stringContaining('ETHUSDT'),
      });
    });
  });

  describe('what is missing', () => {
    it('is answered for each in the order in which it was requested', async () => {
      await store.commit([page(BTC, [minutes(0, 2)]), page(ETH, [minutes(1, 2)])], JOB);
      for (const port of [store, catalog]) {
        expect(await port.missingOf([SOL, ETH, BTC], minutes(0, 3))).toEqual([
          [minutes(0, 3)],
          [minutes(0, 1), minutes(2, 3)],
          [minutes(2, 3)],
        ]);
        expect(await port.missingOf([], minutes(0, 3))).toEqual([]);
        expect(await port.missingOf([SOL, BTC], minutes(3, 3))).toEqual([[], []]);
      }
    });

    it('leaves out proofs until they expire, and what is not kept', async () => {
      await store.commit([page(BTC, [], { empty: [proof(minutes(0, 1))] })], JOB);
      await catalog.setRetention(BTC.source, { before: minutes(2, 3).start, reason: 'old' });
      const missing = () => store.missingOf([BTC, ETH], minutes(0, 4));
      expect(await missing()).toEqual([[minutes(2, 4)], [minutes(2, 4)]]);
      await catalog.setRetention(BTC.source);
      expect(await missing()).toEqual([[minutes(1, 4)], [minutes(0, 4)]]);
      const then = at.now;
      at.now += 30 * DAY;
      expect(await missing()).toEqual([[minutes(0, 4)], [minutes(0, 4)]]);
      // What held then, and is not kept now.
      await catalog.setRetention(BTC.source, { before: minutes(3, 4).start, reason: 'old' });
      expect(await catalog.missingOf([BTC, ETH], minutes(0, 4), then)).toEqual([
        [minutes(3, 4)],
        [minutes(3, 4)],
      ]);
      await catalog.setRetention(BTC.source);
      expect(await catalog.missingOf([BTC, ETH], minutes(0, 4), then)).toEqual([
        [minutes(1, 4)],
        [minutes(0, 4)],
      ]);
      expect(await catalog.missing(BTC, minutes(0, 4), then)).toEqual([minutes(1, 4)]);
      expect(await catalog.missing(BTC, minutes(0, 4))).toEqual([minutes(0, 4)]);
    });
  });

  describe('a request', () => {
    it('adds to each, and is withdrawn from each with its job', async () => {
      const by = { jobId: JOB.jobId };
      await catalog.request(ETH, minutes(0, 5));
      await catalog.requestAll(ALL, minutes(3, 9), by);
      const requested = () => Promise.all(ALL.map((series) => catalog.requested(series)));
      expect(await requested()).toEqual([[minutes(3, 9)], [minutes(0, 9)], [minutes(3, 9)]]);
      expect(await at.openRequests()).toBe(3);
      await catalog.withdraw(by.jobId);
      expect(await requested()).toEqual([[], [minutes(0, 5)], []]);
      await catalog.requestAll([], minutes(0, 5));
    });

    it('of a schedule leaves an unfollowed series alone', async () => {
      await catalog.requestAll(ALL, minutes(0, 5));
      await catalog.unfollow(ETH);
      await catalog.requestAll(ALL, minutes(0, 9), { jobId: JOB.jobId });
      expect(await Promise.all(ALL.map((series) => catalog.requested(series)))).toEqual([
        [minutes(0, 9)],
        [],
        [minutes(0, 9)],
      ]);
      expect(await at.isFollowed(ETH)).toBe(false);
      await catalog.requestAll(ALL, minutes(0, 9), { jobId: 'later', orderedAt: at.now + 1 });
      expect(await catalog.requested(ETH)).toEqual([minutes(0, 9)]);
    });
  });
}
