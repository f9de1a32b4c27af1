import { describe, expect, it } from 'vitest';
import { planChunks } from '../../../functions/core/ledger/plan.ts';
import { estimateChunk } from '../../../functions/core/quote/estimate-chunk.ts';
import { buildQuote } from '../../../functions/core/quote/quote.ts';
import type { Source } from '../../../functions/core/series/source.ts';
import { DAY, HOUR, MINUTE } from '../../../functions/core/time/time.ts';
import type { Timeframe } from '../../../functions/core/time/timeframe.ts';
import { funding_bybit } from '../../../functions/sources/funding/funding_bybit.ts';
import { gex_deribit } from '../../../functions/sources/gex/gex_deribit.ts';
import { klines_spot } from '../../../functions/sources/klines/klines_spot.ts';
import { ratio_top_accounts } from '../../../functions/sources/metrics/ratios_binance.ts';

const NOW = Date.UTC(2025, 5, 15, 12);

function estimate(source: Source, timeframe: Timeframe, from: number, to: number, listedAt?: number) {
  const series = { source: source.id, symbol: 'BTCUSDT', timeframe };
  const planned = planChunks(series, [{ start: from, end: to }], source.chunkUnit(timeframe));
  const listing = listedAt === undefined ? undefined : { listedAt };
  return planned.map((chunk) => estimateChunk(source, chunk, { now: NOW, listing }));
}
const quote = (...args: Parameters<typeof estimate>) => buildQuote(1, estimate(...args));

describe('a quote', () => {
  it('takes months from the archive, then days, then pages by their weight', () => {
    // April and May are published as months; of June the days until the 14th, and twelve hours of pages.
    const { requests, chunks, rows } = quote(klines_spot, '1m', Date.UTC(2025, 3, 1), NOW);
    expect({ chunks, rows }).toEqual({ chunks: 3, rows: (30 + 31 + 14) * 1_440 + 720 });
    expect(requests).toEqual([
      {
        family: 'binance-archive',
        requests: 2 * (2 + 14),
        weight: 2 * (2 + 14),
        limit: null,
        window_seconds: null,
      },
      { family: 'binance-spot', requests: 1, weight: 2, limit: 6_000, window_seconds: 60 },
    ]);
  });

  it('counts no requests for the time before a listing', () => {
    const listedAt = Date.UTC(2025, 4, 1);
    const { requests, rows } = quote(klines_spot, '1m', Date.UTC(2024, 0, 1), Date.UTC(2025, 5, 1), listedAt);
    expect(rows).toBe(31 * 1_440);
    expect(requests.map(({ requests: n }) => n)).toEqual([2]);
  });

  it('counts no requests for what the venue no longer serves', () => {
    const metrics = { ...ratio_top_accounts, tiers: ratio_top_accounts.tiers.slice(1) };
    const { rows } = quote(metrics, '1h', NOW - 60 * DAY, NOW - 45 * DAY);
    expect(rows).toBe(0);
  });

  it('counts events by their longest interval, and of snapshots only this one', () => {
    expect(quote(funding_bybit, '1h', NOW - 8 * DAY, NOW).rows).toBe(24);
    const snapshots = quote(gex_deribit, '1h', NOW - 8 * DAY, NOW + HOUR);
    expect(snapshots.rows).toBe(1);
    expect(snapshots.requests).toMatchObject([{ requests: 2 }]);
  });

  it('waits for windows of a limit when there is more than one window of weight', () => {
    const family = { id: 'slow', limit: 10, windowMs: MINUTE };
    const chunk = { requests: [{ scope: 'slow', family, requests: 30, weight: 30 }], fetches: 30, rows: 30 };
    // Nine of ten are given out: 30 take four windows, of which the first is there at once.
    expect(buildQuote(1, [chunk]).seconds).toBe(2 + 3 * 60);
  });

  it('costs the same share for a thousand times the work', () => {
    const [one] = estimate(klines_spot, '1m', Date.UTC(2025, 3, 1), Date.UTC(2025, 4, 1));
    const many = buildQuote(
      1_000,
      Array.from({ length: 1_000 }, () => one!),
    );
    const region = Object.keys(many.usd)[0]!;
    expect(many.usd[region]!).toBeGreaterThan(0.05);
    expect(many.usd[region]!).toBeLessThan(1);
    expect(buildQuote(0, []).usd[region]).toBeLessThan(0.001);
  });
});
