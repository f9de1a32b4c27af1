import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DAY } from '../../../functions/core/time/time.ts';
import { seriesOf } from '../../../simulator/fred/series.ts';
import { type Vintage, vintages } from '../../../simulator/fred/vintages.ts';
import { expectRealCounts } from '../../helpers/coverage.ts';
import { startHostOnPassingTime, type TestHost } from '../../helpers/host.ts';

interface ReportRow {
  symbol: string;
  rows: number;
  gaps: unknown[];
  empty: { from: string; to: string; reason: string }[];
}
const report = async (at: TestHost, query = '') =>
  (await at.ask<ReportRow[]>(`/backfill/report${query}`)).body;
const run = async (at: TestHost, order: object) =>
  at.wait((await at.order({ source: 'macro', ...order })).id);

const dayAfter = (day: string): Date => new Date(Date.parse(day) + DAY);

/** What the simulated venue has, as the table stores it: ends exclusive, null for the latest vintage. */
function truth(at: TestHost, symbol: string, from: string, to: string): unknown[][] {
  const { seed, now } = at.venues.control.context;
  return vintages(seed, seriesOf(symbol)!, now())
    .filter(({ date }) => date >= from && date < to)
    .map(({ date, value, from, until }: Vintage) => [
      new Date(date),
      symbol === 'SP500' ? dayAfter(date) : new Date(from),
      until === '9999-12-31' ? null : dayAfter(until),
      value === '.' ? null : Number(value),
    ]);
}

async function stored(at: TestHost, symbol: string): Promise<unknown[][]> {
  const rows = await at.sql`
    select time, realtime_start, realtime_end, value from market_data.macro_observations
    where symbol = ${symbol} order by time, realtime_start`;
  return rows.map((row) => Object.values(row));
}

describe('macro', () => {
  let at: TestHost;
  beforeAll(async () => {
    at = await startHostOnPassingTime();
  });
  afterAll(() => at?.[Symbol.asyncDispose]());

  const YEAR = { symbols: ['DGS10', 'CPIAUCSL', 'WALCL', 'SP500'], from: '2022-01-01', to: '2023-01-01' };

  it('fills a year with every vintage that the venue has', async () => {
    const job = await run(at, YEAR);
    expect(job).toMatchObject({ status: 'succeeded', failures: [] });
    for (const symbol of YEAR.symbols) {
      expect(await stored(at, symbol), symbol).toEqual(truth(at, symbol, YEAR.from, YEAR.to));
    }
    const rows = await report(at);
    expect(rows.map((r) => r.symbol)).toEqual(YEAR.symbols.toSorted());
    expect(rows.flatMap((r) => [...r.gaps, ...r.empty])).toEqual([]);
    expect(job.rows_fetched).toBe(rows.reduce((sum, r) => sum + r.rows, 0));
  });

  it('stores a holiday as null and keeps a revised value beside the first one', async () => {
    const [holiday] = await at.sql`
      select value from market_data.macro_observations where symbol = 'DGS10' and time = '2022-07-04'`;
    expect(holiday).toEqual({ value: null });
    const cpi = (await stored(at, 'CPIAUCSL')).map(([time]) => (time as Date).getTime());
    expect([cpi.length, new Set(cpi).size]).toEqual([24, 12]);
    const latest = await at.sql`select * from market_data.macro_latest where symbol = 'CPIAUCSL'`;
    expect(latest).toHaveLength(12);
  });

  it('fetches nothing that is stored', async () => {
    const before = at.venues.requests.all().length;
    expect(await run(at, YEAR)).toMatchObject({ status: 'succeeded', rows_fetched: 0 });
    expect(at.venues.requests.all().length).toBe(before);
  });

  it('restores exactly the deleted rows', async () => {
    const before = await stored(at, 'CPIAUCSL');
    await at.sql`delete from market_data.macro_observations
      where symbol = 'CPIAUCSL' and (time = '2022-03-01' or (time = '2022-06-01' and realtime_end is null))`;
    expect((await run(at, YEAR)).status).toBe('succeeded');
    expect(await stored(at, 'CPIAUCSL')).toEqual(before);
    expect(await at.sql`select 1 from market_data.findings`).toHaveLength(0);
  });

  it('is in the coverage with its rows, including vintages that may still be revised', async () => {
    await run(at, { symbols: ['T10Y2Y'], from: '2023-06-01' });
    await expectRealCounts(
      at,
      'macro',
      await at.sql`select symbol, count(*)::int as n from market_data.macro_observations group by 1`,
    );
  });

  it('requests an old daily series in real-time periods that FRED accepts', async () => {
    const order = { symbols: ['DGS2'], from: '2009-12-01', to: '2010-02-01' };
    expect(await run(at, order)).toMatchObject({ status: 'succeeded', failures: [] });
    expect(await stored(at, 'DGS2')).toEqual(truth(at, 'DGS2', order.from, order.to));
    const periods = at.venues.requests
      .all()
      .map(({ line }) => new URL(line.split(' ')[1]!, at.venues.url).searchParams)
      .filter((query) => query.get('series_id') === 'DGS2')
      .map((query) => `${query.get('realtime_start')} ${query.get('realtime_end')}`);
    expect(new Set(periods).size).toBeGreaterThan(2);
  });

  it('requests once per job what may still be revised', async () => {
    const before = at.venues.requests.all().length;
    const job = await run(at, { symbols: ['UNRATE'], from: '2024-06-01' });
    expect(job.status).toBe('succeeded');
    expect(job.chunks.map(({ state, progress }) => [state, progress])).toEqual(
      Array.from({ length: 3 }, () => ['done', 1]),
    );
    const lines = at.venues.requests
      .all()
      .slice(before)
      .filter(({ status }) => status === 200)
      .map(({ line }) => line);
    expect(lines.length).toBeGreaterThanOrEqual(3);
    expect(lines).toEqual([...new Set(lines)]);
    expect(await stored(at, 'UNRATE')).toEqual(truth(at, 'UNRATE', '2024-06-01', '2030-01-01'));
  });

  it('proves that there was nothing before the first observation', async () => {
    const order = { symbols: ['VIXCLS'], from: '1988-06-01', to: '1990-02-01' };
    expect(await run(at, order)).toMatchObject({ status: 'succeeded', failures: [] });
    const [row] = await report(at, '?symbol=VIXCLS');
    expect(row!.gaps).toEqual([]);
    expect(row!.empty).toEqual([
      { from: '1988-06-01T00:00:00Z', to: '1990-01-01T00:00:00Z', reason: 'pre-listing' },
    ]);
    expect(await stored(at, 'VIXCLS')).toEqual(truth(at, 'VIXCLS', order.from, order.to));
  });

  it('keeps the key out of everything that it writes', async () => {
    const key = at.venues.env.FRED_API_KEY!;
    expect(key).toHaveLength(32);
    const [ledger] = await at.sql`select string_agg(c::text, ' ') as text from market_data.coverage c`;
    expect(ledger!.text).toContain('/fred/series/observations');
    expect(ledger!.text).not.toContain(key);
  });
});
