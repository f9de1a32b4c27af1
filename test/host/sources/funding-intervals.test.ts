import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { JobDetail } from '../../../functions/core/api/jobs/schemas.ts';
import { startTestHost, type TestHost } from '../../helpers/host.ts';

/** Settlements that a venue lost and intervals that change, from the simulated venue to the report. */
const HOUR = 3_600_000;
const MINUTE = 60_000;
const at = (text: string): number => Date.parse(text);

let now = at('2026-11-10T00:00:00Z');
let host: TestHost;
beforeAll(async () => {
  host = await startTestHost({ clock: () => now }, () => now);
});
afterAll(() => host?.[Symbol.asyncDispose]());
afterEach(() => host.venues.faults.clear());

const run = async (order: object): Promise<JobDetail> => host.wait((await host.order(order)).id);

interface Reported {
  readonly source: string;
  readonly latest: string;
  readonly gaps: readonly { from: string; to: string; cause: string }[];
  readonly pending: readonly { from: string; to: string; rows: number }[];
  readonly empty: readonly { from: string; to: string; reason: string }[];
}
const report = async (source: string, symbol: string): Promise<Reported> => {
  const { body } = await host.ask<Reported[]>(`/backfill/report?symbol=${symbol}&source=${source}`);
  return body[0]!;
};

const settlements = async (venue: string, symbol: string, from: string, to: string) =>
  (await host.sql`
    select (extract(epoch from time) * 1000)::float8 as time, interval_hours as hours from market_data.funding_rates
    where venue = ${venue} and symbol = ${symbol} and time >= ${from}::timestamptz and time < ${to}::timestamptz
    order by time`) as unknown as { time: number; hours: number | null }[];
const hoursOf = async (venue: string, symbol: string, day: string): Promise<(number | null)[][]> =>
  (await settlements(venue, symbol, day, new Date(at(day) + 24 * HOUR).toISOString())).map(
    ({ time, hours }) => [(time - at(day)) / HOUR, hours],
  );

describe('a settlement of a 4-hourly symbol that lacks', () => {
  const MAY = { source: 'funding_binance', symbols: ['AVAXUSDT'], from: '2024-05-01', to: '2024-06-01' };
  const whole = [0, 4, 8, 12, 16, 20].map((hour) => [hour, 4]);

  it('in the archive comes from REST', async () => {
    host.venues.faults.add({
      kind: 'lost-settlement',
      hour: '2024-05-10T08:00Z',
      venue: 'binance-archive',
      match: 'fundingRate/AVAXUSDT',
    });
    expect(await run(MAY)).toMatchObject({ status: 'succeeded', rows_fetched: 31 * 6 });
    expect(await hoursOf('binance', 'AVAXUSDT', '2024-05-10')).toEqual(whole);
    expect(await report('funding_binance', 'AVAXUSDT')).toMatchObject({ gaps: [], empty: [] });
  });
});

describe('at the border of what is settled', () => {
  it('a settlement and a reading are there a minute after their instant', async () => {
    now = at('2026-11-20T16:01:30Z');
    for (const source of ['funding', 'open_interest', 'metrics']) {
      await run({ source, symbols: ['ETHUSDT'], from: '2026-11-19T00:00:00Z' });
    }
    const latest = async (source: string) => (await report(source, 'ETHUSDT')).latest;
    expect(await latest('funding_binance')).toBe('2026-11-20T16:00:00Z');
    expect(await latest('funding_bybit')).toBe('2026-11-20T16:00:00Z');
    expect(await latest('open_interest_binance')).toBe('2026-11-20T16:00:00Z');
    expect(await latest('open_interest_bybit')).toBe('2026-11-20T16:00:00Z');
    expect(await latest('ratio_global_accounts')).toBe('2026-11-20T16:00:00Z');
  });

  it('and say when they could be known, as all that is read does', async () => {
    await run({ source: 'sentiment', from: '2026-11-10' });
    await run({ source: 'klines_spot', symbols: ['ETHUSDT'], timeframe: '1h', from: '2026-11-20T10:00:00Z' });
    const newest = async (table: string, query: string, time: string): Promise<[string, string]> => {
      const { body } = await host.ask<Record<string, string>[]>(`/data/${table}?${query}&limit=1`);
      const [row] = body as [Record<string, string>];
      return [row[time]!, row.known_at!];
    };
    const [due, known] = await newest('funding_rates', 'symbol=ETHUSDT&source=funding_bybit', 'time');
    expect([due, known]).toEqual(['2026-11-20T16:00:00Z', '2026-11-20T16:00:00Z']);
    expect(await newest('open_interest', 'symbol=ETHUSDT&source=open_interest_binance', 'time')).toEqual([
      '2026-11-20T16:00:00Z',
      '2026-11-20T16:00:00Z',
    ]);
    expect(await newest('fear_greed', 'symbol=FNG', 'time')).toEqual([
      '2026-11-20T00:00:00Z',
      '2026-11-20T00:10:00Z',
    ]);
    expect(await newest('stablecoin_supply', 'symbol=ALL', 'time')).toEqual([
      '2026-11-19T00:00:00Z',
      '2026-11-20T01:00:00Z',
    ]);
    const candles = 'symbol=ETHUSDT&timeframe=1h';
    expect(await newest('spot_klines', candles, 'open_time')).toEqual([
      '2026-11-20T15:00:00Z',
      '2026-11-20T16:00:00Z',
    ]);
    expect(await newest('spot_klines', `${candles}&every=4h`, 'open_time')).toEqual([
      '2026-11-20T12:00:00Z',
      '2026-11-20T16:00:00Z',
    ]);
    const [late] = await host.sql`
      select bool_and(known_at >= time) as never_before, bool_or(known_at > time) as some_later
      from market_data.funding_rates where venue = 'binance'`;
    expect(late).toEqual({ never_before: true, some_later: true });
  });

  it('the report has no gap that the job does not have, and none off the grid', async () => {
    now = at('2026-11-21T21:58:00Z');
    const order = { source: 'funding_binance', symbols: ['LTCUSDT'], from: '2026-11-20T00:00:00Z' };
    for (let minutes = 0; minutes <= 70; minutes += 7, now += 7 * MINUTE) {
      if (minutes % 14 === 0) {
        const job = await run(order);
        expect([job.status, job.gaps?.filter(({ cause }) => cause !== 'not-yet-published')]).toEqual([
          'succeeded',
          [],
        ]);
      }
      const { gaps, pending } = await report('funding_binance', 'LTCUSDT');
      expect([new Date(now).toISOString(), gaps]).toEqual([new Date(now).toISOString(), []]);
      for (const { from, to } of pending) expect([at(from) % HOUR, at(to) % HOUR]).toEqual([0, 0]);
    }
    const { body } = await host.ask<{ runs: { missing: number }[] }[]>(
      '/backfill/coverage?source=funding_binance&symbol=LTCUSDT&bucket=hour',
    );
    expect(body.flatMap(({ runs }) => runs).filter(({ missing }) => missing > 0)).toEqual([]);
  });
});
