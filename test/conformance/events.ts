import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Page } from '../../functions/core/ledger/coverage.ts';
import { toBatch } from '../../functions/core/series/batch.ts';
import type { Series } from '../../functions/core/series/series.ts';
import type { Range, RangeSet } from '../../functions/core/time/range.ts';
import { DAY, HOUR } from '../../functions/core/time/time.ts';
import { fundingTable } from '../../functions/sources/funding/settlements.ts';
import { proof, T0 } from '../stores/klines.ts';
import type { MakeWarehouse, WarehouseUnderTest } from './warehouse.ts';

const TABLE = fundingTable('bybit');
const BTC: Series = { source: 'funding_bybit', symbol: 'BTCUSDT', timeframe: '1h' };
const JOB = { jobId: 'job-1', chunk: 'funding_bybit BTCUSDT 1h 2025-03' };
const hours = (from: number, to: number): Range => ({ start: T0 + from * HOUR, end: T0 + to * HOUR });

/** Settlements at some hours. */
function pageOf(at: readonly number[], have: RangeSet, more: Partial<Page> = {}, rate = 0.01): Page {
  const cells = at.map((hour) => {
    const time = T0 + hour * HOUR;
    return ['bybit', more.series?.symbol ?? BTC.symbol, time, time + 5, rate, 8, null] as const;
  });
  return {
    series: BTC,
    rows: toBatch(TABLE, cells),
    have,
    empty: [],
    findings: [],
    object: 'GET /history',
    ...more,
  };
}

/** What every store does with rows that come when they come. */
export function describeEvents(makeWarehouse: MakeWarehouse): void {
  let at: WarehouseUnderTest;
  beforeAll(async () => {
    at = await makeWarehouse(TABLE);
  });
  afterAll(() => at[Symbol.asyncDispose]());
  beforeEach(async () => {
    at.now = T0 + 30 * DAY;
    await at.clear();
  });
  const spans = async () =>
    (await at.spans()).map(({ state, start, end, rows }) => [
      state,
      (start - T0) / HOUR,
      (end - T0) / HOUR,
      rows,
    ]);

  describe('rows of events', () => {
    it('account for the whole span that was answered, with as many rows as there are', async () => {
      expect(await at.store.commit([pageOf([0, 8, 16], [hours(0, 24)])], JOB)).toBe(3);
      expect(await spans()).toEqual([['have', 0, 24, 3]]);
      expect(await at.store.missing(BTC, hours(0, 25))).toEqual([hours(24, 25)]);
      expect(await at.store.rowsBy(JOB.jobId, JOB.chunk)).toBe(3);
    });

    it('that may still change are stored and stay missing, and count when they are new or changed', async () => {
      const provisional = [hours(16, 24)];
      expect(await at.store.commit([pageOf([0, 8, 16], [hours(0, 16)], { provisional })], JOB)).toBe(3);
      expect((await at.rows()).length).toBe(3);
      expect(await spans()).toEqual([['have', 0, 16, 2]]);
      expect(await at.store.missing(BTC, hours(0, 24))).toEqual([hours(16, 24)]);
      expect([await at.store.rowsBy(JOB.jobId, JOB.chunk), await at.store.secure(JOB.jobId)]).toEqual([2, 2]);
      expect(await at.store.commit([pageOf([16], [], { provisional })], JOB)).toBe(0);
      expect(await at.store.commit([pageOf([16], [], { provisional }, 0.02)], JOB)).toBe(1);
      // That they change is why they are requested again.
      expect(await at.findings()).toEqual([]);
      expect((await at.rows()).map(({ rate }) => rate)).toEqual([0.01, 0.01, 0.02]);
    });

    it('that have settled are taken over as they are, and counted', async () => {
      const provisional = [hours(16, 24)];
      await at.store.commit([pageOf([16], [], { provisional })], JOB);
      expect(await at.store.commit([pageOf([16, 24], [hours(16, 32)])], JOB)).toBe(2);
      expect(await spans()).toEqual([['have', 16, 32, 2]]);
      expect(await at.findings()).toEqual([]);
    });

    it('that were replaced on the way to their account are a finding', async () => {
      await at.store.commit([pageOf([16], [], { provisional: [hours(16, 24)] })], JOB);
      await at.store.commit([pageOf([16], [hours(16, 24)], {}, 0.02)], JOB);
      expect(await at.findings()).toMatchObject([
        { kind: 'rows-replaced', time: T0 + 16 * HOUR, detail: { rows: 1 } },
      ]);
    });

    it('that an answer no longer has stay where they were stored without an account', async () => {
      await at.store.commit([pageOf([16], [], { provisional: [hours(16, 24)] })], JOB);
      expect(await at.store.commit([pageOf([24], [hours(16, 32)])], JOB)).toBe(1);
      expect([await spans(), (await at.rows()).length]).toEqual([[['have', 16, 32, 1]], 2]);
    });

    it('are counted by month where a span crosses its border', async () => {
      const month = 31 * 24;
      const events = [month - 8, month, month + 8];
      await at.store.commit([pageOf(events, [hours(month - 8, month + 16)])], JOB);
      expect(await spans()).toEqual([
        ['have', month - 8, month, 1],
        ['have', month, month + 16, 2],
      ]);
    });

    it('give a proof of emptiness its end', async () => {
      await at.store.commit([pageOf([], [], { empty: [proof(hours(0, 24))] })], JOB);
      await at.store.commit([pageOf([8], [hours(6, 12)])], JOB);
      expect(await spans()).toEqual([
        ['empty', 0, 6, 0],
        ['have', 6, 12, 1],
        ['empty', 12, 24, 0],
      ]);
    });
  });

  describe('reconcile of events', () => {
    it('takes out a whole span of which a row is lost, as it is unknown which', async () => {
      await at.store.commit([pageOf([0, 8, 16], [hours(0, 24)])], JOB);
      await at.store.commit([pageOf([24, 32, 40], [hours(24, 48)], { object: 'GET later' })], JOB);
      expect(await at.catalog.reconcile(BTC, hours(0, 48))).toEqual([]);
      await at.loseRows(BTC, [hours(8, 9)]);
      // However little of it is counted.
      expect(await at.catalog.reconcile(BTC, hours(20, 48))).toEqual([hours(0, 24)]);
      expect(await spans()).toEqual([['have', 24, 48, 3]]);
      expect(await at.catalog.reconcile(BTC, hours(0, 48))).toEqual([]);
    });

    it('does not mind rows that have no account', async () => {
      await at.store.commit([pageOf([0], [hours(0, 8)])], JOB);
      await at.store.commit([pageOf([4], [], { provisional: [hours(4, 5)] })], JOB);
      expect(await at.catalog.reconcile(BTC, hours(0, 8))).toEqual([]);
    });
  });

  it('a report counts all rows of events, and those of one series alone', async () => {
    const eth = { ...BTC, symbol: 'ETHUSDT' };
    await at.catalog.request(BTC, hours(0, 24));
    await at.store.commit([pageOf([0, 8, 16], [hours(0, 16)], { provisional: [hours(16, 24)] })], JOB);
    await at.store.commit([pageOf([0], [hours(0, 8)], { series: eth })], JOB);
    expect(await at.catalog.report({})).toMatchObject([
      {
        symbol: 'BTCUSDT',
        rows: 3,
        earliest: T0,
        latest: T0 + 16 * HOUR,
        gaps: [{ ...hours(16, 24), steps: 8, cause: 'ours' }],
      },
    ]);
  });

  it('the ends of series have the last row of events where it is read, and count none', async () => {
    const eth = { ...BTC, symbol: 'ETHUSDT' };
    for (const series of [BTC, eth]) await at.catalog.request(series, hours(0, 24));
    await at.store.commit([pageOf([0, 8, 16], [hours(0, 16)], { provisional: [hours(16, 24)] })], JOB);
    const gaps = [{ ...hours(16, 24), steps: 8, cause: 'ours' }];
    const [btc, other, ...more] = await at.catalog.tails([BTC.source]);
    expect(btc).toMatchObject({ symbol: 'BTCUSDT', latest: T0 + 16 * HOUR, gaps });
    expect(btc).not.toHaveProperty('rows');
    expect(other).toMatchObject({ symbol: 'ETHUSDT', gaps: [{ ...hours(0, 24), cause: 'ours' }] });
    expect(other).not.toHaveProperty('latest');
    expect(more).toEqual([]);
    const [unread] = await at.catalog.tails([]);
    expect(unread).toMatchObject({ symbol: 'BTCUSDT', gaps });
    expect(unread).not.toHaveProperty('latest');
  });
}
