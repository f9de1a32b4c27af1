import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type MemoryHost, startMemoryHost } from '../helpers/memory-host.ts';
import { standingTime } from '../helpers/standing-time.ts';

/** Settlements that a venue lost and intervals that change, from the simulated venue to the report. */
const HOUR = 3_600_000;
const at = (text: string): number => Date.parse(text);

const time = standingTime(at('2026-11-10T00:00:00Z'));
const turnTo = (text: string): void => time.skip(at(text) - time.clock());
let host: MemoryHost;
beforeAll(async () => {
  host = await startMemoryHost({ time });
});
afterAll(() => host?.[Symbol.asyncDispose]());
afterEach(() => host.venues.faults.clear());

const run = (order: object) => host.run(order);

interface Reported {
  readonly source: string;
  readonly latest: string;
  readonly gaps: readonly { from: string; to: string; cause: string }[];
  readonly pending: readonly { from: string; to: string; rows: number }[];
  readonly empty: readonly { from: string; to: string; reason: string }[];
}
const report = async (source: string, symbol: string): Promise<Reported> => {
  const { body } = await host.ask<Reported[]>(`/backfill/report?symbol=${symbol}&source=${source}`);
  return body[0]!;
};

const fundingOf = (venue: string, symbol: string) =>
  ({ source: `funding_${venue}`, symbol, timeframe: '1h' }) as const;
const settlements = (venue: string, symbol: string, from: string, to: string) =>
  host
    .rows<{ time: string; interval_hours: number | null }>(fundingOf(venue, symbol))
    .map(({ time, interval_hours }) => ({ time: at(time), hours: interval_hours }))
    .filter(({ time }) => time >= at(from) && time < at(to));
const hoursOf = (venue: string, symbol: string, day: string): (number | null)[][] =>
  settlements(venue, symbol, day, new Date(at(day) + 24 * HOUR).toISOString()).map(({ time, hours }) => [
    (time - at(day)) / HOUR,
    hours,
  ]);

describe('a settlement of a 4-hourly symbol that lacks', () => {
  const MAY = { source: 'funding_binance', symbols: ['AVAXUSDT'], from: '2024-05-01', to: '2024-06-01' };
  const whole = [0, 4, 8, 12, 16, 20].map((hour) => [hour, 4]);

  it('in the archive comes from REST', async () => {
    host.venues.faults.add({
      kind: 'lost-settlement',
      hour: '2024-05-10T08:00Z',
      venue: 'binance-archive',
      match: 'fundingRate/AVAXUSDT',
    });
    expect(await run(MAY)).toMatchObject({ status: 'succeeded', rows_fetched: 31 * 6 });
    expect(hoursOf('binance', 'AVAXUSDT', '2024-05-10')).toEqual(whole);
    expect(await report('funding_binance', 'AVAXUSDT')).toMatchObject({ gaps: [], empty: [] });
  });

  it('in REST comes from the archive', async () => {
    host.venues.faults.add({ kind: 'lost-settlement', hour: '2024-04-10T08:00Z', venue: 'binance-usdm' });
    const order = { ...MAY, from: '2024-04-01', to: '2024-05-01' };
    expect(await run(order)).toMatchObject({ status: 'succeeded', rows_fetched: 30 * 6 });
    expect(hoursOf('binance', 'AVAXUSDT', '2024-04-10')).toEqual(whole);
  });

  it('in both is a hole with its proof, which is requested again later', async () => {
    const faults = [
      host.venues.faults.add({
        kind: 'lost-settlement',
        hour: '2026-10-25T08:00Z',
        venue: 'binance-archive',
        match: 'fundingRate/AVAXUSDT',
      }),
      host.venues.faults.add({ kind: 'lost-settlement', hour: '2026-10-25T08:00Z', venue: 'binance-usdm' }),
    ];
    const order = { ...MAY, from: '2026-10-01', to: '2026-11-01' };
    expect(await run(order)).toMatchObject({ status: 'succeeded', rows_fetched: 31 * 6 - 1 });
    expect(hoursOf('binance', 'AVAXUSDT', '2026-10-25')).toEqual(whole.toSpliced(2, 1));
    expect(await report('funding_binance', 'AVAXUSDT')).toMatchObject({
      gaps: [],
      empty: [{ from: '2026-10-25T08:00:00Z', to: '2026-10-25T12:00:00Z', reason: 'venue-outage' }],
    });
    for (const { id } of faults) host.venues.faults.remove(id);
    time.skip(17 * 24 * HOUR);
    expect(await run(order)).toMatchObject({ status: 'succeeded', rows_fetched: 1 });
    expect(hoursOf('binance', 'AVAXUSDT', '2026-10-25')).toEqual(whole);
    expect((await report('funding_binance', 'AVAXUSDT')).empty).toEqual([]);
  });

  it('at Bybit, which has no archive, is a hole too, and its interval is not 8 hours', async () => {
    const lost = host.venues.faults.add({
      kind: 'lost-settlement',
      hour: '2025-09-10T08:00Z',
      venue: 'bybit',
      match: 'symbol=NEWUSDT',
    });
    const order = { source: 'funding_bybit', symbols: ['NEWUSDT'], from: '2025-09-01', to: '2025-10-01' };
    expect(await run(order)).toMatchObject({ status: 'succeeded', rows_fetched: 30 * 6 - 1 });
    expect(hoursOf('bybit', 'NEWUSDT', '2025-09-10')).toEqual(whole.toSpliced(2, 1));
    expect((await report('funding_bybit', 'NEWUSDT')).empty).toEqual([
      { from: '2025-09-10T08:00:00Z', to: '2025-09-10T12:00:00Z', reason: 'venue-outage' },
    ]);
    lost.remove();
  });
});

describe('intervals of 8, 4, 1, 8 and 4 hours', () => {
  const JUNE = { symbols: ['AVAXUSDT'], from: '2024-05-30', to: '2024-06-20' };

  it.each([
    ['from the archive', 'funding_binance', 'AVAXUSDT', false],
    ['from REST', 'funding_binance', 'AVAXUSDT', true],
    ['from Bybit', 'funding_bybit', 'XRPUSDT', false],
  ])('have no gap and no hole %s', async (_where, source, symbol, withoutArchive) => {
    for (const venue of ['binance', 'bybit'])
      host.warehouse.deleteRows(fundingOf(venue, symbol), [{ start: at(JUNE.from), end: at(JUNE.to) }]);
    if (withoutArchive) host.venues.faults.add({ kind: 'not-found', match: '/fundingRate/AVAXUSDT' });
    const job = await run({ ...JUNE, source, symbols: [symbol] });
    expect(job).toMatchObject({ status: 'succeeded', failures: [] });
    const rows = settlements(source.slice('funding_'.length), symbol, JUNE.from, JUNE.to);
    expect(new Set(rows.map((row, i) => (i === 0 ? 8 : (row.time - rows[i - 1]!.time) / HOUR)))).toEqual(
      new Set(source === 'funding_bybit' ? [8, 4, 1] : [8, 4, 1, 3]),
    );
    expect(rows.every(({ hours }) => hours !== null)).toBe(true);
    const { gaps, empty } = await report(source, symbol);
    const inJune = [...gaps, ...empty].filter(
      ({ from, to }) => at(to) > at(JUNE.from) && at(from) < at(JUNE.to),
    );
    expect(inJune).toEqual([]);
  });
});

describe('at the border of what is settled', () => {
  it('a silence that may lack a settlement waits, and then it is a hole', async () => {
    turnTo('2026-11-22T12:15:00Z');
    host.venues.faults.add({ kind: 'lost-settlement', hour: '2026-11-22T08:00Z', venue: 'binance-usdm' });
    const order = { source: 'funding_binance', symbols: ['AVAXUSDT'], from: '2026-11-21T00:00:00Z' };
    expect(await run(order)).toMatchObject({ status: 'succeeded' });
    const hole = { from: '2026-11-22T08:00:00Z', to: '2026-11-22T12:00:00Z' };
    const pending = async () => {
      const { gaps, pending } = await report('funding_binance', 'AVAXUSDT');
      expect(gaps.filter(({ to }) => at(to) > at(hole.from))).toEqual([]);
      return pending;
    };
    // The interval of the settlement after it is not known either.
    expect(await pending()).toEqual([
      { from: hole.from, to: '2026-11-22T13:00:00Z', rows: 5, cause: 'not-yet-published' },
    ]);
    turnTo('2026-11-22T16:15:00Z');
    await run(order);
    expect(await pending()).toEqual([{ ...hole, rows: 4, cause: 'not-yet-published' }]);
    turnTo('2026-11-23T12:15:00Z');
    await run(order);
    const old = await report('funding_binance', 'AVAXUSDT');
    expect(old.empty).toContainEqual({ ...hole, reason: 'venue-outage' });
    expect(hoursOf('binance', 'AVAXUSDT', '2026-11-22').map(([hour, hours]) => [hour, hours])).toEqual(
      [0, 4, 12, 16, 20].map((hour) => [hour, 4]),
    );
  });
});
