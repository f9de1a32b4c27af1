import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DAY, HOUR, MINUTE } from '../../functions/core/time/time.ts';
import { type MemoryHost, startMemoryHost } from '../helpers/memory-host.ts';
import { standingTime } from '../helpers/standing-time.ts';
import type { ReportedSeries, RunResult } from '../helpers/upkeep-answers.ts';

/** Refresh and audit on a clock that a test turns; `test/host/upkeep/audit.test.ts` has one case of each in the database. */
const START = Date.parse('2025-03-20T12:00:30Z');
const time = standingTime(START);
const turnTo = (at: number): void => time.skip(at - time.clock());

let at: MemoryHost;
beforeEach(async () => {
  turnTo(START);
  at = await startMemoryHost({ time });
});
afterEach(() => at?.[Symbol.asyncDispose]());

const audit = () => at.invoke<RunResult>('audit-gaps');
const refresh = () => at.invoke<RunResult>('refresh');
const ended = (ids: readonly string[]) => Promise.all(ids.map((id) => at.wait(id)));

const report = async (source: string): Promise<ReportedSeries[]> =>
  (await at.ask<ReportedSeries[]>(`/backfill/report?source=${source}`)).body;
const spot = async (symbol = 'BTCUSDT') =>
  (await report('klines_spot')).find((row) => row.symbol === symbol)!;

const load = async (source: string, from: string, more: object = {}) =>
  at.run({ source, symbols: ['BTCUSDT'], from, ...more });

describe('the refresh', () => {
  it('catches up after days without a run, and after a venue that was unreachable', async () => {
    await load('klines_spot', '2025-03-20');
    at.venues.faults.add({ kind: 'cut' });
    turnTo(START + HOUR);
    expect(await ended((await refresh()).started)).toMatchObject([{ status: 'failed' }]);
    expect(await spot()).toMatchObject({ gaps: [{ cause: 'source-error' }] });
    at.venues.faults.clear();
    turnTo(START + 5 * DAY);
    const [job] = await ended((await refresh()).started);
    expect(job).toMatchObject({ status: 'succeeded', rows_fetched: 5 * 1_440 });
    expect(await spot()).toMatchObject({
      gaps: [],
      latest: '2025-03-25T11:59:00Z',
      requested: [{ from: '2025-03-20T00:00:00Z', to: '2025-03-25T12:00:00Z' }],
    });
  });

  it('stays correct when the clock runs backwards', async () => {
    await load('klines_spot', '2025-03-20');
    for (const jump of [-2 * HOUR, -DAY, 3 * HOUR, 2 * MINUTE, 5 * HOUR]) {
      turnTo(START + jump);
      await ended((await refresh()).started);
      await ended((await audit()).jobs);
    }
    const times = at
      .rows<{ open_time: string }>({ source: 'klines_spot', symbol: 'BTCUSDT', timeframe: '1m' })
      .map(({ open_time }) => open_time);
    const minutes = 17 * 60;
    expect({ n: times.length, times: new Set(times).size }).toEqual({ n: minutes, times: minutes });
    expect(await spot()).toMatchObject({ gaps: [], latest: '2025-03-20T16:59:00Z' });
  });
});

describe('the audit', () => {
  it('backs off on gaps that stay open', async () => {
    at.venues.faults.add({ kind: 'status', status: 451 });
    await load('klines_spot', '2025-02-01', { to: '2025-02-03' });
    const ordered: number[] = [];
    for (let hour = 0; hour < 50; hour++) {
      turnTo(START + hour * HOUR);
      const { jobs } = await audit();
      if (jobs.length > 0) ordered.push(hour);
      expect(await ended(jobs)).toMatchObject(jobs.map(() => ({ status: 'failed' })));
    }
    expect(ordered.length).toBeLessThan(10);
    at.venues.faults.clear();
    turnTo(START + 100 * HOUR);
    expect(await ended((await audit()).jobs)).toMatchObject([
      { status: 'succeeded', rows_fetched: 2 * 1_440 },
    ]);
  });

  it('requests the range of an outage again when its proof is due, and not before', async () => {
    const hole = { start: Date.parse('2025-03-19T10:00:00Z'), end: Date.parse('2025-03-19T11:00:00Z') };
    at.venues.control.outages.add({ market: 'spot', ...hole });
    const job = await load('klines_spot', '2025-03-19');
    expect(job).toMatchObject({ status: 'succeeded' });
    expect(await audit()).toMatchObject({ missing: 0, jobs: [] });
    turnTo(START + DAY + 2 * HOUR);
    const due = await audit();
    expect(due.missing).toBe(60);
    expect(await ended(due.jobs)).toMatchObject([{ status: 'succeeded', rows_fetched: 0 }]);
    turnTo(START + 2 * DAY);
    expect(await audit()).toMatchObject({ missing: 0, jobs: [] });
  });
});

describe('the cause of a gap', () => {
  it.each([
    ['2017-12-04', 41, 'BTCUSDT'],
    ['2018-02-08', 24 * 60 - 29, 'ETHUSDT'],
    ['2020-11-30', 1, 'LTCUSDT'],
    ['2021-08-13', 270, 'ADAUSDT'],
    ['2023-03-24', 80, 'XRPUSDT'],
  ])('of the spot market on %s is the outage of that day', async (day, minutes, symbol) => {
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
    const proofs = at.warehouse
      .book({ source: 'klines_spot', symbol, timeframe: '1m' })
      .spans.filter(({ reason }) => reason === 'venue-outage');
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
  });

  it('is source-error, with the object, where the file is damaged and the venue no longer serves the rows', async () => {
    at.venues.faults.add({ kind: 'wrong-checksum', match: 'metrics-2025-02-02' });
    const job = await load('open_interest_binance', '2025-02-01', { to: '2025-02-04' });
    expect(job).toMatchObject({
      status: 'completed_with_gaps',
      reason: expect.stringMatching(
        /^24 rows are missing: .*24 source-error \(open_interest_binance BTCUSDT 1h 2025-02-02/,
      ),
      gaps: [
        {
          // The file of a day has the readings after its midnight, up to the next one.
          from: '2025-02-02T01:00:00Z',
          to: '2025-02-03T01:00:00Z',
          rows: 24,
          cause: 'source-error',
          proven: false,
        },
      ],
    });
    const [row] = await report('open_interest_binance');
    expect(row!.gaps).toMatchObject([{ cause: 'source-error', error: expect.stringContaining('SHA-256') }]);
    expect(row!.gaps[0]).toHaveProperty('evidence.1.what', expect.stringContaining('metrics-2025-02-02'));
  });

  it('is not-yet-published for recent data, which is then pending and not a gap', async () => {
    at.venues.faults.add({ kind: 'delay', ms: 1, match: '/data/' });
    at.venues.control.outages.add({ market: 'spot', start: START - 5.5 * MINUTE, end: START - 0.5 * MINUTE });
    const symbols = ['DOGEUSDT'];
    const job = await load('klines_spot', '2025-03-20', { symbols });
    expect(job).toMatchObject({ status: 'succeeded', gaps: [{ cause: 'not-yet-published', rows: 5 }] });
    expect(await spot('DOGEUSDT')).toMatchObject({
      gaps: [],
      pending: [{ cause: 'not-yet-published', rows: 5 }],
    });
  });
});

describe('an expiring gap', () => {
  it('is the snapshot of this hour once half the hour has passed without one', async () => {
    await load('gex', '2025-03-20', { symbols: ['BTC'] });
    expect((await report('gex'))[0]!.perishable).toBeNull();
    turnTo(START + HOUR + 40 * MINUTE);
    const [row] = await report('gex');
    expect(row!.perishable).toMatchObject({ from: '2025-03-20T13:00:00Z', lost_at: '2025-03-20T14:00:00Z' });
    expect(row!.perishable!.days_left).toBeLessThan(0.02);
    expect(await audit()).toMatchObject({ perishable: 1, jobs: [] });
    await ended((await refresh()).started);
    expect((await report('gex'))[0]!.perishable).toBeNull();
  });
});
