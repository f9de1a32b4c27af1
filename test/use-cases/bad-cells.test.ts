import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Series } from '../../functions/core/series/series.ts';
import { floorTo, HOUR, iso, MINUTE } from '../../functions/core/time/time.ts';
import { type MemoryHost, startMemoryHost } from '../helpers/memory-host.ts';
import { standingTime } from '../helpers/standing-time.ts';

/** Cells that do not read and answers without a row, source by source; `test/host/faults/bad-cells.test.ts` has one in the database. */
const time = standingTime(floorTo(Date.now(), HOUR) + 10 * MINUTE);
let at: MemoryHost;
beforeAll(async () => {
  at = await startMemoryHost({ time });
});
afterAll(() => at?.[Symbol.asyncDispose]());
afterEach(() => at.venues.faults.clear());

const STABLECOINS: Series = { source: 'stablecoin_supply', symbol: 'ALL', timeframe: '1d' };
const INDEX: Series = { source: 'fear_greed', symbol: 'FNG', timeframe: '1d' };
const OPEN_INTEREST: Series = { source: 'open_interest_bybit', symbol: 'BTCUSDT', timeframe: '1h' };
const OPTIONS: Series = { source: 'gex_deribit', symbol: 'ETH', timeframe: '1h' };

const run = (order: object) => at.run(order);
const findings = (series: Series) =>
  at
    .findings(series)
    .filter(({ kind }) => kind === 'unreadable-cell')
    .map(({ time, detail }) => ({ time: new Date(time!), detail }));

interface Reported {
  gaps: { from: string; to: string; cause: string }[];
  empty: { from: string; to: string; reason: string }[];
}
const report = async (source: string) =>
  (await at.ask<Reported[]>(`/backfill/report?source=${source}`)).body[0]!;

describe('one bad cell', () => {
  it('in the chart of stablecoins leaves the other days, and of its own day what is known', async () => {
    at.venues.faults.add({
      kind: 'replace',
      venue: 'defillama',
      find: '"peggedEUR":[^,}]*',
      by: '"peggedEUR":null',
    });
    at.venues.faults.add({
      kind: 'replace',
      venue: 'defillama',
      find: '(totalCirculatingUSD":\\{[^}]*?"peggedEUR":)[^,}]*',
      by: '$1null',
    });
    const job = await run({
      source: 'stablecoin_supply',
      symbols: ['ALL'],
      from: '2017-11-01',
      to: '2025-01-01',
    });
    expect(job).toMatchObject({ status: 'succeeded', failures: [] });
    const [day, ...others] = findings(STABLECOINS);
    expect([day!.detail, others]).toEqual([{ field: 'peggedEUR', value: 'null', rows: 1 }, []]);
    const rows = at
      .rows<Record<string, unknown>>(STABLECOINS)
      .filter(({ circulating_usd }) => circulating_usd === null)
      .map(({ time, circulating_pegged_usd }) => [time, circulating_pegged_usd]);
    expect(rows).toEqual([[iso(day!.time.getTime()), expect.any(Number)]]);
    expect(job.rows_fetched).toBeGreaterThan(2_000);
  });

  it('in the index leaves the other days', async () => {
    at.venues.faults.add({
      kind: 'replace',
      venue: 'alternative-me',
      find: '"value":\\s*"[^"]*"(,\\s*"value_classification":\\s*"[^"]*",\\s*"timestamp":\\s*"1714521600")',
      by: '"value":""$1',
    });
    const job = await run({ source: 'fear_greed', from: '2024-04-01', to: '2024-06-01' });
    expect(job).toMatchObject({ status: 'succeeded', rows_fetched: 60 });
    expect(findings(INDEX)).toMatchObject([{ time: new Date('2024-05-01'), detail: { field: 'value' } }]);
    expect((await report('fear_greed')).empty).toEqual([
      { from: '2024-05-01T00:00:00Z', to: '2024-05-02T00:00:00Z', reason: 'not-published' },
    ]);
  });

  it('in the open interest of Bybit leaves the other hours', async () => {
    at.venues.faults.add({
      kind: 'replace',
      venue: 'bybit',
      match: 'open-interest',
      find: '"openInterest":"[^"]*"',
      by: '"openInterest":""',
    });
    const job = await run({
      source: 'open_interest_bybit',
      symbols: ['BTCUSDT'],
      from: '2025-02-01',
      to: '2025-02-04',
    });
    expect(job).toMatchObject({ status: 'succeeded', rows_fetched: 71 });
    expect(findings(OPEN_INTEREST)).toMatchObject([{ detail: { field: 'openInterest', rows: 1 } }]);
    const { gaps, empty } = await report('open_interest_bybit');
    expect([gaps, empty.map(({ reason }) => reason)]).toEqual([[], ['not-published']]);
  });
});

describe('an empty answer where there must be rows', () => {
  it('of all options is a gap with its cause, and is not proven', async () => {
    const empty = '{"jsonrpc":"2.0","result":[],"usIn":1,"usOut":2,"usDiff":1,"testnet":false}';
    const fault = at.venues.faults.add({
      kind: 'status',
      status: 200,
      body: empty,
      match: 'get_book_summary',
    });
    const hour = floorTo(time.clock(), HOUR);
    const job = await run({ source: 'gex_deribit', symbols: ['ETH'], from: new Date(hour).toISOString() });
    expect(fault.hits).toBeGreaterThan(2);
    expect(job).toMatchObject({ status: 'failed', failures: [{ code: 'empty-answer' }] });
    const states = at.warehouse.book(OPTIONS).spans.map(({ state }) => state);
    expect([...new Set(states)]).toEqual(['failed']);
  });

  it('of a known series of FRED is requested again, then a gap with its cause', async () => {
    const fault = at.venues.faults.add({
      kind: 'status',
      status: 200,
      body: '{"observations":[]}',
      match: '/fred/series/observations',
    });
    const order = { source: 'macro', symbols: ['UNRATE'], from: '2021-01-01', to: '2022-01-01' };
    const job = await run(order);
    expect(fault.hits).toBeGreaterThan(2);
    expect(job).toMatchObject({ status: 'failed', failures: [{ code: 'empty-answer' }] });
    const { gaps, empty } = await report('macro_fred');
    expect(new Set(gaps.map(({ cause }) => cause))).toEqual(new Set(['source-error']));
    expect([gaps.at(0)!.from, gaps.at(-1)!.to]).toEqual(['2021-01-01T00:00:00Z', '2022-01-01T00:00:00Z']);
    expect(empty).toEqual([]);
    at.venues.faults.clear();
    expect(await run(order)).toMatchObject({ status: 'succeeded', failures: [] });
  });

  it('of the whole history of an index, once, costs nothing', async () => {
    const body = '{"name":"Fear and Greed Index","data":[],"metadata":{"error":null}}';
    const fault = at.venues.faults.add({
      kind: 'status',
      status: 200,
      body,
      venue: 'alternative-me',
      times: 1,
    });
    const job = await run({ source: 'fear_greed', from: '2023-01-01', to: '2023-02-01' });
    expect(job).toMatchObject({ status: 'succeeded', rows_fetched: 31 });
    expect(fault.hits).toBe(1);
  });
});
