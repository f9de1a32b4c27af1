import { describe, expect, it } from 'vitest';
import {
  entriesOf,
  type JobSummary,
  jobsPlaceFrom,
  jobsQueryOf,
  matchesJob,
} from '../../../console/web/jobs/list.ts';
import {
  failedOrder,
  failureGroups,
  lanesOf,
  reasonOf,
  sameOrder,
  waitsOf,
} from '../../../console/web/jobs/outcome.ts';
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
      jobs.filter((one) => matchesJob(one, { ...everything, ...part })).map(({ id }) => id);
    expect(shown({})).toEqual(['J1', 'J2']);
    expect(shown({ origin: 'you' })).toEqual(['J1']);
    expect(shown({ origin: 'schedules' })).toEqual(['J2']);
    expect(shown({ symbol: 'sol' })).toEqual(['J2']);
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
