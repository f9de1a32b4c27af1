import { describe, expect, it } from 'vitest';
import type { PagesTier } from '../../functions/core/series/source.ts';
import { klines_okx_swap } from '../../functions/sources/klines/klines_okx.ts';
import { okxRosters } from '../../functions/sources/okx/instruments.ts';
import { okx } from '../../functions/sources/okx/venue.ts';
import { recorded, recordingsAbsent } from '../helpers/recorded.ts';
import { bytes, rowsOf } from './conformance.ts';

const judge = (status: number, text: string) => okx.judge({ status, text, headers: { date: 'x' } });
const refused = (code: string, msg: string): string => JSON.stringify({ code, msg, data: [] });

describe('what OKX says', () => {
  it.each([
    [200, '{"code":"0","msg":"","data":[]}', 'ok'],
    [429, refused('50011', 'Too Many Requests'), 'limited'],
    [200, refused('50011', 'Too Many Requests'), 'limited'],
    [200, refused('51001', "Instrument ID doesn't exist."), 'unknown-symbol'],
    [400, refused('51000', 'Parameter instId error'), 'unknown-symbol'],
    [400, refused('51000', 'Parameter bar error'), 'refused'],
    [503, refused('50001', 'Service temporarily unavailable'), 'broken'],
    [200, refused('50026', 'System error'), 'broken'],
    [502, '<html>Bad Gateway</html>', 'broken'],
    [451, 'Unavailable For Legal Reasons', 'region'],
  ])('is at %i %s: %s', (status, text, kind) => {
    expect(judge(status, text)).toMatchObject({ kind });
  });
});

it('requests older than the end and newer than the beginning, for neither bound is in the answer', () => {
  const [tier] = klines_okx_swap.tiers as readonly [PagesTier];
  const series = { source: klines_okx_swap.id, symbol: 'BTC-USDT-SWAP', timeframe: '1d' } as const;
  const day = 86_400_000;
  expect(tier.request(series, { start: 10 * day, end: 12 * day }).query).toEqual({
    instId: 'BTC-USDT-SWAP',
    bar: '1Dutc',
    after: 12 * day,
    before: 10 * day - 1,
    limit: 2,
  });
});

it('reads recorded candles: coins as volume, contracts beside them', ({ skip }) => {
  skip(recordingsAbsent !== undefined, recordingsAbsent);
  const [tier] = klines_okx_swap.tiers as readonly [PagesTier];
  const series = { source: klines_okx_swap.id, symbol: 'BTC-USDT-SWAP', timeframe: '1m' } as const;
  const parsed = tier.parse(
    bytes(recorded('okx/candlesticks_2rows.json') as string),
    series,
    Date.UTC(2026, 0),
  );
  expect(rowsOf(parsed)).toEqual([
    [
      'swap',
      'BTC-USDT-SWAP',
      '1m',
      1747093980000,
      102806,
      102820.5,
      102783.1,
      102806.1,
      71.6404,
      7364701.57952,
      7164.04,
    ],
    [
      'swap',
      'BTC-USDT-SWAP',
      '1m',
      1747094040000,
      102806.1,
      102820.4,
      102806.1,
      102820.4,
      10.4037,
      1069603.34883,
      1040.37,
    ],
  ]);
});

it('reads the recorded lists of spot and swaps', ({ skip }) => {
  skip(recordingsAbsent !== undefined, recordingsAbsent);
  const lists = okxRosters.map((roster, i) =>
    roster.parseInstruments(
      bytes(recorded(`okx/instruments_${i === 0 ? 'SPOT' : 'SWAP'}_2022-05-13_first20.json`) as string),
    ),
  );
  expect(lists.map((list) => list.length)).toEqual([20, 20]);
  expect(lists[0]![0]).toEqual({
    symbol: 'BTC-USDT',
    quote: 'USDT',
    status: 'live',
    trading: true,
    listedAt: 1548133413000,
  });
  expect(lists[1]![0]).toMatchObject({ symbol: 'BTC-USD-SWAP', quote: 'USD', listedAt: 1611916828000 });
});
