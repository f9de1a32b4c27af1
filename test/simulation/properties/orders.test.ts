import { describe, expect, it } from 'vitest';
import type { Job } from '../../../functions/core/jobs/job.ts';
import type { Lease } from '../../../functions/core/jobs/lease.ts';
import { HOUR, MINUTE } from '../../../functions/core/time/time.ts';
import { judgeBegun, judgeLeases, judgeOrder } from '../../../simulation/properties/jobs/orders.ts';

const now = Date.UTC(2025, 5, 10);

describe('the job that an order gets', () => {
  const job = (more: Partial<Job>): Job => ({ id: '01', status: 'running', createdAt: 0, ...more }) as Job;

  it('has still to do it', () => {
    expect(judgeOrder(job({}), now)).toEqual([]);
    expect(judgeOrder(job({ status: 'succeeded', finishedAt: now + MINUTE }), now)).toEqual([]);
  });

  it('may have ended while the answer was on its way', () => {
    expect(judgeOrder(job({ status: 'succeeded', finishedAt: now - MINUTE }), now)).toEqual([]);
  });

  it('must not have ended before', () => {
    const ended = job({ status: 'failed', finishedAt: now - 2 * MINUTE });
    expect(judgeOrder(ended, now)).toEqual([
      'job 01 of 2025-06-09T23:58:00Z is failed, and an order of 2025-06-10T00:00:00Z got it',
    ]);
  });
});

describe('a job', () => {
  const createdAt = now - HOUR;
  const at = (more: Partial<Job>, strokes: Record<string, readonly number[]> = {}): string[] =>
    judgeBegun(
      { id: '01', status: 'queued', createdAt, ...more } as Job,
      new Map(Object.entries(strokes)),
      now,
    );
  const LATE = ['job 01 of 2025-06-09T23:00:00Z had not begun at 2025-06-09T23:06:00Z'];

  it('begins within six minutes', () => {
    expect(at({ startedAt: createdAt + 6 * MINUTE - 1 })).toEqual([]);
    expect(at({ startedAt: createdAt + 6 * MINUTE })).toEqual(LATE);
    expect(at({ createdAt: now - 6 * MINUTE + 1 })).toEqual([]);
    expect(at({})).toEqual(LATE);
  });

  it('or ends before it has begun, as when it is cancelled at once', () => {
    expect(at({ status: 'cancelled', finishedAt: createdAt + MINUTE })).toEqual([]);
  });

  it('whatever struck as it was ordered, and not while something strikes later', () => {
    const kind = 'process dies after a call';
    expect(at({}, { [kind]: [createdAt - HOUR, createdAt + MINUTE] })).toEqual(LATE);
    expect(at({}, { [kind]: [createdAt - HOUR, createdAt + 2 * MINUTE] })).toEqual([]);
    expect(at({}, { [kind]: [createdAt + 6 * MINUTE] })).toEqual(LATE);
  });

  it('not before a host is on again that was switched off', () => {
    expect(at({}, { 'host is off': [createdAt - 3 * 24 * HOUR] })).toEqual([]);
  });
});

describe('a turn', () => {
  const lease = (at: number, done = false): Lease => {
    return { name: 'refresh', holder: 'a', at, done, jobs: [], failures: 0 };
  };

  it('is held by a worker that is at work, or has ended', () => {
    expect(judgeLeases([lease(now - 2 * HOUR), lease(now - 9 * HOUR, true)], now)).toEqual([]);
  });

  it('may stay at that where the gap that it is about has become another one', () => {
    expect(judgeLeases([{ ...lease(now - 9 * HOUR), name: 'gap klines_spot BTCUSDT 1h a/b' }], now)).toEqual(
      [],
    );
  });

  it('must not be held by one that died', () => {
    expect(judgeLeases([lease(now - 2 * HOUR - 1)], now)).toEqual([
      expect.stringMatching(/^the turn refresh of .* is still held$/),
    ]);
  });
});
