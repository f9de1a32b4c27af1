import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { periodAt } from '../../functions/core/time/period.ts';
import { iso } from '../../functions/core/time/time.ts';
import type { PeriodCertificate } from '../../functions/core/verify/certificate.ts';
import { type MemoryHost, startMemoryHost } from '../helpers/memory-host.ts';

/** What certificates of each kind of source say; `test/host/upkeep/verify.test.ts` has them over rows in the database. */
const SPOT = { source: 'klines_spot', symbol: 'BTCUSDT', timeframe: '1h' } as const;
const JANUARY = { from: '2025-01-01', to: '2025-02-01' };

let at: MemoryHost;
beforeAll(async () => {
  at = await startMemoryHost();
  const orders = [
    { source: 'klines_spot', symbols: ['BTCUSDT'], timeframe: '1h' },
    { source: 'funding', symbols: ['BTCUSDT'] },
    { source: 'candles', symbols: ['BTCUSDT'] },
    { source: 'sentiment', symbols: ['FNG'] },
  ];
  for (const order of orders) await at.run({ ...order, ...JANUARY });
});
afterAll(() => at?.[Symbol.asyncDispose]());
afterEach(() => at.venues.faults.clear());

const verify = async (body: object): Promise<PeriodCertificate> => {
  const answer = await at.ask<PeriodCertificate>('/backfill/verify', {
    method: 'POST',
    body: JSON.stringify(body),
  });
  expect(answer.status).toBe(200);
  return answer.body;
};

describe('a month that equals the data of the venue', () => {
  it.each([
    ['funding_binance', 'BTCUSDT', 93],
    ['funding_bybit', 'BTCUSDT', 93],
    ['price_klines', 'BTCUSDT', 31 * 288],
    ['fear_greed', 'FNG', 31],
  ])('may be of %s', async (source, symbol, rows) => {
    expect(await verify({ source, symbol, ...JANUARY })).toMatchObject({
      rows,
      compared: rows,
      identical: true,
    });
  });
});

it('compares vintages by their whole key', async () => {
  const job = await at.run({ source: 'macro', symbols: ['CPIAUCSL'], ...JANUARY });
  expect(job.rows_fetched).toBeGreaterThan(1);
  const found = await verify({ source: 'macro_fred', symbol: 'CPIAUCSL', ...JANUARY });
  expect(found).toMatchObject({ rows: job.rows_fetched, identical: true });
});

it.each([
  ['klines_spot', 'XRPUSDT'],
  ['klines_perp', 'BTCUSDT'],
])('does not know %s %s, which nobody ordered', async (source, symbol) => {
  const body = JSON.stringify({ source, symbol, ...JANUARY });
  const answer = await at.ask('/backfill/verify', { method: 'POST', body });
  expect(answer).toMatchObject({ status: 404, body: { code: 'unknown-series' } });
});

it('does not compare a snapshot with one of another moment', async () => {
  const job = await at.run({ source: 'gex', symbols: ['BTC'] });
  const { start, end } = periodAt('month', Date.parse(job.created_at));
  const range = { from: iso(start), to: iso(end) };
  expect(await verify({ source: 'gex_deribit', symbol: 'BTC', ...range })).toMatchObject({
    rows: job.rows_fetched,
    compared: 0,
    verdict: 'not-compared',
    identical: false,
  });
});

describe('a venue that', () => {
  it('published an object anew is found by rows and by hash', async () => {
    at.venues.faults.add({ kind: 'disagree', match: 'monthly/klines/BTCUSDT/1h/BTCUSDT-1h-2025-01' });
    const found = await verify({ ...SPOT, ...JANUARY });
    expect(found.identical).toBe(false);
    expect(found.changed).toBeGreaterThan(0);
    expect(found.objects[0]!.venue).not.toBe(found.objects[0]!.ledger);
  });

  it('publishes a month that differs from its days gets findings', async () => {
    const missing = at.venues.faults.add({ kind: 'not-found', match: 'monthly/klines/ETHUSDT/1h' });
    const order = { source: 'klines_spot', symbols: ['ETHUSDT'], timeframe: '1h', ...JANUARY };
    await at.run(order);
    missing.remove();
    at.venues.faults.add({ kind: 'disagree', match: 'monthly/klines/ETHUSDT/1h' });
    const found = await verify({ ...SPOT, symbol: 'ETHUSDT', ...JANUARY });
    expect(found.changed).toBeGreaterThan(0);
    // The files of days are as they were: only their checksums were requested.
    expect(found.objects.length).toBe(31);
    expect(found.objects.every(({ ledger, venue }) => ledger === venue)).toBe(true);
    const noted = at
      .findings({ ...SPOT, symbol: 'ETHUSDT' })
      .filter(({ kind }) => kind === 'archive-disagreement');
    expect(noted.length).toBe(found.changed);
    for (const { detail } of noted)
      expect([detail.storedFrom, detail.venueFrom]).toEqual([
        expect.stringContaining('/daily/'),
        expect.stringContaining('/monthly/'),
      ]);
  });
});
