import { beforeEach, describe, expect, it } from 'vitest';
import { DAY, HOUR } from '../../../functions/core/time/time.ts';
import { recorded, recordingsAbsent } from '../../helpers/recorded.ts';
import { simulateAt } from '../simulator.ts';

const NOW = '2025-11-20T12:34:30Z';
const now = Date.parse(NOW);
const { venues, get } = await simulateAt(NOW);

interface Trade {
  readonly timestamp: number;
  readonly instrument_name: string;
  readonly trade_seq: number;
  readonly trade_id: string;
  readonly iv: number;
  readonly price: number;
  readonly combo_id?: string;
}
interface Answer {
  readonly trades: readonly Trade[];
  readonly has_more: boolean;
}
const path = (query: Readonly<Record<string, string | number>>): string => {
  const all = { currency: 'BTC', kind: 'option', sorting: 'asc', count: 10_000, ...query };
  const pairs = Object.entries(all).map(([name, value]) => `${name}=${value}`);
  return `/deribit-history/api/v2/public/get_last_trades_by_currency_and_time?${pairs.join('&')}`;
};
const ask = async (query: Readonly<Record<string, string | number>>): Promise<Answer> =>
  (await get(path(query))).json().result;
const bounds = (start: number, end: number) => ({ start_timestamp: start, end_timestamp: end });
const times = ({ trades }: Answer): number[] => trades.map(({ timestamp }) => timestamp);

beforeEach(() => {
  venues.control.clock.hold(now);
  venues.control.limits.reset();
  venues.control.switches.clear();
});

describe('trades of options', () => {
  it('number those of an instrument without a gap from its listing on', async () => {
    const { trades } = await ask(bounds(now - 5 * DAY, now));
    const of = Map.groupBy(trades, ({ instrument_name }) => instrument_name);
    for (const own of of.values()) {
      const numbers = own.map(({ trade_seq }) => trade_seq).toSorted((a, b) => a - b);
      expect(numbers).toEqual(numbers.map((_, i) => numbers[0]! + i));
    }
    // Listed three days before its expiry, so all that it ever had is here.
    const daily = [...of].filter(([name]) => name.startsWith('BTC-20NOV25-'));
    expect(daily.length).toBeGreaterThan(5);
    expect(daily.map(([, own]) => Math.min(...own.map(({ trade_seq }) => trade_seq)))).toEqual(
      daily.map(() => 1),
    );
    expect(new Set(trades.map(({ trade_id }) => trade_id)).size).toBe(trades.length);
  });

  it('come in pages of the oldest, many of one millisecond, some neighbours in the wrong order', async () => {
    const day = now - (now % DAY) - 2 * DAY + 8 * HOUR;
    const all = await ask(bounds(day, day + DAY - 1));
    expect(all.trades.length).toBeGreaterThan(300);
    const most = Math.max(...[...Map.groupBy(times(all), (at) => at).values()].map((of) => of.length));
    expect(most).toBeGreaterThan(20);
    expect(times(all)).not.toEqual(times(all).toSorted((a, b) => a - b));
    const page = await ask({ ...bounds(day, day + DAY - 1), count: 100 });
    expect(new Set(times(page))).toEqual(
      new Set(
        times(all)
          .toSorted((a, b) => a - b)
          .slice(0, 100),
      ),
    );
  });

  it('say now and then that there is nothing more although there is', async () => {
    const answers = await Promise.all(
      Array.from({ length: 40 }, (_, i) => ask({ ...bounds(now - 3 * DAY + i * HOUR, now), count: 10 })),
    );
    const said = new Set(answers.map(({ has_more }) => has_more));
    expect(answers.every(({ trades }) => trades.length === 10)).toBe(true);
    expect(said).toEqual(new Set([true, false]));
  });

  it('are linear beside inverse: prices in USDC, strikes with a d', async () => {
    const { trades } = await ask({ ...bounds(now - 2 * DAY, now), currency: 'USDC' });
    const names = trades.map(({ instrument_name }) => instrument_name);
    expect(names.some((name) => /^BTC_USDC-\d{1,2}[A-Z]{3}25-\d+-[CP]$/.test(name))).toBe(true);
    expect(names.some((name) => /^AVAX_USDC-\d{1,2}[A-Z]{3}2\d-\d+d\d+-[CP]$/.test(name))).toBe(true);
    const inverse = (await ask(bounds(now - 2 * DAY, now))).trades;
    expect(Math.max(...inverse.map(({ price }) => price))).toBeLessThan(3);
    expect(Math.max(...trades.map(({ price }) => price))).toBeGreaterThan(100);
  });

  it('are five seconds late', async () => {
    const { trades } = await ask(bounds(now - DAY, now));
    const last = Math.max(...trades.map(({ timestamp }) => timestamp));
    venues.control.clock.hold(last + 4_999);
    expect(times(await ask(bounds(last - HOUR, now)))).not.toContain(last);
    venues.control.clock.hold(last + 5_000);
    expect(times(await ask(bounds(last - HOUR, now)))).toContain(last);
  });

  it.each([
    [{ currency: 'XRP' }, 'currency'],
    [{ count: 10_001 }, 'count'],
    [{ start_timestamp: 'x' }, 'start_timestamp'],
  ])('refuse %j', async (query, param) => {
    const { status, json } = await get(path({ ...bounds(now - HOUR, now), ...query }));
    expect([status, json().error.data.param]).toEqual([400, param]);
  });

  it('have the fields of the recorded leg', async (context) => {
    const text = recorded('deribit/get_last_trades_option_combo.json');
    if (text === undefined) return context.skip(recordingsAbsent ?? 'no such recording');
    const [leg] = JSON.parse(text).result.trades[0].legs;
    const { trades } = await ask(bounds(now - DAY, now));
    const own = trades.find(({ combo_id }) => combo_id !== undefined)!;
    const types = (row: object): unknown => Object.entries(row).map(([key, value]) => [key, typeof value]);
    expect(new Map(types(own) as never)).toEqual(new Map(types(leg) as never));
  });
});
