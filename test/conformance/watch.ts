import { describe, expect, it } from 'vitest';
import type { Series } from '../../functions/core/series/series.ts';
import type { Batch } from '../../functions/core/series/table.ts';
import { DAY, HOUR, MINUTE } from '../../functions/core/time/time.ts';
import { asObject, canonicalLine, cellsAt } from '../../functions/core/verify/canonical.ts';
import { BTC, candles, JOB, minutes, pageOf, SPOT, T0 } from '../stores/klines.ts';
import { type MakeWarehouse, useWarehouse, type WarehouseUnderTest } from './warehouse.ts';

const ETH: Series = { ...BTC, symbol: 'ETHUSDT' };
const USDT = { quote: 'USDT', status: 'TRADING', trading: true } as const;
const SPOT_MARKET = { venue: 'binance', market: 'spot' } as const;

const rowOf = (batch: Batch) => asObject(SPOT, canonicalLine(SPOT, cellsAt(batch, 0)));
const restated = (minute: number, price: number) => {
  const [before, after] = [undefined, () => price].map((of) =>
    candles([minutes(minute, minute + 1)], BTC, of),
  ) as [Batch, Batch];
  return { time: T0 + minute * MINUTE, before: rowOf(before), after: rowOf(after), rows: [after] };
};

/** What every store does for the schedules that watch venues. */
export function describeWatch(makeWarehouse: MakeWarehouse): void {
  let at: WarehouseUnderTest;
  useWarehouse(makeWarehouse, T0 + 60 * DAY, (made) => {
    at = made;
  });

  const fill = async () => {
    for (const series of [BTC, ETH]) await at.catalog.request(series, minutes(0, 100));
    await at.store.commit([pageOf([minutes(0, 10)], { object: 'b.zip', sha256: 'one' })], JOB);
    at.now += MINUTE;
    await at.store.commit([pageOf([minutes(20, 30)], { object: 'a.zip', sha256: 'two' })], JOB);
    await at.store.commit([pageOf([minutes(10, 20)], { object: 'b.zip', sha256: 'one' })], JOB);
    await at.store.commit([pageOf([minutes(40, 50)], { object: 'GET' })], JOB);
    await at.store.commit([pageOf([minutes(0, 10)], { series: ETH, object: 'GET' })], JOB);
  };

  describe('archives', () => {
    it('are due where rows came from objects, those first that wait for longest', async () => {
      await fill();
      expect(await at.archives.due(10)).toEqual([BTC]);
      await at.store.commit([pageOf([minutes(50, 60)], { series: ETH, object: 'c.zip', sha256: 'x' })], JOB);
      expect(await at.archives.due(10)).toEqual([BTC, ETH]);
      await at.archives.watched(BTC);
      expect([await at.archives.due(10), await at.archives.due(1)]).toEqual([[ETH, BTC], [ETH]]);
    });

    it('are held by object and hash, with the earliest load and all their spans', async () => {
      await fill();
      expect(await at.archives.held(BTC)).toEqual([
        { object: 'a.zip', sha256: 'two', fetchedAt: at.now, spans: [minutes(20, 30)] },
        { object: 'b.zip', sha256: 'one', fetchedAt: at.now - MINUTE, spans: [minutes(0, 20)] },
      ]);
      expect(await at.archives.held(ETH)).toEqual([]);
    });

    it('that were republished get the new rows and the new hash, and what was is kept', async () => {
      await fill();
      const { time, before, after, rows } = restated(3, 5);
      const changes = [{ time, was: before, became: after }];
      const spans = [minutes(0, 20)];
      const restatement = { object: 'b.zip', was: 'one', became: 'three', spans, changes, rows };
      at.now += MINUTE;
      await at.archives.renew(BTC, restatement);
      expect((await at.rows('BTCUSDT'))[3]).toMatchObject({ open: 5 });
      expect(await at.changes('BTCUSDT')).toEqual([{ was: before, became: after }]);
      expect(await at.findings()).toEqual([
        {
          kind: 'object-republished',
          time: null,
          detail: { object: 'b.zip', sha256Was: 'one', sha256Became: 'three', rows: 1 },
        },
      ]);
      const [, held] = await at.archives.held(BTC);
      expect(held).toEqual({ object: 'b.zip', sha256: 'three', fetchedAt: at.now, spans });
    });
  });

  describe('histories', () => {
    it('are due where venues answered, turn by turn', async () => {
      await fill();
      const due = (before = at.now) => at.histories.due(['klines_spot'], before, 10);
      expect(await at.histories.due([], at.now, 10)).toEqual([]);
      expect(await at.histories.due(['klines_perp'], at.now, 10)).toEqual([]);
      expect(await due()).toEqual([
        { series: BTC, turn: 0 },
        { series: ETH, turn: 0 },
      ]);
      await at.histories.watched(BTC, true);
      expect(await due()).toEqual([{ series: ETH, turn: 0 }]);
      at.now += HOUR;
      await at.histories.watched(ETH, false);
      expect(await due(at.now + 1)).toEqual([
        { series: BTC, turn: 1 },
        { series: ETH, turn: 0 },
      ]);
      expect(await at.histories.answered(BTC)).toEqual([minutes(40, 50)]);
    });

    it('that are restated replace rows, and a withdrawn row is kept once', async () => {
      await fill();
      const { time, before, after, rows } = restated(43, 5);
      const answer = { object: 'GET /history', spans: [minutes(40, 50)] };
      const changed = { ...answer, changes: [{ time, was: before, became: after }], rows };
      const withdrawn = {
        ...answer,
        changes: [{ time: time + MINUTE, was: before, became: null }],
        rows: [],
      };
      expect(await at.histories.restate(BTC, changed)).toBe(1);
      at.now += MINUTE;
      expect(await at.histories.restate(BTC, withdrawn)).toBe(1);
      expect(await at.histories.restate(BTC, withdrawn)).toBe(0);
      expect((await at.changes('BTCUSDT')).map(({ became }) => became)).toEqual([after, null]);
      expect((await at.rows('BTCUSDT')).find((row) => row.open_time === time)).toMatchObject({ open: 5 });
      expect((await at.findings()).map(({ kind }) => kind)).toEqual(['history-restated', 'history-restated']);
    });

    it('of a series that was purged stay as they are', async () => {
      await fill();
      await at.catalog.purge(BTC, DAY);
      const { time, before, after, rows } = restated(43, 5);
      const changes = [{ time, was: before, became: after }];
      const restatement = { object: 'GET', spans: [minutes(40, 50)], changes, rows };
      expect(await at.histories.restate(BTC, restatement)).toBe(0);
      expect([await at.rows('BTCUSDT'), await at.changes('BTCUSDT')]).toEqual([[], []]);
    });
  });

  describe('instruments', () => {
    it('are entered when they are otherwise than before, and gone when the list has them no more', async () => {
      const listed = ['A', 'B'].map((symbol) => ({ symbol, ...USDT, listedAt: T0 }));
      const note = (list: typeof listed) => at.instruments.note(SPOT_MARKET, list);
      expect(await note(listed)).toBe(2);
      at.now += MINUTE;
      expect(await note(listed)).toBe(0);
      expect(await note([{ ...listed[0]!, status: 'BREAK' as never }, listed[1]!])).toBe(1);
      at.now += MINUTE;
      expect(await note([listed[1]!])).toBe(1);
      at.now += MINUTE;
      expect(await note([listed[1]!])).toBe(0);
      expect(await at.instruments.note({ venue: 'bybit', market: 'perps' }, [listed[0]!])).toBe(1);
    });

    it('have the last of two states that were seen at the same instant', async () => {
      const trading = { symbol: 'A', ...USDT, listedAt: T0 };
      const broken = { ...trading, status: 'BREAK' as never };
      expect(await at.instruments.note(SPOT_MARKET, [trading])).toBe(1);
      expect(await at.instruments.note(SPOT_MARKET, [broken])).toBe(1);
      expect(await at.instruments.note(SPOT_MARKET, [broken])).toBe(0);
      expect(await at.instruments.note(SPOT_MARKET, [trading])).toBe(1);
      expect(await at.instruments.note(SPOT_MARKET, [trading])).toBe(0);
    });
  });

  describe('lives', () => {
    const isDue = async (before: number): Promise<unknown> => [
      await at.livesDue.due(before, 10),
      await at.livesDue.isDue(BTC, before),
    ];

    it('are due when they were never looked at completely, long ago, or before a list changed', async () => {
      expect(await isDue(at.now)).toEqual([[], false]);
      await at.store.saveListing(BTC, { listedAt: T0 });
      expect(await isDue(T0)).toEqual([[BTC], true]);
      await at.store.saveListing(BTC, { listedAt: T0 }, at.now);
      expect(await isDue(at.now)).toEqual([[], false]);
      expect(await isDue(at.now + 1)).toEqual([[BTC], true]);
      at.now += HOUR;
      await at.instruments.note(SPOT_MARKET, [{ symbol: 'BTCUSDT', ...USDT }]);
      expect(await isDue(T0)).toEqual([[BTC], true]);
      await at.store.saveListing(BTC, { listedAt: T0 }, at.now);
      expect(await isDue(T0)).toEqual([[], false]);
    });

    it('of a symbol that no list calls trading are due sooner while no end is known', async () => {
      await at.instruments.note(SPOT_MARKET, [{ symbol: 'BTCUSDT', ...USDT, status: 'BREAK' }]);
      await at.store.saveListing(BTC, { listedAt: T0 }, at.now);
      const due = (unclear?: number) => at.livesDue.due(T0, 10, unclear);
      expect([await due(), await due(at.now), await due(at.now + 1)]).toEqual([[], [], [BTC]]);
      await at.store.saveListing(BTC, { listedAt: T0, delistedAt: T0 + DAY }, at.now);
      expect(await due(at.now + 1)).toEqual([]);
    });

    it('come in the order of their last look', async () => {
      await at.store.saveListing(ETH, { listedAt: T0 }, T0);
      await at.store.saveListing(BTC, { listedAt: T0 }, T0 + 1);
      expect(await at.livesDue.due(at.now, 10)).toEqual([ETH, BTC]);
      expect(await at.livesDue.due(at.now, 1)).toEqual([ETH]);
    });
  });

  it('label rules are kept in the order of the decisions, with the newest comparison', async () => {
    expect([
      await at.labels.labelRules('metrics', 'A'),
      await at.labels.labelsChecked('metrics', 'A'),
    ]).toEqual([[], undefined]);
    const rule = { start: T0, end: Number.POSITIVE_INFINITY, shiftMs: 5 * MINUTE, held: true };
    await at.labels.noteLabels('metrics', 'A', { day: T0, verdicts: {} });
    await at.labels.noteLabels('metrics', 'A', {
      day: T0 + DAY,
      verdicts: {},
      hold: { rule, why: 'it fits' },
    });
    const later = { ...rule, shiftMs: 0, held: false };
    await at.labels.noteLabels('metrics', 'A', {
      day: T0 + DAY,
      verdicts: {},
      hold: { rule: later, why: 'no' },
    });
    expect(await at.labels.labelRules('metrics', 'A')).toEqual([rule, later]);
    expect(await at.labels.labelsChecked('metrics', 'A')).toBe(T0 + DAY);
    expect(await at.labels.labelRules('metrics', 'B')).toEqual([]);
  });

  it('aggregates have not seen what jobs wrote until it is noted', async () => {
    const price: Series = { source: 'price_klines', symbol: 'BTCUSDT', timeframe: '5m' };
    const page = (from: number, to: number) => {
      const set = [minutes(from, to)];
      return pageOf(set, { series: price, rows: candles(set, price), have: set });
    };
    const since = at.now;
    const by = (jobId: string) => ({ jobId, chunk: 'c' });
    await at.store.commit([page(0, 50)], by('one'));
    await at.store.commit([page(100, 150)], by('one'));
    await at.store.commit([page(50, 100)], by('two'));
    await at.store.commit([pageOf([minutes(0, 10)])], by('three'));
    const one = { jobId: 'one', symbols: ['BTCUSDT'], touched: [minutes(0, 50), minutes(100, 150)] };
    const two = { jobId: 'two', symbols: ['BTCUSDT'], touched: [minutes(50, 100)] };
    expect(await at.aggregates.pendingRefreshes(since)).toEqual([one, two]);
    expect(await at.aggregates.pendingRefreshes(since + 1)).toEqual([]);
    await at.aggregates.markRefreshed(['one']);
    await at.aggregates.markRefreshed(['one']);
    expect(await at.aggregates.pendingRefreshes(since)).toEqual([two]);
  });
}
