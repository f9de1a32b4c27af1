import { expect, it } from 'vitest';
import type { PagesTier } from '../../../functions/core/series/source.ts';
import { ratio_bybit_accounts } from '../../../functions/sources/metrics/ratio_bybit_accounts.ts';
import { recorded, recordingsAbsent } from '../../helpers/recorded.ts';
import { simulateAt } from '../../simulator/simulator.ts';
import { bytes, rowsOf } from '../conformance.ts';

const [tier] = ratio_bybit_accounts.tiers as readonly [PagesTier];
const series = { source: ratio_bybit_accounts.id, symbol: 'ETHUSDT', timeframe: '5m' } as const;
const { get } = await simulateAt('2026-09-15T08:24:21Z');

it('reads a recorded answer, and the simulated one has the same keys and kinds of text', async ({ skip }) => {
  skip(recordingsAbsent !== undefined, recordingsAbsent);
  const { response } = JSON.parse(recorded('bybit/account-ratio_ETHUSDT_5min_2026-09-15.json') as string) as {
    response: { result: { list: Record<string, string>[]; nextPageCursor: string } };
  };
  const parsed = tier.parse(bytes(JSON.stringify(response)), series, Date.UTC(2026, 8, 15, 9));
  expect(rowsOf(parsed).map((row) => row.slice(3, 7))).toEqual([
    [1789459800000, 0.6772 / 0.3228, 0.6772, 0.3228],
    [1789460100000, 0.6783 / 0.3217, 0.6783, 0.3217],
    [1789460400000, 0.6784 / 0.3216, 0.6784, 0.3216],
  ]);
  const path = '/bybit/v5/market/account-ratio?category=linear&symbol=ETHUSDT&period=5min&limit=3';
  const { result } = (await get(path)).json() as typeof response;
  expect(result.list.map((row) => Object.keys(row))).toEqual(
    response.result.list.map((row) => Object.keys(row)),
  );
  expect(result.list.map(({ timestamp }) => timestamp)).toEqual(
    response.result.list.map(({ timestamp }) => timestamp),
  );
  expect(result.nextPageCursor).toBe(response.result.nextPageCursor);
});
