import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../helpers/database.ts';

const TIME = '2025-03-20T09:00:00Z';

let database: TestDatabase;
let sql: ReturnType<TestDatabase['connect']>;
beforeAll(async () => {
  database = await createTestDatabase();
  sql = database.connect();
});
afterAll(() => database?.[Symbol.asyncDispose]());

interface Quote {
  readonly origin?: string;
  readonly index_price?: number | null;
  readonly strike: number;
  readonly kind: 'call' | 'put';
  readonly expiry?: string;
  readonly open_interest?: number | null;
  readonly mark_iv?: number | null;
  readonly delta?: number | null;
  readonly gamma?: number | null;
}

const store = async (symbol: string, quotes: readonly Quote[]): Promise<void> => {
  for (const { expiry = '2025-03-30T09:00:00Z', ...quote } of quotes) {
    const row = {
      venue: 'deribit',
      origin: 'snapshot',
      symbol,
      time: TIME,
      instrument: `${symbol}-${expiry}-${quote.strike}-${quote.kind}`,
      expiry,
      quote: symbol,
      open_interest: 1,
      mark_iv: 50,
      delta: 0.5,
      gamma: 0.0001,
      underlying_price: 101,
      index_price: 100,
      quoted_at: TIME,
      ...quote,
    };
    await sql`insert into market_data.option_quotes ${sql(row)}`;
  }
};

describe('exposure', () => {
  it('adds up both kinds of a strike, and leaves out what nobody holds', async () => {
    await store('AAA', [
      { strike: 100, kind: 'call', open_interest: 3 },
      { strike: 100, kind: 'put', open_interest: 2 },
      { strike: 110, kind: 'call', open_interest: 0 },
      { strike: 120, kind: 'call', open_interest: 5 },
      { strike: 120, kind: 'put', open_interest: 0, gamma: null },
    ]);
    const rows = await sql`select strike, call_oi, put_oi, call_gex, put_gex, gross_gex, index_price
      from market_data.option_gex where symbol = 'AAA' order by strike`;
    expect(rows.map((row) => Object.values(row))).toEqual([
      [100, 3, 2, expect.closeTo(0.03, 12), expect.closeTo(0.02, 12), expect.closeTo(0.05, 12), 100],
      [120, 5, 0, expect.closeTo(0.05, 12), 0, expect.closeTo(0.05, 12), 100],
    ]);
  });

  it('of chains that others recorded is that of the future where they have no index', async () => {
    const quotes = ['tardis', 'snapshot'].map(
      (origin): Quote => ({ origin, strike: 100, kind: 'call', index_price: null }),
    );
    await store('RECORDED', [...quotes, { origin: 'tardis', strike: 110, kind: 'call' }]);
    const rows = await sql`select origin, strike, gross_gex, index_price from market_data.option_gex
      where symbol = 'RECORDED' order by origin, strike`;
    expect(rows.map((row) => Object.values(row))).toEqual([
      ['snapshot', 100, null, null],
      ['tardis', 100, expect.closeTo(0.0001 * 101 ** 2 * 0.01, 12), null],
      ['tardis', 110, expect.closeTo(0.01, 12), 100],
    ]);
  });

  it('is unknown where the gamma or the interest of a held option is', async () => {
    await store('BBB', [
      { strike: 100, kind: 'call', gamma: null },
      { strike: 100, kind: 'put' },
      { strike: 110, kind: 'put', open_interest: null },
    ]);
    const rows = await sql`select call_oi, put_oi, call_gex, put_gex, gross_gex
      from market_data.option_gex where symbol = 'BBB' order by strike`;
    expect(rows.map((row) => Object.values(row))).toEqual([
      [1, 1, null, expect.closeTo(0.01, 12), null],
      [0, null, 0, null, null],
    ]);
  });
});

describe('skew and term structure', () => {
  it('lie between the strikes on both sides of a delta', async () => {
    await store('CCC', [
      { strike: 90, kind: 'call', delta: 0.7, mark_iv: 54 },
      { strike: 100, kind: 'call', delta: 0.4, mark_iv: 48 },
      { strike: 110, kind: 'call', delta: 0.2, mark_iv: 52 },
      { strike: 90, kind: 'put', delta: -0.3, mark_iv: 54 },
      { strike: 80, kind: 'put', delta: -0.1, mark_iv: 62 },
      { strike: 70, kind: 'put', delta: null, mark_iv: null },
    ]);
    const [row] = await sql`select days, atm_iv, call_25_iv, put_25_iv, risk_reversal_25, butterfly_25
      from market_data.option_skew where symbol = 'CCC'`;
    expect(Object.values(row!).map(Number)).toEqual(
      [10, 50, 51, 56, -5, 3.5].map((value) => expect.closeTo(value, 9)),
    );
  });

  it('have no volatility beyond the outermost strike', async () => {
    await store('DDD', [
      { strike: 90, kind: 'call', delta: 0.7 },
      { strike: 100, kind: 'call', delta: 0.4 },
    ]);
    const rows = await sql`select atm_iv, call_25_iv, put_25_iv, risk_reversal_25, butterfly_25
      from market_data.option_skew where symbol = 'DDD'`;
    expect(rows.map((row) => Object.values(row))).toEqual([[50, null, null, null, null]]);
  });

  it('give the volatility from one expiry to the next, where variance does not fall', async () => {
    const around = (expiry: string, iv: number): Quote[] => [
      { strike: 90, kind: 'call', delta: 0.6, mark_iv: iv, expiry },
      { strike: 100, kind: 'call', delta: 0.4, mark_iv: iv, expiry },
    ];
    await store('EEE', [
      ...around('2025-03-30T09:00:00Z', 40),
      ...around('2025-04-09T09:00:00Z', 50),
      ...around('2025-04-10T09:00:00Z', 20),
    ]);
    const rows = await sql`select days, atm_iv, forward_iv, annual_basis
      from market_data.option_term_structure where symbol = 'EEE' order by expiry`;
    expect(rows.map(({ days, atm_iv, forward_iv }) => [Number(days), atm_iv, forward_iv])).toEqual([
      [10, 40, null],
      // 20 days of 50 % squared, less 10 of 40 % squared, over 10 days.
      [20, 50, expect.closeTo(Math.sqrt((20 * 2500 - 10 * 1600) / 10), 9)],
      [21, 20, null],
    ]);
    expect(rows[0]!.annual_basis).toBeCloseTo(36.5, 9);
  });
});
