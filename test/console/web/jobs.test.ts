import { describe, expect, it } from 'vitest';
import {
  apiQueryOf,
  entriesOf,
  type JobSummary,
  jobsPlaceFrom,
  jobsQueryOf,
  matchesJob,
  runsNow,
} from '../../../console/web/jobs/list.ts';
import {
  failedOrder,
  failureGroups,
  lanesOf,
  reasonOf,
  sameOrder,
  waitsOf,
} from '../../../console/web/jobs/outcome.ts';
import { timelineOf } from '../../../console/web/jobs/timeline/bars.ts';
import { chunk, doneChunk, job, summary, view } from '../../cli/support/samples.ts';

const at = (minute: number, over: Parameters<typeof job>[0] = {}): JobSummary =>
  summary(
    job({
      id: `J${minute}`,
      createdAt: Date.UTC(2025, 10, 21, 12, minute),
      status: 'succeeded',
      rows: 2,
      ...over,
    }),
  );
const everything = jobsPlaceFrom(new URLSearchParams());

describe('the list of jobs', () => {
  it('folds what schedules ran well within an hour, and nothing that needs a look', () => {
    const scheduled = { scheduled: true };
    const entries = entriesOf([
      at(70, scheduled),
      at(59, scheduled),
      at(58),
      at(57, { ...scheduled, status: 'failed' }),
      at(56, scheduled),
      at(55, scheduled),
    ]);
    expect(entries.map((one) => (one.kind === 'job' ? one.job.id : one))).toEqual([
      'J70',
      {
        kind: 'runs',
        hour: '2025-11-21T12',
        jobs: [at(59, scheduled), at(56, scheduled), at(55, scheduled)],
        rows: 6,
      },
      'J58',
      'J57',
    ]);
  });

  it('is filtered by who ordered and by symbol', () => {
    const jobs = [at(1), at(2, { scheduled: true, symbols: ['SOLUSDT'] })];
    const shown = (part: object): string[] =>
      jobs.filter((one) => matchesJob(one, { ...everything, origin: 'all', ...part })).map(({ id }) => id);
    expect(shown({})).toEqual(['J1', 'J2']);
    expect(shown({ origin: 'you' })).toEqual(['J1']);
    expect(shown({ origin: 'schedules' })).toEqual(['J2']);
    jobs.push(at(3, { scheduled: true, audit: true }));
    expect([shown({ origin: 'audit' }), shown({ origin: 'schedules' })]).toEqual([['J3'], ['J2']]);
    expect(shown({ symbol: 'sol' })).toEqual(['J2']);
  });

  it('is usually that of orders, and of runs of schedules that went wrong', () => {
    const run = { scheduled: true };
    const jobs = [
      at(1),
      at(2, run),
      at(3, { ...run, status: 'running' }),
      at(4, { ...run, status: 'completed_with_gaps' }),
      at(5, { ...run, audit: true }),
      at(6, { status: 'queued' }),
    ];
    expect(jobs.filter((one) => matchesJob(one, everything)).map(({ id }) => id)).toEqual(['J1', 'J4', 'J6']);
    expect(jobs.filter(runsNow).map(({ id }) => id)).toEqual(['J3']);
    expect(apiQueryOf(everything)).toEqual({ status: 'all', quiet: 'false' });
    expect(apiQueryOf({ ...everything, origin: 'you', status: 'failed', source: 'klines' })).toEqual({
      status: 'failed',
      source: 'klines',
      origin: 'order',
    });
  });

  it('has its filters in the address', () => {
    const place = { origin: 'you' as const, status: 'failed', source: 'klines', symbol: 'BTC', pages: 2 };
    expect(jobsPlaceFrom(new URLSearchParams(jobsQueryOf(place)))).toEqual(place);
    expect(jobsQueryOf(everything)).toEqual({});
    expect(jobsPlaceFrom(new URLSearchParams('pages=x&origin=me'))).toEqual(everything);
  });
});

describe('how a job ended', () => {
  const error = { name: 'PermanentError', code: 'region-refused', message: 'HTTP 451' };
  const failed = view(
    job({
      status: 'failed',
      reason: '9 rows are missing: 2 of 3 chunks failed, first a 2025-01: HTTP 451; by cause: ours 9 rows',
      gaps: [
        {
          source: 'klines_spot',
          symbol: 'ETHUSDT',
          timeframe: '1m',
          start: Date.UTC(2025, 9, 3),
          end: Date.UTC(2025, 9, 4),
          rows: 9,
          cause: 'ours',
          proven: false,
        },
        {
          source: 'klines_spot',
          symbol: 'BTCUSDT',
          timeframe: '1m',
          start: Date.UTC(2025, 9, 1),
          end: Date.UTC(2025, 9, 2),
          rows: 9,
          cause: 'venue-outage',
          proven: true,
        },
      ],
    }),
    [
      chunk('a 2025-01', { state: 'failed', error }),
      chunk('a 2025-02', { state: 'failed', error }),
      chunk('b 2025-01', { state: 'failed', error: { ...error, message: 'other' } }),
    ],
  );

  it('has each error once, and not in the reason too', () => {
    expect(failureGroups(failed)).toEqual([
      { code: 'region-refused', message: 'HTTP 451', chunks: ['a 2025-01', 'a 2025-02'] },
      { code: 'region-refused', message: 'other', chunks: ['b 2025-01'] },
    ]);
    expect(reasonOf(failed)).toBe('9 rows are missing: 2 of 3 chunks failed; by cause: ours 9 rows');
  });

  it('can be ordered again, all of it or what is missing', () => {
    const all = {
      source: 'klines',
      symbols: ['BTCUSDT', 'ETHUSDT'],
      timeframe: '1m',
      from: '2025-10-01T00:00:00Z',
      to: '2025-11-01T00:00:00Z',
    };
    expect(sameOrder(failed)).toEqual(all);
    expect(failedOrder(failed)).toEqual({
      ...all,
      symbols: ['ETHUSDT'],
      from: '2025-10-03T00:00:00Z',
      to: '2025-10-04T00:00:00Z',
    });
    expect(failedOrder(view(job({ status: 'succeeded' })))).toBeUndefined();
  });

  it('is a lane of chunks for each series, with the waits by source', () => {
    const resumesAt = Date.UTC(2025, 10, 21, 12, 5);
    const { chunks } = view(job(), [
      doneChunk('klines_spot ETHUSDT 2025-02', 1),
      doneChunk('klines_spot ETHUSDT 2025-01', 1),
      chunk('klines_spot BTCUSDT 2025-01', { state: 'waiting', resumeAt: resumesAt }),
    ]);
    expect(lanesOf(chunks).map(({ name, chunks: of }) => [name, of.map(({ period }) => period)])).toEqual([
      ['klines_spot BTCUSDT', ['2025-01']],
      ['klines_spot ETHUSDT', ['2025-01', '2025-02']],
    ]);
    expect(waitsOf(chunks)).toEqual([{ source: 'klines_spot', chunks: 1, until: '2025-11-21T12:05:00Z' }]);
  });
});

describe('the timeline of a job', () => {
  const second = (n: number): number => Date.UTC(2025, 10, 21, 12, 0, n);
  const done = { state: 'done' as const, leftMs: 0 };

  it('has a bar for each chunk, side by side where they were fetched at once', () => {
    const of = view(job({ status: 'succeeded', finishedAt: second(30) }), [
      chunk('klines_spot BTCUSDT 2025-01', { ...done, startedAt: second(0), endedAt: second(10) }),
      chunk('klines_spot BTCUSDT 2025-02', { ...done, startedAt: second(5), endedAt: second(15) }),
      chunk('klines_spot BTCUSDT 2025-03', { ...done, startedAt: second(10), endedAt: second(30) }),
      chunk('klines_spot ETHUSDT 2025-01', { state: 'planned' }),
    ]);
    const timeline = timelineOf(of, second(99))!;
    expect([timeline.from, timeline.to]).toEqual([second(0), second(30)]);
    expect(timeline.lanes.map(({ name, tracks }) => [name, tracks])).toEqual([['klines_spot BTCUSDT', 2]]);
    expect(timeline.lanes[0]!.bars.map(({ track }) => track)).toEqual([0, 1, 0]);
    expect(timeline.waits).toEqual([]);
    expect(timelineOf(view(job(), [chunk('a b', { state: 'planned' })]), second(0))).toBeUndefined();
  });

  it('joins the waits for one limit, and ends what is still waited for now', () => {
    const wait = (from: number, until: number) => ({
      from: second(from),
      until: second(until),
      scope: 'binance-spot',
    });
    const running = view(job(), [
      chunk('a BTCUSDT 2025-01', { startedAt: second(0), waits: [wait(2, 6), wait(20, 59)] }),
      chunk('a ETHUSDT 2025-01', { startedAt: second(1), wave: 2, waits: [wait(4, 8)] }),
    ]);
    const timeline = timelineOf(running, second(30))!;
    expect(timeline.waits).toEqual([
      {
        scope: 'binance-spot',
        chunks: 2,
        spans: [
          { from: second(2), to: second(8) },
          { from: second(20), to: second(30) },
        ],
        ms: 16_000,
      },
    ]);
    expect(timeline.waves).toEqual([{ wave: 2, at: second(8) }]);
  });
});
