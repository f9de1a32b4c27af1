import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HOUR, MINUTE } from '../../../functions/core/time/time.ts';
import { options } from '../../../simulator/deribit/chain.ts';
import { indexPrice, quote } from '../../../simulator/deribit/quotes.ts';
import { pricesOf } from '../../../simulator/market/price.ts';
import { expectRealCounts } from '../../helpers/coverage.ts';
import { startTestHost, type TestHost } from '../../helpers/host.ts';

// Far enough before the next hour for what one test does.
const NOON = Date.parse('2025-03-20T12:10:00Z');
const offset = { ms: NOON - Date.now() };
const clock = (): number => Date.now() + offset.ms;

let at: TestHost;
beforeAll(async () => {
  at = await startTestHost({ clock }, clock);
});
afterAll(() => at?.[Symbol.asyncDispose]());

interface ReportRow {
  symbol: string;
  rows: number;
  earliest: string;
  latest: string;
  gaps: unknown[];
  empty: { from: string; to: string; reason: string }[];
}
const report = async () => (await at.ask<ReportRow[]>('/backfill/report')).body;
const run = async (order: object = {}) => at.wait((await at.order({ source: 'gex', ...order })).id);
const rows = () => at.sql`select * from market_data.gex_snapshots order by symbol, time, expiry, strike`;

/** What the simulated venue holds at an instant: its own gamma of each option that anybody has, and the index. */
function chainAt(currency: 'BTC' | 'ETH', now: number) {
  const { context } = at.venues.control;
  const prices = pricesOf(context);
  const held = options(context.seed, prices, currency, now)
    .map((option) => quote(context.seed, prices, option, now))
    .filter(({ openInterest }) => openInterest > 0);
  return { held, spot: indexPrice(prices, currency, now) };
}

describe('gex', () => {
  it('takes a snapshot of all options, whatever range is ordered', async () => {
    const job = await run({ from: '2025-01-01', to: '2025-03-01' });
    expect(job).toMatchObject({ status: 'succeeded', failures: [], timeframe: '1h' });
    expect(await report()).toMatchObject([
      {
        symbol: 'BTC',
        earliest: '2025-03-20T12:00:00Z',
        latest: '2025-03-20T12:00:00Z',
        gaps: [],
        empty: [],
      },
      {
        symbol: 'ETH',
        earliest: '2025-03-20T12:00:00Z',
        latest: '2025-03-20T12:00:00Z',
        gaps: [],
        empty: [],
      },
    ]);
    expect((await rows()).length).toBe(job.rows_fetched);
    expect(job.rows_fetched).toBeGreaterThan(400);
    const routes = at.venues.requests.all().map(({ route }) => route);
    expect(routes.filter((route) => route.includes('book_summary'))).toHaveLength(2);
  });

  it.each(['BTC', 'ETH'] as const)('has the gamma exposure of each strike of %s', async (currency) => {
    const stored = (await rows()).filter((row) => row.symbol === currency);
    const request = at.venues.requests.all().find(({ line }) => line.includes(`currency=${currency}`))!;
    const { held, spot } = chainAt(currency, request.at);
    const keys = new Set(held.map(({ option }) => `${option.expiry.at} ${option.strike}`));
    expect(stored.map((row) => `${row.expiry.getTime()} ${row.strike}`).sort()).toEqual([...keys].sort());
    for (const { option, value, openInterest } of held) {
      const row = stored.find((r) => r.expiry.getTime() === option.expiry.at && r.strike === option.strike)!;
      const [oi, gamma, gex] = option.call
        ? [row.call_oi, row.call_gamma, row.call_gex]
        : [row.put_oi, row.put_gamma, row.put_gex];
      expect(oi).toBe(openInterest);
      // Stamps of rows are some milliseconds older than the answer.
      expect(Math.abs(gamma / value.gamma - 1)).toBeLessThan(1e-5);
      expect(gex).toBe(gamma * oi * row.spot ** 2 * 0.01);
    }
    for (const row of stored) {
      expect(Math.abs(row.spot / spot - 1)).toBeLessThan(1e-3);
      expect(row.gross_gex).toBe(row.call_gex + row.put_gex);
    }
  });

  it('adds up to gross, call, put and net for the read-only role', async () => {
    const totals = await at.sql.begin(async (tx) => {
      await tx`set local role gordon_reader`;
      return tx`select * from market_data.gex_totals order by symbol`;
    });
    const stored = await rows();
    expect(totals.map(({ symbol }) => symbol)).toEqual(['BTC', 'ETH']);
    for (const total of totals) {
      const own = stored.filter(({ symbol }) => symbol === total.symbol);
      const sum = (column: string) => own.reduce((all, row) => all + row[column], 0);
      expect(total.strikes).toBe(own.length);
      expect(total.strikes_without_gamma).toBe(0);
      expect(total.call_gex).toBeCloseTo(sum('call_gex'), 0);
      expect(total.put_gex).toBeCloseTo(sum('put_gex'), 0);
      expect(total.gross_gex).toBe(total.call_gex + total.put_gex);
      expect(total.net_gex).toBe(total.call_gex - total.put_gex);
      expect(total.gross_gex).toBeGreaterThan(1e6);
    }
  });

  it('is in the coverage with its rows', async () => {
    await expectRealCounts(
      at,
      'gex',
      await at.sql`select symbol, count(*)::int as n from market_data.gex_snapshots group by 1`,
    );
  });

  it('takes no second snapshot in the same hour', async () => {
    const before = at.venues.requests.all().length;
    expect(await run()).toMatchObject({ status: 'succeeded', rows_fetched: 0 });
    expect(at.venues.requests.all().length).toBe(before);
  });

  it('takes the snapshot again within its hour when rows are lost', async () => {
    const before = (await rows()).length;
    await at.sql`delete from market_data.gex_snapshots where symbol = 'ETH' and strike > 2000`;
    expect((await run()).status).toBe('succeeded');
    expect((await rows()).length).toBe(before);
  });

  it('does not count a failed snapshot as taken', async () => {
    offset.ms += HOUR;
    const fault = at.venues.faults.add({ kind: 'status', status: 400, match: 'index_price' });
    const job = await run();
    fault.remove();
    expect(job.status).toBe('failed');
    expect(await report()).toMatchObject([{ gaps: [] }, { gaps: [] }]);
  });

  it('takes the next hour and reports missed hours as expired', async () => {
    offset.ms += 2 * HOUR + 5 * MINUTE;
    expect(await report()).toMatchObject([{ gaps: [{ rows: 1 }] }, { gaps: [{ rows: 1 }] }]);
    // An order without a range also covers what was requested before.
    expect((await run()).status).toBe('succeeded');
    const expired = { from: '2025-03-20T13:00:00Z', to: '2025-03-20T15:00:00Z', reason: 'source-expired' };
    expect(await report()).toMatchObject([
      { symbol: 'BTC', latest: '2025-03-20T15:00:00Z', gaps: [], empty: [expired] },
      { symbol: 'ETH', latest: '2025-03-20T15:00:00Z', gaps: [], empty: [expired] },
    ]);
  });
});

describe('option quotes', () => {
  const quotes = () => run({ source: 'option_quotes_deribit' });
  const seen = (word: string) => at.venues.requests.all().filter(({ line }) => line.includes(word)).length;

  it('bring the exposure of the same answers along, and the view computes the same', async () => {
    offset.ms += HOUR;
    const before = seen('book_summary');
    const job = await quotes();
    expect(job).toMatchObject({ status: 'succeeded', failures: [] });
    expect(seen('book_summary')).toBe(before + 2);
    const [newest] = await at.sql`select max(time) as time from market_data.option_quotes`;
    const time = newest!.time;
    const [counted] = await at.sql`select
      (select count(*) from market_data.option_quotes where time = ${time})::int as quotes,
      (select count(*) from market_data.gex_snapshots where time = ${time})::int as strikes`;
    expect(job.rows_fetched).toBe(counted!.quotes + counted!.strikes);
    const pairs = await at.sql`
      select s.symbol, v.symbol as of_view, s.call_oi, s.put_oi, v.call_oi as view_call_oi, v.put_oi as view_put_oi,
        s.call_gex, s.put_gex, s.gross_gex, v.call_gex as view_call_gex, v.put_gex as view_put_gex,
        v.gross_gex as view_gross_gex, v.index_price - s.spot as off, v.quoted_at = s.quoted_at as same
      from (select * from market_data.gex_snapshots where time = ${time}) s
      full join (select * from market_data.option_gex where time = ${time}) v
        on (v.symbol, v.expiry, v.strike) = (s.symbol, s.expiry, s.strike)`;
    expect(pairs.length).toBe(counted!.strikes);
    for (const pair of pairs) {
      expect(pair).toMatchObject({ of_view: pair.symbol, off: 0, same: true });
      expect([pair.view_call_oi, pair.view_put_oi]).toEqual([pair.call_oi, pair.put_oi]);
      for (const name of ['call_gex', 'put_gex', 'gross_gex']) {
        expect(Math.abs(pair[`view_${name}`] - pair[name])).toBeLessThanOrEqual(1e-12 * pair[name]);
      }
    }
    const seconds = await run();
    expect(seconds.rows_fetched).toBe(0);
  });

  it('have the greeks that the venue computes', async () => {
    const [row] = await at.sql`select instrument, delta, vega, theta, quoted_at from market_data.option_quotes
      where symbol = 'BTC' and open_interest > 0 and abs(delta) between 0.2 and 0.4 order by time desc, instrument limit 1`;
    const { context } = at.venues.control;
    const prices = pricesOf(context);
    const option = options(context.seed, prices, 'BTC', row!.quoted_at.getTime()).find(
      ({ name }) => name === row!.instrument,
    )!;
    const { value } = quote(context.seed, prices, option, row!.quoted_at.getTime());
    for (const name of ['delta', 'vega', 'theta'] as const) {
      expect(Math.abs(row![name] / value[name] - 1)).toBeLessThan(1e-4);
    }
  });

  it('make a skew and a term structure for each expiry', async () => {
    const rows = await at.sql`select t.*, s.risk_reversal_25 from market_data.option_term_structure t
      join market_data.option_skew s using (venue, origin, symbol, time, expiry, quote) where symbol = 'BTC'`;
    expect(rows.length).toBeGreaterThan(8);
    for (const row of rows) expect(row.atm_iv).toBeGreaterThan(20);
    expect(rows.filter(({ forward_iv }) => forward_iv !== null).length).toBeGreaterThan(rows.length / 2);
    // Downside is dearer in the simulated smile.
    expect(rows.filter(({ risk_reversal_25: skew }) => skew < 0).length).toBeGreaterThan(rows.length / 2);
  });

  it('are in the coverage with their rows, and deleted ones are noticed', async () => {
    const count = () =>
      at.sql<{ symbol: string; n: number }[]>`
        select symbol, count(*)::int as n from market_data.option_quotes group by 1 order by 1`;
    const before = await count();
    await expectRealCounts(at, 'option_quotes_deribit', before);
    await at.sql`delete from market_data.option_quotes where symbol = 'ETH' and strike > 2000`;
    expect((await quotes()).status).toBe('succeeded');
    expect(await count()).toEqual(before);
  });

  it('of Bybit stand beside Deribit’s in the same views, with their own volatilities', async () => {
    expect(await run({ source: 'option_quotes_bybit' })).toMatchObject({ status: 'succeeded', failures: [] });
    const [counted] = await at.sql`select count(*)::int as rows, count(mark_iv)::int as marked,
        count(*) filter (where mark_iv between 5 and 500)::int as percent,
        count(distinct quote)::int as quotes, count(delta)::int as greeks
      from market_data.option_quotes where venue = 'bybit'`;
    expect(counted!.rows).toBeGreaterThan(1000);
    expect(counted).toMatchObject({ quotes: 2, percent: counted!.marked, greeks: counted!.marked });
    expect(counted!.marked).toBeLessThan(counted!.rows);
    const found =
      await at.sql`select distinct kind from market_data.findings where source = 'option_quotes_bybit'`;
    expect(found.map(({ kind }) => kind)).toEqual(['capped-volatility']);
    const both = await at.sql`select symbol, string_agg(distinct venue, ' ' order by venue) as venues
      from market_data.option_term_structure group by symbol order by symbol`;
    expect(both.map(({ venues }) => venues)).toEqual(['bybit deribit', 'bybit deribit']);
    const gex =
      await at.sql`select sum(gross_gex) as gross from market_data.option_gex where venue = 'bybit'`;
    expect(gex[0]!.gross).toBeGreaterThan(1e6);
  });
});
