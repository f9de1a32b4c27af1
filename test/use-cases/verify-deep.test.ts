import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { toBatch } from '../../functions/core/series/batch.ts';
import type { DeepCertificate } from '../../functions/core/verify/deep/deep-certificate.ts';
import { type MemoryHost, startMemoryHost } from '../helpers/memory-host.ts';

const DAY = { from: '2025-03-01', to: '2025-03-02' };
const SPOT = { source: 'trades_spot', symbol: 'BTCUSDT', timeframe: '1m' } as const;
const KLINES = { ...SPOT, source: 'klines_spot' } as const;

let at: MemoryHost;
beforeAll(async () => {
  at = await startMemoryHost();
  for (const source of ['klines', 'trades_spot', 'trades_perp']) {
    expect(await at.run({ source, symbols: ['BTCUSDT'], ...DAY })).toMatchObject({ status: 'succeeded' });
  }
});
afterAll(() => at?.[Symbol.asyncDispose]());

const verify = async (body: object) =>
  at.ask<DeepCertificate>('/backfill/verify/deep', { method: 'POST', body: JSON.stringify(body) });

describe('candles made of the stored trades of a day', () => {
  it.each(['trades_spot', 'trades_perp'])('are the stored ones: %s', async (source) => {
    expect(await verify({ source, symbol: 'BTCUSDT', ...DAY })).toMatchObject({
      status: 200,
      body: { trades: 1_440 * 8, compared: 1_440, not_compared: 0, different: 0, verdict: 'identical' },
    });
  });

  describe('of which somebody changed one', () => {
    const minute = Date.UTC(2025, 2, 1, 10, 5);
    const change = (quantity: (value: number) => number): void => {
      const rows = at.warehouse.rows.within(SPOT);
      const table = at.warehouse.rows.table(SPOT);
      const of = table.columns.findIndex(({ name }) => name === 'quantity');
      const row = rows.find(({ time }) => time >= minute)!;
      const cells = row.cells.with(of, quantity(Number(row.cells[of])));
      at.warehouse.rows.merge(SPOT, toBatch(table, [cells as (string | number)[]]));
    };
    beforeEach(() => change((value) => value + 2));

    it('differ in its minute; the finding has both values, and goes when the row is mended', async () => {
      const { body } = await verify({ ...named(SPOT), ...DAY });
      expect(body).toMatchObject({ different: 1, verdict: 'different', compared: 1_440 });
      expect(body.differences.map(({ time }) => time)).toEqual(['2025-03-01T10:05:00Z']);
      const fields = body.differences[0]!.fields.map(({ field }) => field);
      expect(fields).toEqual(['volume', 'quote_volume']);
      const [found, ...others] = at.findings(SPOT);
      const { made, stored } = body.differences[0]!.fields[0]!;
      expect(made - stored).toBeCloseTo(2);
      expect(others).toEqual([]);
      expect(found).toMatchObject({
        kind: 'candle-differs',
        time: minute,
        detail: { 'volume made': made, 'volume stored': stored },
      });
      expect(found!.detail.message).toContain(`volume ${made} instead of ${stored}`);
      change((value) => value - 2);
      expect(await verify({ ...named(SPOT), ...DAY })).toMatchObject({ body: { verdict: 'identical' } });
      expect(at.findings(SPOT)).toEqual([]);
    });
  });
});

const named = ({ source, symbol }: typeof SPOT) => ({ source, symbol });

it.each([
  ['of candles', { ...named(SPOT), source: KLINES.source, ...DAY }, 422, 'no-trades'],
  ['of two days', { ...named(SPOT), from: '2025-03-01', to: '2025-03-03' }, 422, 'more-than-a-day'],
  ['of a symbol that nobody ordered', { ...named(SPOT), symbol: 'ETHUSDT', ...DAY }, 404, 'unknown-series'],
  ['of nothing', { ...named(SPOT), from: '2025-03-02', to: '2025-03-01' }, 400, 'empty-range'],
] as const)('a request %s is refused', async (_what, body, status, code) => {
  expect(await verify(body)).toMatchObject({ status, body: { code } });
});

it('minutes without candles are not compared', async () => {
  await at.run({ source: 'trades_spot', symbols: ['ETHUSDT'], ...DAY });
  const body = { source: 'trades_spot', symbol: 'ETHUSDT', ...DAY };
  expect(await verify(body)).toMatchObject({
    body: { compared: 0, not_compared: 1_440, verdict: 'not-compared' },
  });
});
