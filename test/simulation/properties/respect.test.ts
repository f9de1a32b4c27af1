import { describe, expect, it } from 'vitest';
import type { ChunkProgress, Job } from '../../../functions/core/jobs/job.ts';
import { DAY, HOUR, MINUTE } from '../../../functions/core/time/time.ts';
import type { Book } from '../../../simulation/memory/ledger/warehouse.ts';
import {
  judgeCancelled,
  judgeOrderedAgain,
  judgeShown,
  judgeUnfollowed,
} from '../../../simulation/properties/jobs/respect.ts';

const NOW = Date.UTC(2025, 5, 10);
const series = { source: 'klines_perp', symbol: 'AAAUSDT', timeframe: '1m' } as const;
const job = (more: Partial<Job>): Job =>
  ({ id: '01', status: 'cancelled', createdAt: NOW, finishedAt: NOW, from: 0, to: NOW, ...more }) as Job;
const seriesOf = () => [series];

describe('what has ended', () => {
  const chunk = (state: ChunkProgress['state']): ChunkProgress =>
    ({ label: 'klines_perp AAAUSDT 1m 2025-06', state, rows: 0 }) as ChunkProgress;

  it('is shown without a chunk at work', () => {
    expect(judgeShown(job({}), [chunk('running'), chunk('planned'), chunk('done')], NOW + HOUR)).toEqual([]);
  });

  it('must not be shown at work for ever', () => {
    const open = job({ status: 'running' });
    expect(judgeShown(open, [chunk('waiting')], NOW + HOUR)).toEqual([
      'job 01 is running and shows klines_perp AAAUSDT 1m 2025-06 as waiting',
    ]);
  });
});

describe('a cancelled job', () => {
  const CHUNK = 'klines_perp AAAUSDT 1m 2025-06';
  const book = (pages: number, more: object = {}): Book => {
    const spans = Array.from({ length: pages }, (_, i) => {
      const at = NOW + i * MINUTE;
      return { state: 'have', jobId: '01', chunk: CHUNK, fetchedAt: at, object: 'a', sha256: 'b', ...more };
    });
    return { series, spans, findings: new Map() } as unknown as Book;
  };

  it('may write what its fetchers have in hand', () => {
    expect(judgeCancelled(job({}), [book(4)])).toEqual([]);
    expect(judgeCancelled(job({}), [book(9, { jobId: '02' })])).toEqual([]);
    expect(judgeCancelled(job({}), [book(9, { fetchedAt: NOW + HOUR })])).toEqual([]);
  });

  it('must not fetch on', () => {
    expect(judgeCancelled(job({}), [book(5)])).toEqual([
      `job 01 was cancelled at 2025-06-10T00:00:00Z, and ${CHUNK} got 4 pages since`,
    ]);
  });

  it('has not fetched what was joined or published anew since', () => {
    expect(judgeCancelled(job({}), [book(9, { object: 'GET a and 3 more', sha256: null })])).toEqual([]);
    const renewed = book(9);
    renewed.findings = new Map([['x', { kind: 'object-republished', object: 'a#b' } as never]]);
    expect(judgeCancelled(job({}), [renewed])).toEqual([]);
  });

  it('is not ordered by a schedule within a day', () => {
    const other = job({ from: NOW - DAY, to: NOW });
    const at = (createdAt: number, from: number) =>
      job({ id: '02', scheduled: true, createdAt, from, to: createdAt });
    expect(judgeOrderedAgain(at(NOW + HOUR, NOW), other, seriesOf)).toEqual([]);
    expect(judgeOrderedAgain(at(NOW + MINUTE, NOW - HOUR), other, seriesOf)).toEqual([]);
    expect(judgeOrderedAgain(at(NOW + DAY, NOW - HOUR), other, seriesOf)).toEqual([]);
    expect(judgeOrderedAgain(at(NOW + HOUR, NOW - HOUR), other, () => [])).toEqual([]);
    expect(judgeOrderedAgain(at(NOW + HOUR, NOW - HOUR), other, seriesOf)).toEqual([
      'a schedule ordered klines_perp AAAUSDT 1m from 2025-06-09T23:00:00Z at 2025-06-10T01:00:00Z, which was cancelled at 2025-06-10T00:00:00Z',
    ]);
  });
});

describe('what nobody follows', () => {
  const book = (unfollowedAt: number | undefined) =>
    ({ series, record: { requested: [], unfollowedAt } }) as unknown as Book;
  const placed = [job({ id: '02', scheduled: true, createdAt: NOW + HOUR })];

  it('is ordered by no schedule', () => {
    expect(judgeUnfollowed(book(undefined), placed, seriesOf, 0)).toEqual([]);
    expect(judgeUnfollowed(book(NOW + HOUR), placed, seriesOf, 0)).toEqual([]);
    expect(judgeUnfollowed(book(NOW), placed, seriesOf, NOW + HOUR)).toEqual([]);
    expect(judgeUnfollowed(book(NOW), placed, seriesOf, 0)).toEqual([
      'a schedule ordered klines_perp AAAUSDT 1m at 2025-06-10T01:00:00Z, unfollowed since 2025-06-10T00:00:00Z',
    ]);
  });
});
