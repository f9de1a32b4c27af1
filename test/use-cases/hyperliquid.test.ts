import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type MemoryHost, startMemoryHost } from '../helpers/memory-host.ts';
import { standingTime } from '../helpers/standing-time.ts';

/** A venue that forgets by rows, from the simulator to the report. */
const NOW = Date.parse('2026-11-20T12:34:30Z');
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

let at: MemoryHost;
beforeAll(async () => {
  at = await startMemoryHost({ time: standingTime(NOW) });
});
afterAll(() => at?.[Symbol.asyncDispose]());

interface ReportRow {
  source: string;
  symbol: string;
  rows: number;
  gaps: { from: string; to: string }[];
  empty: { from: string; to: string; reason: string }[];
  perishable: { lost_at: string; days_left: number } | null;
}
const report = async (symbol: string): Promise<ReportRow> =>
  (await at.ask<ReportRow[]>(`/backfill/report?symbol=${encodeURIComponent(symbol)}`)).body.find(
    (row) => row.symbol === symbol,
  )!;
const order = (source: string, symbol: string, from: number, to = NOW) => ({
  source,
  symbols: [symbol],
  from: new Date(from).toISOString(),
  to: new Date(to).toISOString(),
});
const kept = (clock: number): string =>
  `${new Date(Math.ceil((clock - 4_990 * MINUTE) / MINUTE) * MINUTE).toISOString().slice(0, 19)}Z`;

describe('candles', () => {
  it('are what the venue keeps; what is behind the wall has expired and is not a gap', async () => {
    const job = await at.run(order('klines_hyperliquid_perp', 'kPEPE', NOW - 6 * DAY));
    expect(job).toMatchObject({ status: 'succeeded', failures: [] });
    const { rows, gaps, empty, perishable } = await report('kPEPE');
    expect(gaps).toEqual([]);
    expect(empty).toEqual([
      expect.objectContaining({ from: '2026-11-14T12:34:00Z', to: kept(NOW), reason: 'source-expired' }),
    ]);
    expect(perishable).toBeNull();
    expect(rows).toBe((Math.floor(NOW / MINUTE) * MINUTE - Date.parse(kept(NOW))) / MINUTE);
    const truth = new URLSearchParams({
      market: 'hyperliquid-perp',
      symbol: 'kPEPE',
      timeframe: '1m',
      start: kept(NOW),
      end: new Date(Math.floor(NOW / MINUTE) * MINUTE).toISOString(),
    });
    const answer = await fetch(`${at.venues.url}/_control/truth?${truth}`);
    expect(await answer.json()).toHaveLength(rows);
  });

  it('that could not be fetched are counted down, and are lost when the wall has passed', async () => {
    const fault = at.venues.faults.add({ kind: 'status', status: 422, match: 'candleSnapshot' });
    const from = NOW - 2 * DAY;
    const wanted = order('klines_hyperliquid_perp', 'BTC', from);
    // A body that the venue cannot read stays so: nothing is repeated.
    expect(await at.run(wanted)).toMatchObject({ status: 'failed' });
    const waiting = (await report('BTC')).perishable!;
    expect(Date.parse(waiting.lost_at)).toBe(Math.floor(from / MINUTE) * MINUTE + 4_990 * MINUTE);
    expect(waiting.days_left).toBe(1.46);

    fault.remove();
    at.time.skip(2 * DAY);
    expect(await at.run(wanted)).toMatchObject({ status: 'succeeded' });
    const { gaps, empty, perishable } = await report('BTC');
    expect([gaps, perishable]).toEqual([[], null]);
    expect(empty).toEqual([expect.objectContaining({ to: kept(at.time.clock()), reason: 'source-expired' })]);
  });

  it('of a minute without trades are no outage, and a pair is ordered by its number', async () => {
    const now = at.time.clock();
    await at.run(order('klines_hyperliquid_perp', 'QUIET', now - HOUR, now));
    const { gaps, empty } = await report('QUIET');
    expect([gaps, new Set(empty.map(({ reason }) => reason))]).toEqual([[], new Set(['zero-trade'])]);
    expect(await at.run(order('klines_hyperliquid_spot', '@107', now - HOUR, now))).toMatchObject({
      status: 'succeeded',
    });
    expect((await report('@107')).rows).toBe(60);
  });

  it.each(['KPEPE', 'kpepe'])('of %s are refused with the name as the venue writes it', async (symbol) => {
    const { status, body } = await at.ask('/backfill', {
      method: 'POST',
      body: JSON.stringify(order('klines_hyperliquid_perp', symbol, NOW - HOUR)),
    });
    expect([status, JSON.stringify(body)]).toEqual([422, expect.stringContaining('Write kPEPE.')]);
  });
});

it('funding is loaded over its pages: eight hours, then one, and hours that were never settled', async () => {
  const range = { from: '2023-05-01', to: '2023-09-01' };
  const job = await at.run({ source: 'funding_hyperliquid', symbols: ['ETH'], ...range });
  expect(job).toMatchObject({ status: 'succeeded', failures: [] });
  const rows = at.rows<{ time: string; raw_time: string; interval_hours: number | null }>({
    source: 'funding_hyperliquid',
    symbol: 'ETH',
    timeframe: '1h',
  });
  const changes = rows.filter((row, i) => i === 0 || row.interval_hours !== rows[i - 1]!.interval_hours);
  expect(changes.map(({ time, interval_hours }) => [time.slice(0, 13), interval_hours])).toEqual([
    ['2023-05-12T00', null],
    ['2023-05-12T08', 8],
    ['2023-06-08T01', 1],
  ]);
  const { gaps, empty } = (await at.ask<ReportRow[]>('/backfill/report?symbol=ETH')).body.find(
    ({ source }) => source === 'funding_hyperliquid',
  )!;
  expect(gaps).toEqual([]);
  expect(empty.filter(({ reason }) => reason !== 'pre-listing').map(({ from }) => from)).toEqual([
    '2023-07-02T20:00:00Z',
    '2023-08-23T20:00:00Z',
  ]);
});
