import { beforeEach, describe, expect, it } from 'vitest';
import { DAY, HOUR, MINUTE } from '../../../functions/core/time/time.ts';
import { dvol_deribit } from '../../../functions/sources/options/dvol_deribit.ts';
import { recorded, recordingsAbsent } from '../../helpers/recorded.ts';
import { simulateAt } from '../simulator.ts';

const NOW = '2025-11-20T12:34:30Z';
const now = Date.parse(NOW);
const SINCE = Date.UTC(2021, 2, 24);
const { venues, get } = await simulateAt(NOW);

type Candle = readonly [start: number, open: number, high: number, low: number, close: number];
interface Answer {
  readonly data: readonly Candle[];
  readonly continuation: number | null;
}

const ask = async (query: Readonly<Record<string, string | number>>): Promise<Answer> => {
  const pairs = Object.entries(query).map(([name, value]) => `${name}=${value}`);
  return (await get(`/deribit/api/v2/public/get_volatility_index_data?${pairs.join('&')}`)).json().result;
};
const sorted = ({ data }: Answer): Candle[] => data.toSorted((a, b) => a[0] - b[0]);

beforeEach(() => {
  venues.control.clock.hold(now);
  venues.control.limits.reset();
});

describe('get_volatility_index_data', () => {
  it('gives the newest thousand of a long range, and goes on from its continuation to the first day', async () => {
    const seen: number[] = [];
    let end: number | null = now;
    let pages = 0;
    while (end !== null) {
      const answer: Answer = await ask({
        currency: 'BTC',
        start_timestamp: 0,
        end_timestamp: end,
        resolution: '1D',
      });
      expect(answer.data.length).toBeLessThanOrEqual(1000);
      seen.push(...answer.data.map(([start]) => start));
      end = answer.continuation;
      pages += 1;
    }
    expect(pages).toBe(2);
    expect(seen.toSorted((a, b) => a - b)).toEqual(
      Array.from({ length: Math.floor((now - SINCE) / DAY) + 1 }, (_, i) => SINCE + i * DAY),
    );
  });

  it('has the running candle, which changes', async () => {
    const query = { currency: 'BTC', start_timestamp: now - HOUR, end_timestamp: now, resolution: 3600 };
    const before = sorted(await ask(query)).at(-1)!;
    expect(before[0]).toBe(now - (now % HOUR));
    venues.control.clock.advance(20 * MINUTE);
    expect(sorted(await ask(query)).at(-1)).not.toEqual(before);
  });

  it('makes a day out of its hours', async () => {
    const [start, end] = [now - (now % DAY) - DAY, now - (now % DAY) - 1];
    const query = { currency: 'ETH', start_timestamp: start, end_timestamp: end };
    const [day] = (await ask({ ...query, resolution: '1D' })).data;
    const hours = sorted(await ask({ ...query, resolution: 3600 }));
    expect(hours).toHaveLength(24);
    expect(day).toEqual([
      start,
      hours[0]![1],
      Math.max(...hours.map((hour) => hour[2])),
      Math.min(...hours.map((hour) => hour[3])),
      hours.at(-1)![4],
    ]);
  });

  it('serves pages in both orders', async () => {
    const orders = await Promise.all(
      Array.from({ length: 12 }, async (_, i) => {
        const start = now - (i + 2) * DAY;
        const { data } = await ask({
          currency: 'BTC',
          start_timestamp: start,
          end_timestamp: now,
          resolution: 3600,
        });
        return data[0]![0] < data.at(-1)![0] ? 'oldest' : 'newest';
      }),
    );
    expect(new Set(orders)).toEqual(new Set(['oldest', 'newest']));
  });

  it.each([
    [{ currency: 'BTC', start_timestamp: 1, end_timestamp: 2 }, 'resolution'],
    [{ currency: 'BTC', start_timestamp: 1, end_timestamp: 2, resolution: 300 }, 'resolution'],
    [{ currency: 'BTC', start_timestamp: 1, resolution: 60 }, 'end_timestamp'],
    [{ currency: 'XRP', start_timestamp: 1, end_timestamp: 2, resolution: 60 }, 'currency'],
  ])('refuses %j', async (query, param) => {
    const pairs = Object.entries(query).map(([name, value]) => `${name}=${value}`);
    const { status, json } = await get(`/deribit/api/v2/public/get_volatility_index_data?${pairs.join('&')}`);
    expect([status, json().error.data.param]).toEqual([400, param]);
  });
});

it('begins on the day of the recorded closes', (context) => {
  const text = recorded('deribit/dvol_BTC_daily_closes_2021-03.json');
  if (text === undefined) return context.skip(recordingsAbsent ?? 'no such recording');
  const { rows } = JSON.parse(text) as { rows: [at: number, close: number][] };
  expect(rows[0]![0]).toBe(SINCE);
  expect(dvol_deribit.listing).toEqual({ listedAt: rows[0]![0] });
  // A derived series: in a candle of the wire format its days are rows of the grid.
  const answer = { result: { data: rows.map(([at, close]) => [at, close, close, close, close]) } };
  const [tier] = dvol_deribit.tiers;
  if (tier?.kind !== 'pages') throw new Error('no pages');
  const series = { source: 'dvol_deribit', symbol: 'BTC', timeframe: '1d' } as const;
  const { batch } = tier.parse(new TextEncoder().encode(JSON.stringify(answer)), series, now);
  expect([...batch.times]).toEqual(rows.map(([at]) => at));
});
