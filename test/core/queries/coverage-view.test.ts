import { describe, expect, it } from 'vitest';
import type { Job } from '../../../functions/core/jobs/job.ts';
import { coverageView, type SeriesAccount } from '../../../functions/core/queries/coverage-view.ts';
import type { Sources } from '../../../functions/core/series/source.ts';
import { DAY, HOUR, MINUTE } from '../../../functions/core/time/time.ts';
import { sources } from '../../../functions/sources/index.ts';

const START = Date.UTC(2025, 2, 1);
const NOW = START + 10 * DAY;
const day = (from: number, to: number) => ({ start: START + from * DAY, end: START + to * DAY });

const account = (over: Partial<SeriesAccount> = {}): SeriesAccount => ({
  source: 'klines_spot',
  symbol: 'BTCUSDT',
  timeframe: '1h' as const,
  requested: [day(0, 10)],
  have: [day(0, 10)],
  empty: {},
  failed: [],
  ...over,
});
const active = (over: Partial<Job>): Job => ({
  id: 'x',
  status: 'running' as const,
  source: 'klines' as const,
  sources: ['klines_spot'],
  skipped: [],
  symbols: ['BTCUSDT'],
  timeframe: '1h' as const,
  alsoRequested: false,
  from: START,
  to: NOW,
  createdAt: START,
  wave: 1,
  rows: 0,
  ...over,
});
const view = (one: SeriesAccount, jobs: Job[] = [], known: Sources = sources) =>
  coverageView([one], jobs, known, { bucket: 'day', to: NOW, now: NOW })[0]!.runs.map(
    ({ buckets, have, empty, failed, inFlight, missing }) => ({
      buckets,
      have,
      empty,
      failed,
      inFlight,
      missing,
    }),
  );
const full = { have: 24, empty: {}, failed: 0, inFlight: 0, missing: 0 };

describe('the coverage of a series', () => {
  it('reports each state of what was requested', () => {
    const runs = view(
      account({
        have: [day(0, 4)],
        empty: { 'pre-listing': [day(4, 5)] },
        failed: [day(5, 6)],
        requested: [day(0, 8)],
      }),
    );
    expect(runs).toEqual([
      { ...full, buckets: 4 },
      { ...full, buckets: 1, have: 0, empty: { 'pre-listing': 24 } },
      { ...full, buckets: 1, have: 0, failed: 24 },
      { ...full, buckets: 2, have: 0, missing: 24 },
    ]);
  });

  it('counts what a running job was ordered to fetch as in flight, failed before or not', () => {
    const one = account({ have: [day(0, 4)], failed: [day(5, 6)], requested: [day(0, 8)] });
    const [, flying, rest] = view(one, [active({ to: START + 6 * DAY })]);
    expect([flying, rest]).toEqual([
      { ...full, buckets: 2, have: 0, inFlight: 24 },
      { ...full, buckets: 2, have: 0, missing: 24 },
    ]);
    expect(view(one, [active({ skipped: ['klines_spot BTCUSDT'] })])[2]!.failed).toBe(24);
    expect(view(one, [active({ symbols: ['ETHUSDT'] })]).some(({ inFlight }) => inFlight > 0)).toBe(false);
  });

  it('misses nothing that the venue has not had time to publish', () => {
    const spot = { ...sources.klines_spot!, settleMs: 3 * HOUR };
    const [, last] = view(account({ have: [day(0, 9)] }), [], { ...sources, klines_spot: spot });
    expect(last).toEqual({ ...full, buckets: 1, have: 0, missing: 21 });
  });

  it('is refused where it would be too large', () => {
    const ask = (bucket: 'hour' | 'month') =>
      coverageView(Array(40).fill(account()), [], sources, { bucket, from: 0, to: NOW, now: NOW });
    expect(() => ask('hour')).toThrow(expect.objectContaining({ code: 'too-many-buckets', status: 422 }));
    expect(ask('month')).toHaveLength(40);
    const year = { bucket: 'day' as const, from: START - 5 * 365 * DAY, to: START, now: NOW };
    expect(coverageView(Array(1_000).fill(account()), [], sources, year)).toHaveLength(1_000);
    // Every other minute missing: few buckets, but no two alike.
    const ragged = Array.from({ length: 45_000 }, (_, i) => ({
      start: START - i * HOUR,
      end: START - i * HOUR + (i % 2) * HOUR + MINUTE,
    }));
    const odd = account({ timeframe: '1m', requested: [], have: ragged.reverse() });
    const question = { bucket: 'hour' as const, from: START - 45_000 * HOUR, to: START, now: NOW };
    expect(() => coverageView([odd], [], sources, question)).toThrow(/too large/);
  });
});
