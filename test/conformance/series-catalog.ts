import { describe, expect, it } from 'vitest';
import type { SeriesCatalog, SeriesStore } from '../../functions/core/ledger/ports.ts';
import type { Series } from '../../functions/core/series/series.ts';
import { DAY, HOUR, MINUTE } from '../../functions/core/time/time.ts';
import { BTC, JOB, minutes, pageOf, proof, T0 } from '../stores/klines.ts';
import { type MakeWarehouse, useWarehouse, type WarehouseUnderTest } from './warehouse.ts';

/** What every catalogue of series does. */
export function describeSeriesCatalog(makeWarehouse: MakeWarehouse): void {
  let at: WarehouseUnderTest;
  let store: SeriesStore;
  let catalog: SeriesCatalog;

  useWarehouse(makeWarehouse, T0 + 60 * DAY, (made) => {
    at = made;
    ({ store, catalog } = made);
  });

  const days = (from: number, to: number) => minutes(from * 1440, to * 1440);
  const loseRow = (minute: number) => at.loseRows(BTC, [minutes(minute, minute + 1)]);

  describe('what a job requested', () => {
    const isFollowed = async (): Promise<boolean> => at.isFollowed(BTC);
    const open = async (): Promise<number> => at.openRequests();

    it('leaves with it when it is cancelled, but for what is there or proven empty', async () => {
      await catalog.request(BTC, days(10, 12), { jobId: 'before' });
      await catalog.settle('before', 'succeeded');
      await catalog.request(BTC, days(0, 20), { jobId: JOB.jobId });
      await store.commit([pageOf([days(0, 1)])], JOB);
      await store.commit([pageOf([], { empty: [proof(minutes(1440, 2880))] })], JOB);
      await catalog.withdraw(JOB.jobId);
      expect(await catalog.requested(BTC)).toEqual([days(0, 2), days(10, 12)]);
      const [found] = await catalog.report({});
      expect(found!.gaps).toMatchObject([{ ...days(10, 12), cause: 'ours' }]);
      await catalog.withdraw(JOB.jobId);
      // The page that was in progress came after that.
      await store.commit([pageOf([days(2, 3)])], JOB);
      await catalog.settle(JOB.jobId, 'cancelled');
      expect([await catalog.requested(BTC), await open()]).toEqual([[days(0, 3), days(10, 12)], 0]);
    });

    it('also when it was requested after the job was cancelled', async () => {
      await catalog.withdraw('late');
      await catalog.request(BTC, days(0, 2), { jobId: 'late' });
      await catalog.settle('late', 'cancelled');
      expect([await catalog.requested(BTC), await open()]).toEqual([[], 0]);
    });

    it.each<[string, ('cancel one' | 'cancel two' | 'end one' | 'end two')[], [number, number][]]>([
      ['the first of two is cancelled', ['cancel one'], [[2, 6]]],
      ['the second of two is cancelled', ['cancel two'], [[0, 4]]],
      ['both are, the first before', ['cancel one', 'cancel two'], []],
      ['both are, the second before', ['cancel two', 'cancel one'], []],
      ['the second ends, then the first is cancelled', ['end two', 'cancel one'], [[2, 6]]],
      ['the first ends, then the second is cancelled', ['end one', 'cancel two'], [[0, 4]]],
      ['the first is cancelled, then the second ends', ['cancel one', 'end two'], [[2, 6]]],
    ])('of two that overlap: %s', async (_what, acts, left) => {
      await catalog.request(BTC, days(0, 4), { jobId: 'one' });
      await catalog.request(BTC, days(2, 6), { jobId: 'two' });
      for (const act of acts) {
        const [verb, job] = act.split(' ') as [string, string];
        if (verb === 'cancel') await catalog.withdraw(job);
        await catalog.settle(job, verb === 'cancel' ? 'cancelled' : 'completed_with_gaps');
      }
      expect(await catalog.requested(BTC)).toEqual(left.map(([from, to]) => days(from, to)));
    });

    it('stays whole when requests and withdrawals of two come at once', async () => {
      for (let round = 0; round < 20; round++) {
        const [one, two] = [`one ${round}`, `two ${round}`] as const;
        await catalog.request(BTC, days(0, 4), { jobId: one });
        await Promise.all([catalog.request(BTC, days(2, 6), { jobId: two }), catalog.withdraw(one)]);
        await catalog.settle(one, 'cancelled');
        expect(await catalog.requested(BTC)).toEqual([days(2, 6)]);
        await catalog.withdraw(two);
        await catalog.settle(two, 'cancelled');
        expect(await catalog.requested(BTC)).toEqual([]);
      }
    });

    it('no longer makes the series followed, unless another job does', async () => {
      const tail = days(58, 60);
      await catalog.request(BTC, tail, { jobId: 'one' });
      await catalog.request(BTC, tail, { jobId: 'two' });
      expect(await isFollowed()).toBe(true);
      await catalog.withdraw('one');
      expect(await isFollowed()).toBe(true);
      await catalog.withdraw('two');
      expect(await isFollowed()).toBe(false);
      await catalog.request(BTC, tail, { jobId: 'three' });
      await catalog.settle('three', 'succeeded');
      await catalog.request(BTC, days(50, 60), { jobId: 'four' });
      await catalog.withdraw('four');
      expect([await isFollowed(), await catalog.requested(BTC)]).toEqual([true, [tail]]);
    });

    it('is no longer noted a week later, when its end was never noted', async () => {
      await catalog.request(BTC, days(0, 1), { jobId: 'dead' });
      at.now += 8 * DAY;
      await catalog.request(BTC, days(1, 2), { jobId: 'alive' });
      await catalog.settle('alive', 'succeeded');
      expect([await open(), await catalog.requested(BTC)]).toEqual([0, [days(0, 2)]]);
    });

    it('ends when the series is unfollowed, and only a later order by a person requests it again', async () => {
      await catalog.request(BTC, days(0, 60), { jobId: 'one', orderedAt: at.now });
      await store.commit([pageOf([days(0, 1)])], JOB);
      at.now += DAY;
      await catalog.unfollow(BTC);
      expect(await catalog.requested(BTC)).toEqual([days(0, 1)]);
      expect((await catalog.report({}))[0]).toMatchObject({
        gaps: [],
        unfollowedAt: at.now,
        followed: false,
      });
      await catalog.request(BTC, days(0, 2), { jobId: 'schedule' });
      await catalog.request(BTC, days(0, 2), { jobId: 'before', orderedAt: at.now - 1 });
      await catalog.request(BTC, days(0, 2));
      expect([await catalog.requested(BTC), await open()]).toEqual([[days(0, 1)], 0]);
      await catalog.request(BTC, days(0, 2), { jobId: 'after', orderedAt: at.now });
      expect(await catalog.requested(BTC)).toEqual([days(0, 2)]);
      expect((await catalog.report({}))[0]).not.toHaveProperty('unfollowedAt');
    });
  });

  describe('request', () => {
    it('adds up what was requested', async () => {
      expect(await catalog.requested(BTC)).toEqual([]);
      await catalog.request(BTC, days(0, 2));
      await catalog.request(BTC, days(4, 5));
      await catalog.request(BTC, days(1, 3));
      expect(await catalog.requested(BTC)).toEqual([days(0, 3), days(4, 5)]);
      expect(await catalog.requested({ ...BTC, timeframe: '1h' })).toEqual([]);
    });

    it('refuses a range that runs backwards', async () => {
      const backwards = { start: T0 + DAY, end: T0 };
      await expect(catalog.request(BTC, backwards)).rejects.toMatchObject({ name: 'PermanentError' });
      expect(await catalog.report({})).toEqual([]);
    });
  });

  describe('reconcile', () => {
    it('takes nothing out where every row is there', async () => {
      await store.commit([pageOf([minutes(600, 5_000)])], JOB);
      expect(await catalog.reconcile(BTC, days(0, 10))).toEqual([]);
      expect(await catalog.missing(BTC, minutes(600, 5_000))).toEqual([]);
    });

    it('finds each lost row, at the borders and in the middle, and splits the account around it', async () => {
      await store.commit([pageOf([days(0, 4)], { sha256: 'abc' })], JOB);
      for (const minute of [0, 2_000, 2_001, 4 * 1440 - 1]) await loseRow(minute);
      const lost = [minutes(0, 1), minutes(2_000, 2_002), minutes(5_759, 5_760)];
      expect(await catalog.reconcile(BTC, days(0, 4))).toEqual(lost);
      expect(await catalog.missing(BTC, days(0, 4))).toEqual(lost);
      expect((await at.spans()).map(({ rows, sha256, jobId }) => ({ rows, sha256, job_id: jobId }))).toEqual([
        { rows: 1_999, sha256: 'abc', job_id: 'job-1' },
        { rows: 3_757, sha256: 'abc', job_id: 'job-1' },
      ]);
      expect(await catalog.reconcile(BTC, days(0, 4))).toEqual([]);
      expect(await store.commit([pageOf([days(0, 4)])], JOB)).toBe(4);
      expect(await catalog.missing(BTC, days(0, 4))).toEqual([]);
    });

    it('finds the loss of everything', async () => {
      await store.commit([pageOf([days(0, 40)])], JOB);
      await at.loseRows(BTC, [days(0, 60)]);
      expect(await catalog.reconcile(BTC, days(0, 60))).toEqual([days(0, 40)]);
      expect(await catalog.missing(BTC, days(0, 40))).toEqual([days(0, 40)]);
    });

    it('finds the rows beside each border at which a long span may be cut, and no other', async () => {
      await store.commit([pageOf([minutes(700, 40 * 1440 + 50)])], JOB);
      const cut = 31 * DAY;
      const border = (Math.ceil(T0 / cut) * cut - T0) / MINUTE;
      const lost = [
        minutes(700, 701),
        minutes(border - 1, border + 1),
        minutes(40 * 1440 + 49, 40 * 1440 + 50),
      ];
      await at.loseRows(BTC, lost);
      expect(await catalog.reconcile(BTC, days(0, 60))).toEqual(lost);
    });

    it('is not deceived by rows without an account that make up the number', async () => {
      await store.commit([pageOf([minutes(0, 100)])], JOB);
      await store.commit([pageOf([minutes(200, 300)])], JOB);
      await at.forgetSpans(T0 + 1);
      await loseRow(50);
      expect(await catalog.reconcile(BTC, days(0, 1))).toEqual([minutes(50, 51)]);
    });

    it('checks the requested range and series only', async () => {
      const eth: Series = { ...BTC, symbol: 'ETHUSDT' };
      await store.commit([pageOf([days(0, 3)])], JOB);
      await store.commit([pageOf([days(0, 3)], { series: eth })], JOB);
      await at.loseRows(eth, [days(0, 3)]);
      await loseRow(10);
      expect(await catalog.reconcile(BTC, days(1, 3))).toEqual([]);
      expect(await catalog.reconcile(BTC, minutes(0, 10))).toEqual([]);
      expect(await catalog.reconcile(eth, days(1, 2))).toEqual([days(1, 2)]);
    });

    it('does not mistake a commit in progress for a loss', async () => {
      const page = pageOf([days(0, 20)]);
      const [lost] = await Promise.all([
        Promise.all([1, 2, 3, 4, 5].map(() => catalog.reconcile(BTC, days(0, 20)))),
        store.commit([page], JOB),
      ]);
      expect(lost.flat()).toEqual([]);
      expect(await catalog.missing(BTC, days(0, 20))).toEqual([]);
    });

    it('joins the small spans of refreshing once they are old, and keeps archives apart', async () => {
      await store.commit([pageOf([minutes(0, 100)], { sha256: 'abc' })], JOB);
      for (let i = 100; i < 200; i += 5) {
        await store.commit([pageOf([minutes(i, i + 5)], { object: `GET ?startTime=${i}` })], JOB);
      }
      await store.commit([pageOf([minutes(210, 215)], { object: 'GET later' })], JOB);
      const spans = async () => (await at.spans()).map(({ rows, object }) => ({ rows, object }));
      await catalog.reconcile(BTC, days(0, 1));
      expect(await spans()).toHaveLength(22);
      at.now += 9 * DAY;
      await catalog.reconcile(BTC, days(0, 1));
      expect(await spans()).toEqual([
        { rows: 100, object: pageOf([]).object },
        { rows: 100, object: 'GET ?startTime=100 and 19 more' },
        { rows: 5, object: 'GET later' },
      ]);
      expect(await catalog.missing(BTC, minutes(0, 215))).toEqual([minutes(200, 210)]);
    });

    it('joins the spans of jobs that have ended hour by hour, and counts those of a running job by themselves', async () => {
      at.now = T0 + MINUTE;
      const spans = async () =>
        (await at.spans()).map(({ rows, jobId, object }) => ({ rows, job_id: jobId, object }));
      const refresh = async (from: number, until: number, ends: boolean) => {
        for (let i = from; i < until; i++) {
          at.now = T0 + (i + 1) * MINUTE;
          const by = { jobId: `job-${i}`, chunk: JOB.chunk };
          await store.commit([pageOf([minutes(i, i + 1)], { object: `GET ?startTime=${i}` })], by);
          if (ends) await store.close(by.jobId);
        }
      };
      await refresh(0, 60, true);
      await refresh(60, 63, false);
      await refresh(63, 66, true);
      at.now = T0 + 119 * MINUTE;
      await catalog.reconcile(BTC, days(0, 1));
      expect(await spans()).toHaveLength(66);
      at.now = T0 + 122 * MINUTE;
      await catalog.reconcile(BTC, days(0, 1));
      const first = { rows: 60, job_id: 'job-0', object: 'GET ?startTime=0 and 59 more' };
      expect(await spans()).toMatchObject([first, ...Array.from({ length: 6 }, () => ({ rows: 1 }))]);
      at.now = T0 + 182 * MINUTE;
      await catalog.reconcile(BTC, days(0, 1));
      const later = { rows: 3, job_id: 'job-63', object: 'GET ?startTime=63 and 2 more' };
      const running = [60, 61, 62].map((i) => ({ rows: 1, job_id: `job-${i}` }));
      expect(await spans()).toMatchObject([first, ...running, later]);
      expect(await store.rowsBy('job-61', JOB.chunk)).toBe(1);

      for (const id of ['job-60', 'job-61', 'job-62']) await store.close(id);
      at.now += HOUR + MINUTE;
      await catalog.reconcile(BTC, days(0, 1));
      const all = { rows: 66, job_id: 'job-0', object: 'GET ?startTime=0 and 65 more' };
      expect(await spans()).toEqual([all]);
      expect(await catalog.missing(BTC, minutes(0, 66))).toEqual([]);
    });

    it('forgets after two weeks that a job has ended', async () => {
      await store.close('job-1');
      at.now += 15 * DAY;
      await store.close('job-2');
      expect(await at.closedJobs()).toEqual(['job-2']);
    });
  });

  describe('report', () => {
    it('can be about some series', async () => {
      for (const source of ['klines_perp', 'klines_spot']) {
        for (const symbol of ['BTCUSDT', 'ETHUSDT'])
          await catalog.request({ ...BTC, source, symbol }, days(0, 1));
      }
      const named = async (filter: Parameters<SeriesCatalog['report']>[0]) =>
        (await catalog.report(filter)).map((r) => `${r.source} ${r.symbol}`);
      expect(await named({})).toHaveLength(4);
      expect(await named({ sources: ['klines_spot'] })).toEqual([
        'klines_spot BTCUSDT',
        'klines_spot ETHUSDT',
      ]);
      expect(await named({ symbols: ['ETHUSDT'] })).toEqual(['klines_perp ETHUSDT', 'klines_spot ETHUSDT']);
      const both = ['BTCUSDT', 'ETHUSDT'];
      expect(await named({ sources: ['klines_perp'], symbols: both })).toHaveLength(2);
      expect(await named({ symbols: both, timeframe: '1m' })).toHaveLength(4);
      expect(await named({ symbols: both, timeframe: '1h' })).toEqual([]);
      expect(await named({ sources: [], symbols: ['ETHUSDT'] })).toEqual([]);
    });

    it('reports of each series what it has, what it lacks and why', async () => {
      await catalog.request(BTC, minutes(0, 1_000));
      await store.commit([pageOf([], { empty: [proof(minutes(0, 100), 'pre-listing')] })], JOB);
      const findings = [{ kind: 'off-grid-time', time: T0, detail: {} }];
      await store.commit([pageOf([minutes(100, 200), minutes(300, 400)], { findings })], JOB);
      await store.commit([pageOf([], { empty: [proof(minutes(400, 410))] })], JOB);
      const chunk = { ...BTC, ...minutes(350, 600), label: JOB.chunk };
      await store.markFailed(chunk, 'job-1', { code: 'venue-broken', message: 'the venue is down' });

      const expected = {
        ...BTC,
        requested: [minutes(0, 1_000)],
        earliest: T0 + 100 * MINUTE,
        latest: T0 + 399 * MINUTE,
        rows: 200,
        followed: false,
        since: at.now,
        gaps: [
          { ...minutes(200, 300), steps: 100, cause: 'ours' },
          {
            ...minutes(410, 600),
            steps: 190,
            cause: 'source-error',
            error: 'the venue is down',
            evidence: [{ code: 'venue-broken', message: 'the venue is down' }],
          },
          { ...minutes(600, 1_000), steps: 400, cause: 'ours' },
        ],
        empty: [
          { ...minutes(0, 100), reason: 'pre-listing' },
          { ...minutes(400, 410), reason: 'venue-outage' },
        ],
        findings: 1,
      };
      expect(await catalog.report({})).toEqual([expected]);
      const { earliest: _earliest, rows: _rows, ...tail } = expected;
      expect(await catalog.tails([])).toEqual([tail]);

      // A proof that is due to be checked again is still a proof.
      at.now += 500 * DAY;
      expect(await catalog.missing(BTC, minutes(400, 410))).toEqual([minutes(400, 410)]);
      expect(await catalog.report({})).toEqual([expected]);
    });

    it('has the pace of each symbol: its rows, and the time that they account for', async () => {
      const eth: Series = { ...BTC, symbol: 'ETHUSDT' };
      await store.commit(
        [pageOf([minutes(0, 10), minutes(20, 25)], { empty: [proof(minutes(10, 20))] })],
        JOB,
      );
      await store.commit([pageOf([minutes(0, 3)], { series: eth })], JOB);
      const found = await catalog.paces(BTC.source, BTC.timeframe);
      expect(Object.fromEntries(found)).toEqual({
        [BTC.symbol]: { rows: 15, ms: 15 * MINUTE },
        ETHUSDT: { rows: 3, ms: 3 * MINUTE },
      });
      expect((await catalog.paces(BTC.source, '1h')).size).toBe(0);
    });

    it('has neither first nor last row of a series without rows', async () => {
      await catalog.request(BTC, days(0, 1));
      expect(await catalog.report({})).toEqual([
        {
          ...BTC,
          requested: [days(0, 1)],
          rows: 0,
          empty: [],
          findings: 0,
          followed: false,
          since: at.now,
          gaps: [{ ...days(0, 1), steps: 1440, cause: 'ours' }],
        },
      ]);
    });
  });

  it('follows what was requested up to the present, and knows when it was audited', async () => {
    const state = async () =>
      (await catalog.report({})).map(({ followed, auditedAt }) => [followed, auditedAt]);
    await catalog.request(BTC, { start: at.now - 400 * DAY, end: at.now - 300 * DAY });
    expect(await state()).toEqual([[false, undefined]]);
    await catalog.request(BTC, { start: at.now - DAY, end: at.now - MINUTE });
    await catalog.request(BTC, { start: at.now - 401 * DAY, end: at.now - 400 * DAY });
    await catalog.audited([BTC]);
    expect(await state()).toEqual([[true, at.now]]);
  });
}
