import type { Context } from 'aws-lambda';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { WatchResult } from '../../../functions/core/schedules/watch-archives.ts';
import { SECOND } from '../../../functions/core/time/time.ts';
import type { PeriodCertificate } from '../../../functions/core/verify/certificate.ts';
import { createHandler } from '../../../functions/schedules/watch-archives.ts';
import { startTestHost, type TestHost } from '../../helpers/host.ts';

let at: TestHost;
let ahead = 0;
const clock = (): number => Date.now() + ahead;
const SPOT = { source: 'klines_spot', symbols: ['BTCUSDT'], timeframe: '1h' };
beforeAll(async () => {
  at = await startTestHost({ clock }, clock);
  await at.wait((await at.order({ ...SPOT, from: '2025-01-01', to: '2025-04-01' })).id);
  await at.wait(
    (await at.order({ source: 'metrics', symbols: ['BTCUSDT'], from: '2025-01-01', to: '2025-01-04' })).id,
  );
});
afterAll(() => at?.[Symbol.asyncDispose]());
afterEach(() => at.venues.faults.clear());

const watch = async (): Promise<WatchResult> =>
  (await createHandler(async () => at.host.services)({}, {} as Context)) as WatchResult;
const requestsFor = (since: number, part: string): string[] =>
  at.venues.requests
    .all()
    .slice(since)
    .map(({ line }) => line)
    .filter((line) => line.includes(part));
const verify = async (from: string, to: string) =>
  (
    await at.ask<PeriodCertificate>('/backfill/verify', {
      method: 'POST',
      body: JSON.stringify({ source: 'klines_spot', symbol: 'BTCUSDT', timeframe: '1h', from, to }),
    })
  ).body;
const rows = (from: string, to: string) => at.sql`
  select open_time as time, volume, close from market_data.spot_klines
  where symbol = 'BTCUSDT' and timeframe = '1h' and open_time >= ${from} and open_time < ${to} order by open_time`;

describe('an archive that is as it was', () => {
  it('costs a listing for each folder and no object', async () => {
    const since = at.venues.requests.all().length;
    const result = await watch();
    // Three months of candles; three days of metrics and the file with the first midnight, held by each of the four ratios and
    // by open interest.
    expect(result).toEqual({ series: 6, objects: 3 + 5 * 4, republished: 0, rows: 0 });
    expect(requestsFor(since, '/binance-listing').length).toBe(6);
    expect(requestsFor(since, '/binance-archive/data')).toEqual([]);
    const [watched] = await at.sql`
      select count(*)::int as n from market_data.series where archives_watched_at is not null`;
    expect(watched!.n).toBe(6);
  });
});

describe('an object that was published anew', () => {
  it('is loaded alone, replaces only rows that differ, and keeps their former values', async () => {
    const before = await rows('2025-02-01', '2025-03-01');
    at.venues.faults.add({ kind: 'disagree', match: 'monthly/klines/BTCUSDT/1h/BTCUSDT-1h-2025-02' });
    const since = at.venues.requests.all().length;
    const result = await watch();
    expect(result.republished).toBe(1);
    expect(result.rows).toBeGreaterThan(0);
    expect(result.rows).toBeLessThan(28 * 24);
    expect(new Set(requestsFor(since, '/data/').map((line) => /1h-(\d{4}-\d\d)/.exec(line)?.[1]))).toEqual(
      new Set(['2025-02']),
    );
    const after = await rows('2025-02-01', '2025-03-01');
    const changed = after.filter((row, i) => row.volume !== before[i]!.volume);
    expect(changed).toHaveLength(result.rows);
    const changes = await at.sql`select * from market_data.row_changes order by time`;
    expect(changes.map(({ time }) => time)).toEqual(changed.map(({ time }) => time));
    expect(changes.map(({ became }) => became.volume)).toEqual(changed.map(({ volume }) => volume));
    const was = new Map(before.map((row) => [row.time.getTime(), row.volume]));
    for (const change of changes) {
      expect(change.was.volume).toBe(was.get(change.time.getTime()));
      expect(change.object).toContain('BTCUSDT-1h-2025-02.zip');
      expect(change.sha256_was).not.toBe(change.sha256_became);
    }
    // The warehouse is again what the venue serves, by rows and by hash.
    expect(await verify('2025-02-01', '2025-03-01')).toMatchObject({ identical: true });
    expect(await watch()).toMatchObject({ republished: 0, rows: 0 });
  });

  it('and then taken back is followed back', async () => {
    const [before] = await at.sql`select count(*)::int as n from market_data.row_changes`;
    const result = await watch();
    expect(result).toMatchObject({ republished: 1, rows: before!.n });
    expect(await verify('2025-02-01', '2025-03-01')).toMatchObject({ identical: true });
    const [findings] = await at.sql`
      select count(*)::int as n from market_data.findings where kind = 'object-republished'`;
    expect(findings!.n).toBe(2);
  });

  it('without some rows keeps them, and says so', async () => {
    at.venues.faults.add({ kind: 'drop-day', match: 'monthly/klines/BTCUSDT/1h/BTCUSDT-1h-2025-03' });
    expect(await watch()).toMatchObject({ republished: 1, rows: 24 });
    expect(await rows('2025-03-01', '2025-04-01')).toHaveLength(31 * 24);
    const [withdrawn] = await at.sql`
      select count(*)::int as n from market_data.row_changes where became is null and time >= '2025-03-01'`;
    expect(withdrawn!.n).toBe(24);
  });

  it('and damaged changes nothing, and is on record', async () => {
    at.venues.faults.add({ kind: 'corrupt-zip', match: 'monthly/klines/BTCUSDT/1h/BTCUSDT-1h-2025-01' });
    const before = await rows('2025-01-01', '2025-02-01');
    // March has its day again, which was kept; January stays as it was loaded.
    expect(await watch()).toMatchObject({ republished: 1, rows: 0 });
    expect(await rows('2025-01-01', '2025-02-01')).toEqual(before);
    const [found] = await at.sql`
      select count(*)::int as n from market_data.findings
      where kind in ('corrupt-archive', 'malformed-rows') and object like '%1h-2025-01.zip'`;
    expect(found!.n).toBe(1);
  });

  it('with the same rows in another order changes none, and all siblings have its new hash', async () => {
    at.venues.faults.add({ kind: 'unsorted', match: 'daily/metrics/BTCUSDT/BTCUSDT-metrics-2025-01-02' });
    expect(await watch()).toMatchObject({ republished: 5, rows: 0 });
    const spans = await at.sql`
      select source, sha256 from market_data.coverage where object like '%metrics-2025-01-02.zip' group by 1, 2`;
    expect(new Set(spans.map(({ source }) => source)).size).toBe(5);
    expect(new Set(spans.map(({ sha256 }) => sha256)).size).toBe(1);
  });
});

it('stops when the archive answers 503 with retry-after, and continues where it stopped', async () => {
  at.venues.faults.add({
    kind: 'status',
    status: 503,
    venue: 'binance-listing',
    times: 1,
    headers: { 'retry-after': '1' },
  });
  const stopped = await watch();
  expect(stopped.stopped).toBeDefined();
  expect(stopped.series).toBe(0);
  ahead += 2 * SECOND;
  const { stopped: why, series } = await watch();
  expect([why, series]).toEqual([undefined, 6]);
});
