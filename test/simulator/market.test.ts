import { describe, expect, it } from 'vitest';
import { DAY, HOUR, MINUTE, SECOND } from '../../functions/core/time/time.ts';
import { Outages } from '../../simulator/frame/faults/outages.ts';
import { CONTRACTS, type Contract, contractOf } from '../../simulator/market/contracts.ts';
import { INTERVALS, type Interval } from '../../simulator/market/intervals.ts';
import { SimMarket } from '../../simulator/market/market.ts';
import { pageOf } from '../../simulator/market/page.ts';
import { BQ, BV, C, H, L, N, O, Q, type Rows, T, V, WIDTH } from '../../simulator/market/rows.ts';
import { at } from './helpers.ts';

const btc = contractOf('spot', 'BTCUSDT') as Contract;
const quiet = contractOf('spot', 'QUIETUSDT') as Contract;
const ALWAYS = Number.POSITIVE_INFINITY;

const rowOf = (rows: Rows, row: number): number[] => [...rows.data.subarray(row * WIDTH, (row + 1) * WIDTH)];
const all = (rows: Rows): number[][] => Array.from({ length: rows.count }, (_, row) => rowOf(rows, row));

function candles(
  contract: Contract,
  name: string,
  start: number,
  end: number,
  asOf = ALWAYS,
  market = fresh(),
) {
  return market.candles(contract, { interval: INTERVALS.get(name) as Interval, start, end, asOf });
}
const fresh = (outages = new Outages()): SimMarket => new SimMarket(7, outages);

/** What the rows of one bucket add up to. */
function sum(rows: readonly number[][]): number[] {
  const first = rows[0] as number[];
  const total = [...first];
  for (const row of rows.slice(1)) {
    total[H] = Math.max(total[H]!, row[H]!);
    total[L] = Math.min(total[L]!, row[L]!);
    total[C] = row[C]!;
    for (const column of [V, Q, N, BV, BQ]) total[column]! += row[column]!;
  }
  return total;
}

describe('the simulated market', () => {
  it('gives a minute the same candle whatever was requested before', () => {
    const start = at('2024-03-05T10:00');
    const month = candles(btc, '1m', at('2024-03-01T00:00'), at('2024-04-01T00:00'));
    const market = fresh();
    for (const minutes of [777, 0, 13]) {
      const alone = candles(
        btc,
        '1m',
        start + minutes * MINUTE,
        start + (minutes + 1) * MINUTE,
        ALWAYS,
        market,
      );
      expect(all(alone)).toEqual([rowOf(month, (start - at('2024-03-01T00:00')) / MINUTE + minutes)]);
    }
    expect(month.count).toBe(31 * 1440);
    const other = new SimMarket(8, new Outages());
    const close = (m: SimMarket): number => candles(btc, '1m', start, start + MINUTE, ALWAYS, m).get(0, C);
    expect(close(other)).not.toBe(close(market));
  });

  it.each(CONTRACTS.map((c) => [`${c.market} ${c.symbol}`, c] as const))(
    'makes sound candles of %s',
    (_, contract) => {
      const start = contract.listedAt;
      const rows = candles(contract, '1m', start, start + DAY + 6 * HOUR);
      const { price, lot, quote } = contract.digits;
      const scale = 10 ** (quote - price - lot);
      const { contractSize } = contract;
      // What one lot is in quote units at a price. Of a contract that is settled in the coin it is less of it, the dearer the coin.
      const worth = (ticks: number): number =>
        contractSize === undefined ? ticks * scale : (contractSize * 10 ** (price + quote)) / ticks;
      for (let row = 0; row < rows.count; row++) {
        const [t, o, h, l, c, v, q, n, bv, bq] = rowOf(rows, row) as [number, ...number[]] & number[];
        const next = row + 1 < rows.count ? rowOf(rows, row + 1) : undefined;
        // No assertion for each of a hundred thousand rows: each takes as long as making twenty of them.
        const sound =
          Number.isSafeInteger(q) &&
          l! >= 1 &&
          l! <= Math.min(o!, c!) &&
          h! >= Math.max(o!, c!) &&
          bv! <= v! &&
          bq! <= q! &&
          n! <= v! &&
          q! >= Math.min(worth(l!), worth(h!)) * v! - 1 &&
          q! <= Math.max(worth(l!), worth(h!)) * v! + 1 &&
          (n === 0) === (v === 0) &&
          (next?.[T] !== t + MINUTE || next[O] === c);
        if (!sound) throw new Error(`unsound candle at ${t}: ${rowOf(rows, row)}`);
      }
      expect(rows.get(0, T)).toBe(contract.listedAt);
    },
  );

  it('adds minutes up to hours, days, weeks and months exactly', () => {
    const start = at('2025-06-01T00:00');
    const minutes = all(candles(btc, '1m', start, at('2025-07-01T00:00')));
    for (const [name, open, end] of [
      ['5m', start, start + 5 * MINUTE],
      ['1h', start + 5 * HOUR, start + 6 * HOUR],
      ['1d', start + 3 * DAY, start + 4 * DAY],
      ['1w', at('2025-06-09T00:00'), at('2025-06-16T00:00')],
      ['1M', start, at('2025-07-01T00:00')],
    ] as const) {
      const whole = candles(btc, name, open, open + 1);
      expect([name, all(whole)]).toEqual([name, [sum(minutes.filter((m) => m[T]! >= open && m[T]! < end))]]);
    }
    const days = all(candles(btc, '1d', start, start + 10 * DAY));
    const hours = all(candles(btc, '1h', start, start + 10 * DAY));
    expect(days).toEqual(days.map((d) => sum(hours.filter((h) => Math.floor(h[T]! / DAY) * DAY === d[T]))));
  });

  it('adds seconds up to minutes exactly', () => {
    const start = at('2025-06-03T09:00');
    const seconds = all(candles(btc, '1s', start, start + HOUR));
    const minutes = all(candles(btc, '1m', start, start + HOUR));
    expect(seconds).toHaveLength(3600);
    expect(minutes).toEqual(
      minutes.map((m) => sum(seconds.filter((s) => s[T]! >= m[T]! && s[T]! < m[T]! + MINUTE))),
    );
    for (const [i, s] of seconds.entries()) {
      const flat = s[N] === 0 && s[V] === 0 && s[O] === s[C] && s[H] === s[L];
      const traded =
        s[N]! > 0 && s[BV]! <= s[V]! && s[L]! <= Math.min(s[O]!, s[C]!) && s[H]! >= Math.max(s[O]!, s[C]!);
      if (!flat && !traded) throw new Error(`unsound second: ${s}`);
      if (i > 0) expect(s[O]).toBe(seconds[i - 1]![C]);
    }
  });

  it('shows the running candle as the sum of its seconds so far', () => {
    const start = at('2025-06-03T09:00');
    const asOf = start + 20 * MINUTE + 30 * SECOND + 5;
    const hour = candles(btc, '1h', start, start + HOUR, asOf);
    const seconds = all(candles(btc, '1s', start, start + HOUR, asOf));
    expect(seconds.at(-1)![T]).toBe(start + 20 * MINUTE + 30 * SECOND);
    expect(all(hour)).toEqual([sum(seconds)]);
    const running = all(candles(btc, '1m', start, start + HOUR, asOf));
    expect(running).toHaveLength(21);
    expect(running.at(-1)![V]).toBeLessThan(
      candles(btc, '1m', start + 20 * MINUTE, start + 21 * MINUTE).get(0, V),
    );
  });

  it('has no rows in halts, zero-volume rows in quiet minutes', () => {
    const halted = candles(btc, '1m', at('2023-03-24T12:00'), at('2023-03-24T15:00'));
    expect(all(halted).map((r) => r[T])).not.toContain(at('2023-03-24T12:40'));
    expect(halted.count).toBe(100);
    const perp = contractOf('um', 'BTCUSDT') as Contract;
    expect(candles(perp, '1m', at('2023-03-24T12:00'), at('2023-03-24T15:00')).count).toBe(180);
    expect(candles(btc, '1h', at('2018-02-08T00:00'), at('2018-02-10T00:00')).count).toBe(1 + 14);

    const still = all(candles(quiet, '1m', at('2025-01-01T00:00'), at('2025-01-02T00:00')));
    expect(still).toHaveLength(1440);
    const zero = still.filter((r) => r[V] === 0);
    expect(zero.length).toBeGreaterThan(300);
    for (const r of zero)
      expect([r[H], r[L], r[C], r[Q], r[N], r[BV], r[BQ]]).toEqual([r[O], r[O], r[O], 0, 0, 0, 0]);
  });

  it('lets outages be switched on, cached hours included', () => {
    const outages = new Outages();
    const market = fresh(outages);
    const day = at('2025-05-05T00:00');
    const count = (name: string, contract = btc) =>
      candles(contract, name, day, day + DAY, ALWAYS, market).count;
    expect([count('1h'), count('1m')]).toEqual([24, 1440]);
    outages.add({ market: 'spot', symbol: 'BTCUSDT', start: day + HOUR, end: day + 3 * HOUR });
    expect([count('1h'), count('1m')]).toEqual([22, 1320]);
    expect(count('1h', contractOf('spot', 'ETHUSDT'))).toBe(24);
    outages.clear();
    expect(count('1h')).toBe(24);
  });

  it('begins and ends with the listing', () => {
    const young = contractOf('spot', 'NEWUSDT') as Contract;
    const old = contractOf('um', 'OLDUSDT') as Contract;
    expect(candles(young, '1m', at('2025-06-17T00:00'), at('2025-06-18T00:00')).count).toBe(11 * 60);
    expect(candles(young, '1d', 0, at('2025-06-18T00:00')).count).toBe(1);
    expect(candles(old, '1m', at('2025-03-20T00:00'), at('2025-03-22T00:00')).count).toBe(9 * 60);
    expect(candles(old, '1d', at('2025-03-21T00:00'), at('2025-05-01T00:00')).count).toBe(0);
    expect(
      candles(btc, '1m', at('2025-06-17T00:00'), at('2025-06-18T00:00'), at('2025-06-16T00:00')).count,
    ).toBe(0);
  });
});

describe('a page without a limit', () => {
  it.each(['1m', '1h', '1M'])('makes the candles of its range of %s, and no later ones', (name) => {
    const interval = INTERVALS.get(name) as Interval;
    const market = fresh();
    const made: number[] = [];
    const watched = Object.assign(Object.create(market) as SimMarket, {
      candles(contract: Contract, span: Parameters<SimMarket['candles']>[1]) {
        made.push(span.end);
        return market.candles(contract, span);
      },
    });
    const [start, end] = [at('2024-02-01T00:00'), at('2024-03-01T00:00')];
    const asOf = at('2025-06-01T00:00');
    const page = pageOf(watched, btc, { interval, start, end: end - 1, limit: ALWAYS, asOf });
    expect(made).toEqual([end]);
    expect(all(page)).toEqual(all(market.candles(btc, { interval, start, end, asOf })));
  });
});
