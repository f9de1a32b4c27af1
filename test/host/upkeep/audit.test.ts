import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { DAY, floorTo, HOUR, MINUTE, SECOND } from '../../../functions/core/time/time.ts';
import type { Services } from '../../../functions/runtime/services.ts';
import type { StateHandler } from '../../../functions/runtime/state-handler.ts';
import { createHandler as auditHandler } from '../../../functions/schedules/audit-gaps.ts';
import { createHandler as refreshHandler } from '../../../functions/schedules/refresh.ts';
import { startHostOnPassingTime, type TestHost } from '../../helpers/host.ts';
import { passingTime } from '../../helpers/passing-time.ts';
import type { ReportedSeries, RunResult } from '../../helpers/upkeep-answers.ts';

/** The schedules as the host runs them, on a clock that a test turns. */
const START = Date.parse('2025-03-20T12:00:30Z');
const time = passingTime();
const { clock } = time;
/** Goes on running from there. */
const turnTo = (at: number): void => time.skip(at - clock());

let at: TestHost;
const startHost = async (): Promise<void> => {
  turnTo(START);
  at = await startHostOnPassingTime(time);
};
const stopHost = () => at?.[Symbol.asyncDispose]();

/** The schedules treat all series of a database alike, so each of their cases has a host of its own. */
function onHostsOfTheirOwn(): void {
  beforeEach(startHost);
  afterEach(stopHost);
}

const SERIES = { source: 'klines_spot', symbol: 'BTCUSDT', timeframe: '1m' } as const;
const FEBRUARY = { start: Date.parse('2025-02-01'), end: Date.parse('2025-03-01') };

const run = async (of: (services: () => Promise<Services>) => StateHandler): Promise<RunResult> =>
  (await of(async () => at.host.services)({}, {} as never)) as RunResult;
const audit = () => run(auditHandler);
const refresh = () => run(refreshHandler);
const ended = (ids: readonly string[]) => Promise.all(ids.map((id) => at.wait(id)));

const report = async (source: string): Promise<ReportedSeries[]> =>
  (await at.ask<ReportedSeries[]>(`/backfill/report?source=${source}`)).body;
const spot = async (symbol = 'BTCUSDT') =>
  (await report('klines_spot')).find((row) => row.symbol === symbol)!;

const load = async (source: string, from: string, more: object = {}) =>
  at.wait((await at.order({ source, symbols: ['BTCUSDT'], from, ...more })).id);

describe('the refresh', () => {
  onHostsOfTheirOwn();

  it('brings a series up to its last closed candle, once a minute', async () => {
    await load('klines', '2025-03-20');
    turnTo(START + 3 * MINUTE);
    const runs = await Promise.all([refresh(), refresh(), refresh()]);
    const started = runs.flatMap((result) => result.started);
    expect(started).toHaveLength(1);
    const [job] = await ended(started);
    expect(job).toMatchObject({ status: 'succeeded', rows_fetched: 2 * 3, source: 'klines' });
    expect((await spot()).latest).toBe('2025-03-20T12:02:00Z');
    expect(await refresh()).toEqual({ started: [] });
  });
});

describe('the audit', () => {
  onHostsOfTheirOwn();

  it('notices deleted rows and orders exactly these', async () => {
    await load('klines_spot', '2025-03-01');
    const before = clock();
    expect(await audit()).toMatchObject({ counted: 1, lost: 0, missing: 0, jobs: [] });
    const auditedAt = Date.parse((await spot()).audited_at!);
    expect(auditedAt).toBeGreaterThanOrEqual(floorTo(before, SECOND));
    expect(auditedAt).toBeLessThanOrEqual(clock());
    await at.sql`delete from market_data.spot_klines where open_time >= '2025-03-05' and open_time < '2025-03-06'`;
    await at.sql`delete from market_data.spot_klines where open_time = '2025-03-07 10:00'`;
    const found = await audit();
    expect(found).toMatchObject({ counted: 1, lost: 1_441, missing: 1_441 });
    const jobs = await ended(found.jobs);
    expect(jobs.map(({ rows_fetched, from, to }) => [rows_fetched, from, to]).sort()).toEqual([
      [1, '2025-03-07T10:00:00Z', '2025-03-07T10:01:00Z'],
      [1_440, '2025-03-05T00:00:00Z', '2025-03-06T00:00:00Z'],
    ]);
    expect(await audit()).toMatchObject({ missing: 0, jobs: [] });
  });

  it('runs one at a time, and skips what a running job covers', async () => {
    at.venues.faults.add({ kind: 'delay', ms: 2_000, match: '/data/' });
    const { id } = await at.order({
      source: 'klines_spot',
      symbols: ['BTCUSDT'],
      from: '2025-02-01',
      to: '2025-03-01',
    });
    await at.wait(id, ({ status }) => status === 'running');
    const [first, second] = await Promise.all([audit(), audit()]);
    expect([first, second].filter(({ skipped }) => skipped)).toHaveLength(1);
    expect([first, second].find(({ skipped }) => !skipped)).toMatchObject({ missing: 28 * 1_440, jobs: [] });
    expect(await at.wait(id)).toMatchObject({ status: 'succeeded' });
  });
});

/** No schedule runs here: the cases share a host, each with series of its own. */
describe('the cause of a gap', () => {
  beforeAll(startHost);
  beforeEach(() => turnTo(START));
  afterEach(() => at.venues.faults.clear());
  afterAll(stopHost);

  it.each([['2017-12-04', 41, 'BTCUSDT']])(
    'of the spot market on %s is the outage of that day',
    async (day, minutes, symbol) => {
      const to = new Date(Date.parse(day) + DAY).toISOString();
      const job = await load('klines', day, { to, symbols: [symbol] });
      const holes = job.gaps!.filter(({ cause }) => cause === 'venue-outage');
      expect(job).toMatchObject({ status: 'succeeded', reason: null });
      expect(holes).toMatchObject([{ source: 'klines_spot', rows: minutes, proven: true }]);
      const { gaps, empty } = await spot(symbol);
      expect([gaps, empty]).toMatchObject([
        [],
        [{ reason: 'venue-outage', from: holes[0]!.from, to: holes[0]!.to }],
      ]);
      const proofs = await at.sql`
      select evidence from market_data.coverage where source = 'klines_spot' and symbol = ${symbol} and reason = 'venue-outage'`;
      // The archive's file was read, and the venue's REST API was requested for the same range: neither has the rows.
      expect(proofs[0]!.evidence).toEqual(
        expect.arrayContaining([
          expect.objectContaining({
            what: expect.stringContaining('.zip'),
            status: 200,
            sha256: expect.any(String),
          }),
          expect.objectContaining({ what: expect.stringContaining('GET /api/v3/klines'), status: 200 }),
        ]),
      );
    },
  );

  it('is ours when the database failed', async () => {
    const { store } = at.host.services;
    const series = { ...SERIES, symbol: 'BNBUSDT' } as const;
    await at.host.services.catalog.request(series, FEBRUARY);
    const chunk = { ...series, ...FEBRUARY, label: 'a chunk' };
    await store.markFailed(chunk, 'a job', { code: 'database-unreachable', message: 'no' });
    expect((await spot('BNBUSDT')).gaps).toMatchObject([{ cause: 'ours', error: 'no' }]);
  });
});

describe('an expiring gap', () => {
  onHostsOfTheirOwn();

  it('is reported while it can still be closed', async () => {
    at.venues.faults.add({ kind: 'status', status: 451, match: '/futures/data/' });
    at.venues.faults.add({ kind: 'wrong-checksum', match: 'BTCUSDT-metrics' });
    // The archive is damaged, and the venue refuses this region.
    await load('open_interest_binance', '2025-02-23', { to: '2025-03-19' });
    const [row] = await report('open_interest_binance');
    expect(row!.perishable).toMatchObject({
      from: '2025-02-23T00:00:00Z',
      days_left: expect.closeTo(4.46, 1),
    });
    const first = await audit();
    expect(first).toMatchObject({ perishable: 1, jobs: [expect.any(String)] });
    await ended(first.jobs);
    const { body } = await at.ask<{ perishable: { days_left: number }[] }>('/backfill/status');
    expect(body.perishable).toMatchObject([{ days_left: row!.perishable!.days_left }]);
    at.venues.faults.clear();
    turnTo(START + 2 * HOUR);
    expect(await ended((await audit()).jobs)).toMatchObject([{ status: 'succeeded' }]);
    expect(await audit()).toMatchObject({ perishable: 0 });
    expect((await report('open_interest_binance'))[0]!.perishable).toBeNull();
  });
});
