import { beforeEach, describe, expect, it } from 'vitest';
import { DAY, HOUR, MINUTE } from '../../functions/core/time/time.ts';
import { recorded, recordingsAbsent } from '../helpers/recorded.ts';
import { simulateAt } from './simulator.ts';

const NOW = '2025-11-20T12:34:30Z';
const now = Date.parse(NOW);
const { venues, get } = await simulateAt(NOW);

const market = async (query: string, ip?: string) =>
  (await get(`/okx/api/v5/market/history-candles?${query}`, ip)).json();
const candles = async (query: string): Promise<string[][]> => (await market(query)).data;
const BTC = 'instId=BTC-USDT&bar=1m';

beforeEach(() => {
  venues.control.clock.hold(now);
  venues.control.limits.reset();
  venues.faults.clear();
});

describe('history-candles', () => {
  it('has nine texts a row as the recorded ones, newest first, the open candle in front and unconfirmed', async ({
    skip,
  }) => {
    skip(recordingsAbsent !== undefined, recordingsAbsent);
    const real = JSON.parse(recorded('okx/candlesticks_2rows.json') as string) as { data: string[][] };
    const mine = await market('instId=BTC-USDT-SWAP&bar=1m&limit=2');
    const shape = (rows: string[][]) => rows.map((row) => row.map((cell) => typeof cell));
    expect(Object.keys(mine)).toEqual(Object.keys(real));
    expect(shape(mine.data)).toEqual(shape(real.data));
    expect(mine.data.map((row: string[]) => row[8])).toEqual(['0', '1']);
    // A contract is a hundredth of a coin.
    for (const [, , , , , vol, coins] of [...real.data, ...mine.data] as string[][]) {
      expect(Number(vol) / Number(coins)).toBeCloseTo(100, 6);
    }
  });

  it('takes after as older than and before as newer than, both without the row itself', async () => {
    const at = Date.parse('2025-11-20T10:00:00Z');
    const minutes = async (query: string) =>
      (await candles(`${BTC}&${query}`)).map(([ts]) => (Number(ts) - at) / MINUTE);
    expect(await minutes(`after=${at}&limit=3`)).toEqual([-1, -2, -3]);
    expect(await minutes(`after=${at}&before=${at - 3 * MINUTE}`)).toEqual([-1, -2]);
    // Alone it moves no page: the newest rows come, not those after it.
    const alone = await minutes(`before=${at}&limit=2`);
    expect(alone).toEqual([154, 153]);
  });

  it('gives 100 rows by default and 300 at most', async () => {
    expect(await candles(BTC)).toHaveLength(100);
    expect(await candles(`${BTC}&limit=301`)).toHaveLength(300);
  });

  it.each([
    ['6H', 4 * HOUR],
    ['12H', 4 * HOUR],
    ['1D', 16 * HOUR],
  ])('opens %s by the days of Hong Kong, and its twin by UTC', async (bar, offset) => {
    const [, closed] = await candles(`instId=BTC-USDT&bar=${bar}&limit=2`);
    const [, twin] = await candles(`instId=BTC-USDT&bar=${bar}utc&limit=2`);
    const step = bar === '1D' ? DAY : Number(bar.slice(0, -1)) * HOUR;
    expect([Number(closed![0]) % step, Number(twin![0]) % step]).toEqual([offset % step, 0]);
  });

  it('is refused with codes, and forgets what has ended', async () => {
    expect(await market('instId=OLD-USDT&bar=1m')).toMatchObject({ code: '51001', data: [] });
    expect(await market('instId=BTC-USDT&bar=1d')).toMatchObject({ code: '51000' });
    expect(await market(`${BTC}&after=x`)).toMatchObject({ code: '51000' });
    for (let n = 0; n < 20; n++) await market(BTC, '10.0.0.9');
    const over = await get(`/okx/api/v5/market/history-candles?${BTC}`, '10.0.0.9');
    expect([over.status, over.json().code]).toEqual([429, '50011']);
  });
});

it('instruments have the fields of the recorded ones, and a contract value for swaps alone', async ({
  skip,
}) => {
  skip(recordingsAbsent !== undefined, recordingsAbsent);
  for (const type of ['SPOT', 'SWAP']) {
    const real = JSON.parse(recorded(`okx/instruments_${type}_2022-05-13_first20.json`) as string) as {
      data: Record<string, string>[];
    };
    const { data } = (await get(`/okx/api/v5/public/instruments?instType=${type}`)).json() as typeof real;
    for (const id of [type === 'SPOT' ? 'BTC-USDT' : 'BTC-USD-SWAP']) {
      const [theirs, ours] = [real.data, data].map((list) => list.find(({ instId }) => instId === id)!);
      for (const name of [
        'instType',
        'baseCcy',
        'quoteCcy',
        'settleCcy',
        'ctVal',
        'ctMult',
        'ctValCcy',
        'state',
      ])
        expect([name, ours![name]]).toEqual([name, theirs![name]]);
      expect(typeof ours!.listTime).toBe(typeof theirs!.listTime);
    }
  }
});
