import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { DAY, floorTo, HOUR, isoDay, MINUTE } from '../../../functions/core/time/time.ts';
import { startHostOnPassingTime, type TestHost } from '../../helpers/host.ts';
import { passingTime } from '../../helpers/passing-time.ts';

/** Ten minutes into the hour, so that none ends during the tests. */
const time = passingTime(floorTo(Date.now(), HOUR) + 10 * MINUTE);
let at: TestHost;
beforeAll(async () => {
  at = await startHostOnPassingTime(time);
});
afterAll(() => at?.[Symbol.asyncDispose]());
afterEach(() => at.venues.faults.clear());

const run = async (order: object) => at.wait((await at.order(order)).id);
const findings = (source: string) =>
  at.sql`select time, detail from market_data.findings where source = ${source} and kind = 'unreadable-cell'`;

interface Reported {
  gaps: unknown[];
}
const report = async (source: string) =>
  (await at.ask<Reported[]>(`/backfill/report?source=${source}`)).body[0]!;

describe('one bad cell', () => {
  it('in the options leaves the snapshot, without a number that nobody knows', async () => {
    at.venues.faults.add({
      kind: 'replace',
      venue: 'deribit',
      match: 'get_book_summary',
      find: '"open_interest":[1-9][^,}]*',
      by: '"open_interest":null',
    });
    const job = await run({ source: 'gex_deribit', symbols: ['BTC'], from: isoDay(time.clock() - DAY) });
    expect(job.rows_fetched).toBeGreaterThan(100);
    expect(await findings('gex_deribit')).toMatchObject([{ detail: { field: 'open_interest', rows: 1 } }]);
    const unknown = await at.sql`
      select gross_gex from market_data.gex_snapshots where call_oi is null or put_oi is null`;
    expect(unknown).toEqual([{ gross_gex: null }]);
  });
});

describe('one bad cell of a file of the archive', () => {
  it('leaves the other rows of its month, and its own row is requested from the next tier', async () => {
    at.venues.faults.add({
      kind: 'bad-cell',
      match: '/monthly/klines/BTCUSDT/1h/BTCUSDT-1h-2024-03.zip',
      column: 5,
      text: 'n/a',
    });
    const job = await run({
      source: 'klines_spot',
      symbols: ['BTCUSDT'],
      timeframe: '1h',
      from: '2024-03-01',
      to: '2024-04-01',
    });
    expect(job).toMatchObject({ status: 'succeeded', rows_fetched: 31 * 24, failures: [] });
    const time = new Date('2024-03-16T12:00Z');
    expect(await findings('klines_spot')).toEqual([
      { time, detail: { field: 'close', value: 'n/a', rows: 1, line: 373, column: 5 } },
    ]);
    const spans = await at.sql`
      select object like '%monthly%' as whole, sum(rows)::int as rows from market_data.coverage
      where source = 'klines_spot' and state = 'have' group by 1 order by 1`;
    expect(spans).toEqual([
      { whole: false, rows: 1 },
      { whole: true, rows: 31 * 24 - 1 },
    ]);
    expect((await report('klines_spot')).gaps).toEqual([]);
  });
});
