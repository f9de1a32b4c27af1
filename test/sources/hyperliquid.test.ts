import { describe, expect, it } from 'vitest';
import type { PagesTier, Source } from '../../functions/core/series/source.ts';
import { DAY, HOUR, MINUTE } from '../../functions/core/time/time.ts';
import { funding_hyperliquid } from '../../functions/sources/funding/funding_hyperliquid.ts';
import { hyperliquidRosters } from '../../functions/sources/hyperliquid/markets.ts';
import { hyperliquid } from '../../functions/sources/hyperliquid/venue.ts';
import {
  klines_hyperliquid_perp,
  klines_hyperliquid_spot,
} from '../../functions/sources/klines/klines_hyperliquid.ts';
import { recorded, recordingsAbsent } from '../helpers/recorded.ts';
import { bytes, rowsOf } from './conformance.ts';

const judge = (status: number, text: string) => hyperliquid.judge({ status, text, headers: { date: 'x' } });
const pagesOf = ({ tiers }: Source): PagesTier => tiers[0] as PagesTier;
const responseOf = (file: string): Uint8Array =>
  bytes(
    JSON.stringify((JSON.parse(recorded(`hyperliquid/${file}`) as string) as { response: unknown }).response),
  );

describe('what Hyperliquid says', () => {
  it.each([
    [200, '[]', 'ok', undefined],
    [422, 'Failed to deserialize the JSON body into the target type', 'refused', undefined],
    [429, 'null', 'limited', MINUTE],
    [500, 'null', 'unknown-symbol', undefined],
    [500, 'Internal Server Error', 'broken', undefined],
    [502, '<html>Bad Gateway</html>', 'broken', undefined],
  ])('is at %i %s: %s', (status, text, kind, waitMs) => {
    expect(judge(status, text)).toMatchObject({ kind, ...(waitMs && { scope: 'family', waitMs }) });
  });
});

describe('a request', () => {
  const series = { source: klines_hyperliquid_perp.id, symbol: 'kPEPE', timeframe: '1m' } as const;

  it('has the coin as it is written, and is charged for the most rows that can come', () => {
    const request = (rows: number) =>
      pagesOf(klines_hyperliquid_perp).request(series, { start: DAY, end: DAY + rows * MINUTE });
    expect(request(60)).toMatchObject({
      path: '/info',
      weight: 21,
      symbol: 'kPEPE',
      json: {
        type: 'candleSnapshot',
        req: { coin: 'kPEPE', interval: '1m', startTime: DAY, endTime: DAY + HOUR - 1 },
      },
    });
    expect([61, 4_990, 50_000].map((rows) => request(rows).weight)).toEqual([22, 104, 104]);
  });

  it('and its answer are of PURR/USDC where the pair has the number 0', () => {
    const spot = { source: klines_hyperliquid_spot.id, symbol: '@0', timeframe: '1m' } as const;
    const tier = pagesOf(klines_hyperliquid_spot);
    expect(tier.request(spot, { start: DAY, end: 2 * DAY }).json).toMatchObject({
      req: { coin: 'PURR/USDC' },
    });
    const at = Date.UTC(2026, 10, 21);
    const row = { t: at, T: at + MINUTE - 1, i: '1m', o: '1', c: '1', h: '1', l: '1', v: '2', n: 3 };
    const body = (s: string) => bytes(JSON.stringify([{ ...row, s }]));
    expect(rowsOf(tier.parse(body('PURR/USDC'), spot, at + HOUR))).toEqual([
      ['spot', '@0', '1m', at, 1, 1, 1, 1, 2, 3],
    ]);
    expect(() => tier.parse(body('@1'), spot, at + HOUR)).toThrow('row 1 is of @1');
  });

  it('of funding is not nested, and weighs a page at most', () => {
    const request = (hours: number) =>
      pagesOf(funding_hyperliquid).request(series, { start: DAY, end: DAY + hours * HOUR });
    expect(request(12).json).toEqual({
      type: 'fundingHistory',
      coin: 'kPEPE',
      startTime: 0,
      endTime: 2 * DAY + 12 * HOUR - 1,
    });
    expect([request(12).weight, request(9_000).weight]).toEqual([20 + 3, 45]);
  });
});

it('takes small letters and numbers of pairs for symbols, and no exchange of others', () => {
  const { symbolPattern } = klines_hyperliquid_perp;
  expect(
    ['kPEPE', 'BTC', '1INCH', '@107', 'xyz:XYZ100', 'PURR/USDC'].map((s) => symbolPattern.test(s)),
  ).toEqual([true, true, true, false, false, false]);
  expect(['@107', '@', 'HYPE'].map((s) => klines_hyperliquid_spot.symbolPattern.test(s))).toEqual([
    true,
    false,
    false,
  ]);
});

describe('a recorded answer', () => {
  it('of candles is read as it is: the first one began before the range', ({ skip }) => {
    skip(recordingsAbsent !== undefined, recordingsAbsent);
    const series = { source: klines_hyperliquid_perp.id, symbol: 'kPEPE', timeframe: '1h' } as const;
    const parsed = pagesOf(klines_hyperliquid_perp).parse(
      responseOf('candleSnapshot_kPEPE_1h.json'),
      series,
      Date.UTC(2023, 6, 17),
    );
    expect([parsed.rowsInBody, parsed.batch.length, parsed.findings]).toEqual([24, 24, []]);
    expect(rowsOf(parsed)[1]).toEqual([
      'perp',
      'kPEPE',
      '1h',
      1684702800000,
      ...(rowsOf(parsed)[1] as number[]).slice(4),
    ]);
    expect(parsed.batch.times[0]).toBe(1684699200000);
  });

  it('of funding is every eight hours, with one settlement late by 24 minutes', ({ skip }) => {
    skip(recordingsAbsent !== undefined, recordingsAbsent);
    const series = { source: funding_hyperliquid.id, symbol: 'BTC', timeframe: '1h' } as const;
    const parsed = pagesOf(funding_hyperliquid).parse(
      responseOf('fundingHistory_BTC_open_end_first400.json'),
      series,
      Date.UTC(2023, 6, 17),
    );
    expect([parsed.rowsInBody, parsed.batch.length]).toEqual([400, 400]);
    const hours = rowsOf(parsed).map((row) => row[5]);
    const changes = rowsOf(parsed).filter((row, i) => i > 0 && row[5] !== hours[i - 1]);
    expect(changes.map((row) => [new Date(row[2] as number).toISOString().slice(0, 13), row[5]])).toEqual([
      ['2023-05-12T08', 8],
      ['2023-06-08T01', 1],
    ]);
    expect(parsed.findings).toEqual([
      {
        kind: 'off-grid-time',
        time: Date.UTC(2023, 4, 23, 8),
        detail: { rawTime: 1684830233040, offsetMs: 1433040 },
      },
    ]);
  });

  it('of both lists is read, with names as they are and quotes by the tokens', ({ skip }) => {
    skip(recordingsAbsent !== undefined, recordingsAbsent);
    const [perps, spot] = hyperliquidRosters;
    const listed = perps!.parseInstruments(responseOf('meta_2023-07-17.json'));
    expect(listed.find(({ symbol }) => symbol === 'kPEPE')).toEqual({
      symbol: 'kPEPE',
      quote: 'USD',
      status: 'listed',
      trading: true,
    });
    expect(spot!.parseInstruments(responseOf('spotMeta_trimmed.json'))).toEqual([
      { symbol: '@0', quote: 'USDC', status: 'listed', trading: true },
    ]);
  });
});
