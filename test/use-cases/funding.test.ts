import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { binanceTruth, bybitTruth, type Settlement } from '../helpers/funding-truth.ts';
import { type MemoryHost, startMemoryHost } from '../helpers/memory-host.ts';
import { recorded } from '../helpers/recorded.ts';

/** Intervals and holes of funding, from the simulated venues to the report; `test/host/sources/funding.test.ts` has a year in the database. */
const HOUR = 3_600_000;

const RECORDING = 'binance_usdm/SOLUSDT_fundingRate_full.json';
const recording = recorded(RECORDING);
const recordedRows = JSON.parse(recording ?? '[]') as Settlement[];

let at: MemoryHost;
beforeAll(async () => {
  at = await startMemoryHost();
});
afterAll(() => at?.[Symbol.asyncDispose]());
afterEach(() => at.venues.faults.clear());

const run = (order: object) => at.run(order);

interface ReportRow {
  source: string;
  symbol: string;
  rows: number;
  gaps: unknown[];
  empty: { from: string; to: string; reason: string }[];
}
const report = async (symbol: string, source: string) =>
  (await at.ask<ReportRow[]>(`/backfill/report?symbol=${symbol}`)).body.find((row) => row.source === source)!;

const fundingOf = (venue: string, symbol: string) =>
  ({ source: `funding_${venue}`, symbol, timeframe: '1h' }) as const;

interface Row {
  readonly time: string;
  readonly raw_time: string;
  readonly rate: number;
  readonly interval_hours: number | null;
  readonly mark_price: number | null;
}
const storedIn = (host: MemoryHost, venue: string, symbol: string, from: string, to: string) =>
  host
    .rows<Row>(fundingOf(venue, symbol))
    .map(({ time, raw_time, rate, interval_hours, mark_price }) => ({
      time: Date.parse(time),
      raw: Date.parse(raw_time),
      rate,
      hours: interval_hours,
      mark: mark_price,
    }))
    .filter(({ time }) => time >= Date.parse(from) && time < Date.parse(to));
const stored = (venue: string, symbol: string, from: string, to: string) =>
  storedIn(at, venue, symbol, from, to);

describe('intervals', () => {
  const NOVEMBER = { source: 'funding', symbols: ['SOLUSDT'], from: '2022-11-01', to: '2022-12-01' };
  const hoursOf = (venue: string, symbol: string, from: string, to: string) => {
    const rows = stored(venue, symbol, from, to);
    const changes = rows.filter((row, i) => i === 0 || row.hours !== rows[i - 1]!.hours);
    return changes.map(({ time, hours }) => [new Date(time).toISOString().slice(0, 13), hours]);
  };

  it('are 8, 4, 2 and 8 hours in one month, from the archive', async () => {
    expect(await run(NOVEMBER)).toMatchObject({ status: 'succeeded', failures: [] });
    expect(hoursOf('binance', 'SOLUSDT', NOVEMBER.from, NOVEMBER.to)).toEqual([
      ['2022-11-01T00', 8],
      ['2022-11-09T20', 4],
      ['2022-11-10T10', 2],
      ['2022-11-18T08', 8],
    ]);
    expect((await report('SOLUSDT', 'funding_binance')).gaps).toEqual([]);
  });

  it('are the same where only REST has them', async () => {
    const fromArchive = stored('binance', 'SOLUSDT', NOVEMBER.from, NOVEMBER.to);
    for (const venue of ['binance', 'bybit'])
      at.warehouse.deleteRows(fundingOf(venue, 'SOLUSDT'), [{ start: 0, end: Number.POSITIVE_INFINITY }]);
    at.venues.faults.add({ kind: 'not-found', match: '/fundingRate/' });
    expect(await run({ ...NOVEMBER, source: 'funding_binance' })).toMatchObject({ status: 'succeeded' });
    // The archive has no mark price, and REST had none yet.
    expect(stored('binance', 'SOLUSDT', NOVEMBER.from, NOVEMBER.to)).toEqual(fromArchive);
  });

  it('are found on the pages of Bybit too, across their borders', async () => {
    const range = ['2022-10-01', '2023-02-01'] as const;
    await run({ source: 'funding_bybit', symbols: ['SOLUSDT'], from: range[0], to: range[1] });
    const rows = stored('bybit', 'SOLUSDT', ...range);
    expect(rows.map(({ time, rate }) => [time, rate])).toEqual(
      await bybitTruth(at.venues.env, 'SOLUSDT', ...range),
    );
    const since = rows.map(({ time }, i) => (i === 0 ? 8 : (time - rows[i - 1]!.time) / HOUR));
    expect(rows.map(({ hours }) => hours)).toEqual(since);
    expect(new Set(since)).toEqual(new Set([8, 4, 2]));
  });

  it('of one hour load, and the first of a new symbol is not known', async () => {
    const order = { source: 'funding_binance', symbols: ['NEWUSDT'], from: '2025-06-01', to: '2025-09-01' };
    expect(await run(order)).toMatchObject({ status: 'succeeded', failures: [] });
    expect(new Set(hoursOf('binance', 'NEWUSDT', order.from, order.to).map(([, h]) => h))).toEqual(
      new Set([4, 1]),
    );
    const truth = await binanceTruth(at.venues.env, 'NEWUSDT', order.from, order.to);
    expect(stored('binance', 'NEWUSDT', order.from, order.to).map(({ raw }) => raw)).toEqual(
      truth.map((row) => row.fundingTime),
    );
  });
});

describe('holes', () => {
  it('before the first settlement and after the last are proven', async () => {
    const young = { source: 'funding', symbols: ['NEWUSDT'], from: '2025-05-01', to: '2025-09-01' };
    const old = { source: 'funding', symbols: ['OLDUSDT'], from: '2025-02-01', to: '2025-08-01' };
    for (const order of [young, old]) expect(await run(order)).toMatchObject({ status: 'succeeded' });
    for (const source of ['funding_binance', 'funding_bybit']) {
      const before = await report('NEWUSDT', source);
      const after = await report('OLDUSDT', source);
      expect([before.gaps, before.empty.map(({ reason }) => reason)]).toEqual([[], ['pre-listing']]);
      expect([after.gaps, after.empty.map(({ reason }) => reason)]).toEqual([[], ['delisted']]);
    }
  });

  it('in a month of the archive are filled from REST, mark price included', async () => {
    at.venues.faults.add({ kind: 'drop-day', match: 'fundingRate/XRPUSDT', day: '15' });
    const order = { source: 'funding_binance', symbols: ['XRPUSDT'], from: '2025-03-01', to: '2025-04-01' };
    expect(await run(order)).toMatchObject({ status: 'succeeded', rows_fetched: 93 });
    const rows = stored('binance', 'XRPUSDT', '2025-03-15', '2025-03-16');
    const truth = await binanceTruth(at.venues.env, 'XRPUSDT', '2025-03-15', '2025-03-16');
    expect(rows.map(({ raw, hours, mark }) => [raw, hours, mark])).toEqual(
      truth.map((row) => [row.fundingTime, 8, Number(row.markPrice)]),
    );
    expect(await report('XRPUSDT', 'funding_binance')).toMatchObject({ gaps: [], empty: [] });
  });
});

describe.skipIf(recording === undefined)('recorded settlements (skipped where there is no recording)', () => {
  it('are stored as they came, years of them, with the intervals that they show', async () => {
    const rows = recordedRows.map((row) => [row.fundingTime, row.fundingRate, row.markPrice]);
    const overrides = { rows: [{ market: 'um', symbol: 'SOLUSDT', interval: 'fundingRate', rows }] };
    // A venue of its own: the symbol's life is another one there.
    await using other = await startMemoryHost({ venues: { overrides } });
    other.venues.faults.add({ kind: 'not-found', match: '/fundingRate/SOLUSDT' });
    const [first, last] = [recordedRows[0]!, recordedRows.at(-1)!];
    const order = {
      source: 'funding_binance',
      symbols: ['SOLUSDT'],
      from: new Date(first.fundingTime - (first.fundingTime % HOUR)).toISOString(),
      to: new Date(last.fundingTime + HOUR).toISOString(),
    };
    const job = await other.run(order);
    expect(job).toMatchObject({ status: 'succeeded', rows_fetched: 6_351, failures: [] });
    const kept = storedIn(other, 'binance', 'SOLUSDT', order.from, order.to);
    expect(kept.map(({ raw, rate, mark }) => [raw, rate, mark])).toEqual(
      recordedRows.map((row) => [
        row.fundingTime,
        Number(row.fundingRate),
        row.markPrice === '' ? null : Number(row.markPrice),
      ]),
    );
    expect(kept.every(({ time, raw }) => time % HOUR === 0 && Math.abs(raw - time) < 1_000)).toBe(true);
    const since = kept.map(({ time }, i) => (i === 0 ? null : (time - kept[i - 1]!.time) / HOUR));
    expect(kept.map(({ hours }) => hours)).toEqual(since);
    expect(new Set(since)).toEqual(new Set([null, 8, 4, 2]));
  });
});
