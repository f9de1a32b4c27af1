import { beforeEach, describe, expect, it } from 'vitest';
import { DAY, HOUR } from '../../../functions/core/time/time.ts';
import { black76 } from '../../../simulator/deribit/black76.ts';
import { recorded, recordingsAbsent } from '../../helpers/recorded.ts';
import { simulateAt } from '../simulator.ts';

const NOW = '2025-11-20T12:34:30Z';
const now = Date.parse(NOW);
const { venues, get } = await simulateAt(NOW);

interface Summary {
  readonly instrument_name: string;
  readonly open_interest: number;
  readonly mark_iv: number;
  readonly mark_price: number;
  readonly underlying_price: number;
  readonly underlying_index: string;
  readonly estimated_delivery_price: number;
  readonly creation_timestamp: number;
  readonly last: number | null;
  readonly bid_price: number | null;
  readonly ask_price: number | null;
  readonly mid_price: number | null;
}

const call = (path: string, ip?: string) => get(`/deribit/api/v2/public/${path}`, ip);
const summaries = async (query = 'currency=BTC&kind=option'): Promise<Summary[]> =>
  (await call(`get_book_summary_by_currency?${query}`)).json().result;
const expiryOf = (name: string): number => {
  const code = name.split('-')[1] as string;
  return Date.parse(`${code.slice(0, -5)} ${code.slice(-5, -2)} 20${code.slice(-2)} 08:00 UTC`);
};

beforeEach(() => {
  venues.control.clock.hold(now);
  venues.control.limits.reset();
  venues.faults.clear();
});

describe('book summary', () => {
  it('comes in the envelope, some 850 rows, unsorted, numbers as JSON numbers', async () => {
    const { text, json } = await call('get_book_summary_by_currency?currency=BTC&kind=option');
    const { result, ...rest } = json();
    expect(Object.keys(json())).toEqual(['jsonrpc', 'result', 'usIn', 'usOut', 'usDiff', 'testnet']);
    expect(rest).toEqual({
      jsonrpc: '2.0',
      usIn: now * 1000,
      usOut: now * 1000 + 600,
      usDiff: 600,
      testnet: false,
    });
    expect(result.length).toBeGreaterThan(600);
    expect(result.length).toBeLessThan(1100);
    expect(text.length).toBeGreaterThan(250_000);
    const names = result.map((r: Summary) => r.instrument_name);
    expect(new Set(names).size).toBe(names.length);
    expect(names).not.toEqual(names.toSorted());
    expect(Object.keys(result[0])).toHaveLength(20);
    for (const row of result) {
      for (const [key, value] of Object.entries(row)) {
        if (
          value === null ||
          ['instrument_name', 'underlying_index', 'quote_currency', 'base_currency'].includes(key)
        )
          continue;
        expect(value, key).toBeTypeOf('number');
      }
    }
    expect(text).toMatch(/"interest_rate":0\.0,/);
  });

  it('lists calls and puts of days, weeks, months and quarters, all at eight o’clock to come', async () => {
    const rows = await summaries();
    const expiries = [...new Set(rows.map((r) => expiryOf(r.instrument_name)))].toSorted((a, b) => a - b);
    expect(expiries.map((t) => new Date(t).toISOString().slice(0, 10))).toEqual([
      '2025-11-21',
      '2025-11-22',
      '2025-11-23',
      '2025-11-28',
      '2025-12-05',
      '2025-12-12',
      '2025-12-26',
      '2026-01-30',
      '2026-03-27',
      '2026-06-26',
      '2026-09-25',
    ]);
    const names = new Set(rows.map((r) => r.instrument_name));
    for (const name of names) {
      expect(names.has(name.endsWith('-C') ? name.replace(/-C$/, '-P') : name.replace(/-P$/, '-C'))).toBe(
        true,
      );
    }
  });

  it('names the underlying: the index on the last day, a synthetic future, a future', async () => {
    const rows = await summaries();
    const underlying = (code: string) =>
      rows.find((r) => r.instrument_name.includes(`-${code}-`))?.underlying_index;
    expect(underlying('21NOV25')).toBe('index_price');
    expect(underlying('22NOV25')).toBe('SYN.BTC-22NOV25');
    expect(underlying('27MAR26')).toBe('BTC-27MAR26');
    const { result } = (await call('get_index_price?index_name=btc_usd')).json();
    expect(result).toEqual({
      index_price: rows[0]?.estimated_delivery_price,
      estimated_delivery_price: result.index_price,
    });
    const close = (await get('/binance-spot/api/v3/klines?symbol=BTCUSDT&interval=1m&limit=1')).json()[0][4];
    expect(result.index_price / Number(close)).toBeCloseTo(1, 2);
  });

  it('smiles, and marks by Black-76', async () => {
    const rows = (await summaries()).filter(
      (r) => r.instrument_name.includes('-26DEC25-') && r.instrument_name.endsWith('-C'),
    );
    const strike = (r: Summary) => Number(r.instrument_name.split('-')[2]);
    rows.sort((a, b) => strike(a) - strike(b));
    const atm = rows.reduce((a, b) =>
      Math.abs(strike(b) - b.underlying_price) < Math.abs(strike(a) - a.underlying_price) ? b : a,
    );
    expect(rows[0]?.mark_iv).toBeGreaterThan(atm.mark_iv);
    expect(rows.at(-1)?.mark_iv).toBeGreaterThan(atm.mark_iv);
    for (const row of rows) {
      const left = expiryOf(row.instrument_name) - now;
      const { price } = black76({
        call: true,
        forward: row.underlying_price,
        strike: strike(row),
        left,
        iv: row.mark_iv,
      });
      expect(row.mark_price).toBeCloseTo(price / row.underlying_price, 7);
    }
  });

  it('has nulls where there are no quotes or trades, and no interest in strikes listed today', async () => {
    const rows = await summaries();
    expect(rows.some((r) => r.bid_price === null && r.mid_price === null)).toBe(true);
    expect(rows.some((r) => r.ask_price === null && r.mid_price === null)).toBe(true);
    const fresh = rows.filter((r) => expiryOf(r.instrument_name) === Date.parse('2025-11-23T08:00:00Z'));
    expect(fresh.length).toBeGreaterThan(0);
    for (const row of fresh) expect([row.open_interest, row.last]).toEqual([0, null]);
    expect(rows.filter((r) => r.open_interest > 0).length).toBeGreaterThan(rows.length / 2);
  });

  it('stamps its rows some milliseconds apart', async () => {
    const stamps = new Set((await summaries()).map((r) => r.creation_timestamp));
    expect(stamps.size).toBeGreaterThan(1);
    for (const at of stamps) expect(now - at).toBeLessThanOrEqual(8);
  });

  it('is the same for the same seed and instant, and another an hour later', async () => {
    const first = await summaries();
    venues.control.clock.advance(HOUR);
    const later = await summaries();
    venues.control.clock.hold(now);
    expect(await summaries()).toEqual(first);
    expect(later).not.toEqual(first);
  });

  it('lists new expiries and forgets old ones at eight', async () => {
    const names = async (text: string) => {
      venues.control.clock.hold(Date.parse(text));
      return new Set((await summaries()).map((r) => r.instrument_name.split('-')[1]));
    };
    const before = await names('2025-11-21T07:59:59Z');
    const after = await names('2025-11-21T08:00:00Z');
    expect([before.has('21NOV25'), after.has('21NOV25')]).toEqual([true, false]);
    expect([before.has('24NOV25'), after.has('24NOV25')]).toEqual([false, true]);
  });

  it('knows ether, and no options of other currencies and kinds', async () => {
    const ether = await summaries('currency=ETH&kind=option');
    expect(ether.length).toBeGreaterThan(300);
    expect(ether[0]?.instrument_name).toMatch(/^ETH-\d{1,2}[A-Z]{3}\d{2}-\d+-[CP]$/);
    expect(await summaries('currency=USDC&kind=option')).toEqual([]);
    expect(await summaries('currency=BTC&kind=future')).toEqual([]);
  });
});

describe('get_instruments', () => {
  it('lists what the summary lists, with the keys and types of the recording', async (context) => {
    const recording = recorded('deribit/get_instruments_ETH_2021-07-22.json');
    if (recording === undefined) return context.skip(recordingsAbsent ?? 'no such recording');
    const [theirs] = JSON.parse(recording).result;
    const { result } = (await call('get_instruments?currency=BTC&kind=option&expired=false')).json();
    for (const [key, value] of Object.entries(theirs)) expect(typeof result[0][key], key).toBe(typeof value);
    const order = Object.keys(result[0]).filter((key) => key in theirs);
    expect(order).toEqual(Object.keys(theirs));
  });

  it('says when a strike was listed and when it expires', async () => {
    const { result, rows } = {
      result: (await call('get_instruments?currency=BTC&kind=option')).json().result,
      rows: await summaries(),
    };
    expect(result.map((i: { instrument_name: string }) => i.instrument_name)).toEqual(
      rows.map((r) => r.instrument_name),
    );
    const open = new Map(rows.map((r) => [r.instrument_name, r.open_interest]));
    for (const i of result) {
      expect(i.expiration_timestamp).toBe(expiryOf(i.instrument_name));
      expect(i.creation_timestamp).toBeLessThan(now);
      if (now - i.creation_timestamp < DAY - HOUR) expect(open.get(i.instrument_name)).toBe(0);
    }
    expect((await call('get_instruments?currency=BTC&kind=option&expired=true')).json().result).toEqual([]);
  });

  it('has a limit of its own: five at once', async () => {
    const ask = () => call('get_instruments?currency=ETH&kind=option', '10.5.0.1');
    for (let i = 0; i < 5; i++) expect((await ask()).status).toBe(200);
    const refused = await ask();
    expect(refused.status).toBe(429);
    expect(refused.json()).toMatchObject({ error: { message: 'too_many_requests', code: 10028 } });
    expect((await call('get_index_price?index_name=eth_usd', '10.5.0.1')).status).toBe(200);
  });
});

describe('ticker', () => {
  it('agrees with the summary and has the greeks of Black-76', async () => {
    const rows = (await summaries()).filter((r) => r.open_interest > 0);
    for (const row of rows.slice(0, 12)) {
      const { result } = (await call(`ticker?instrument_name=${row.instrument_name}`)).json();
      expect(result).toMatchObject({
        mark_iv: row.mark_iv,
        open_interest: row.open_interest,
        underlying_price: row.underlying_price,
        underlying_index: row.underlying_index,
        best_bid_price: row.bid_price ?? 0,
      });
      const [, , strike, side] = row.instrument_name.split('-');
      const terms = {
        call: side === 'C',
        forward: row.underlying_price,
        strike: Number(strike),
        left: expiryOf(row.instrument_name) - now,
        iv: row.mark_iv,
      };
      const { delta, gamma, vega, theta, rho } = black76(terms);
      const expected = { delta, gamma, vega, theta, rho };
      for (const [name, value] of Object.entries(expected))
        expect(result.greeks[name], name).toBeCloseTo(value, 4);
    }
  });

  it('computes what the venue computed for an option of its own', () => {
    // BTC-15SEP26-77000-C as published at 2026-09-14T00:15:31Z
    const left = Date.parse('2026-09-15T08:00:00Z') - 1_789_344_931_096;
    const ours = black76({ call: true, forward: 76_904.4, strike: 77_000, left, iv: 31.2 });
    expect(ours.delta).toBeCloseTo(0.47736, 3);
    expect(ours.gamma).toBeCloseTo(2.8e-4, 5);
    expect(ours.vega / 18.43602).toBeCloseTo(1, 3);
    expect(ours.theta / -217.49347).toBeCloseTo(1, 3);
    expect(ours.rho / 1.31068).toBeCloseTo(1, 2);
    expect(ours.price / 76_904.4).toBeCloseTo(0.0069, 4);
  });
});
