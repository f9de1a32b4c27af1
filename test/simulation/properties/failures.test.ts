import { describe, expect, it } from 'vitest';
import type { ChunkProgress, Job } from '../../../functions/core/jobs/job.ts';
import { HOUR, MINUTE } from '../../../functions/core/time/time.ts';
import { checkFailures } from '../../../simulation/properties/jobs/failures.ts';
import { propertyOf } from '../../../simulation/properties/names.ts';

const T0 = Date.UTC(2025, 2, 1);
const job = (more: Partial<Job> = {}) =>
  ({ id: 'J', status: 'failed', createdAt: T0, finishedAt: T0 + MINUTE, ...more }) as Job;
const failedChunk = (code: string, name = 'PermanentError', message = 'row 1 is not a candle.') =>
  ({ label: 'a', state: 'failed', error: { code, name, message } }) as ChunkProgress;

const check = (one: Job, chunks: readonly ChunkProgress[], strokes: Readonly<Record<string, number[]>>) =>
  checkFailures(
    {
      tables: {
        jobs: { values: () => [one] },
        chunks: { get: () => new Map(chunks.map((chunk) => [chunk.label, chunk])) },
      },
      strokesAt: new Map(Object.entries(strokes)),
    },
    T0,
  );

describe('a job that failed', () => {
  it('has a cause that struck while it ran', () => {
    expect(check(job(), [failedChunk('malformed-rows')], { 'malformed-answers': [T0 + 1_000] })).toEqual([]);
  });

  it('may have met a page of HTML instead of an answer', () => {
    const page = failedChunk('venue-broken', 'RetryableVenueError', 'a page instead of JSON: HTTP 200');
    expect(check(job(), [page], { 'malformed-answers': [T0] })).toEqual([]);
    const refused = failedChunk('venue-broken', 'RetryableVenueError', 'HTTP 503');
    expect(check(job(), [refused], { 'malformed-answers': [T0] })).toHaveLength(1);
  });

  it('has none in a fault of another kind, or of another time', () => {
    const [breach = ''] = check(job(), [failedChunk('malformed-rows')], { outage: [T0] });
    expect(propertyOf(breach)).toBe('a failure has a cause');
    expect(breach).toContain('malformed-rows');
    expect(
      check(job(), [failedChunk('malformed-rows')], { 'malformed-answers': [T0 + 3 * HOUR] }),
    ).toHaveLength(1);
    expect(check(job(), [failedChunk('malformed-rows')], {})).toHaveLength(1);
  });

  it('may have one that struck long before and stays', () => {
    expect(check(job(), [failedChunk('malformed-rows')], { 'bad-cell': [T0 - 20 * HOUR] })).toEqual([]);
    expect(
      check(job(), [failedChunk('malformed-rows')], { 'malformed-answers': [T0 - 20 * HOUR] }),
    ).toHaveLength(1);
  });

  it('may not have a chunk of which nobody knows why it ended', () => {
    const reason = '3 rows are missing: 1 of 2 chunks failed, first a: it ended without a word';
    const silent = { label: 'a', state: 'running' } as ChunkProgress;
    const deaths = { 'function dies after a call': [T0], 'invocation late': [T0] };
    expect(check(job({ reason }), [silent], deaths)).toHaveLength(1);
    const malformed = { ...deaths, 'malformed-answers': [T0] };
    expect(check(job({ reason }), [silent, failedChunk('malformed-rows')], malformed)).toHaveLength(1);
    expect(check(job({ reason }), [silent], { 'host restarted': [T0] })).toEqual([]);
  });

  it('is excused by nothing that it does not name: its own reason counts where no chunk has an error', () => {
    const reason = 'Lambda.Unknown: the process died';
    expect(check(job({ reason }), [], { 'process dies after a call': [T0] })).toEqual([]);
    expect(check(job({ reason }), [], { ban: [T0] })).toHaveLength(1);
  });

  it.each([
    'older backup restored',
    'rows deleted by hand',
    'operator purges a series and orders it again',
    'operator keeps less for a while',
  ])('lacks what somebody took away while it ran: %s', (kind) => {
    const reason =
      '665 rows are missing: the venue did not return them, and nothing proves that there are none';
    const lacking = job({ status: 'completed_with_gaps', reason });
    expect(check(lacking, [], { [kind]: [T0 + 1_000] })).toEqual([]);
    expect(check(lacking, [], { [kind]: [T0 - 11 * HOUR] })).toHaveLength(1);
  });

  it('or that ended with gaps has a cause as well', () => {
    const reason =
      '1 rows are missing: the venue did not return them, and nothing proves that there are none';
    const gaps = job({ status: 'completed_with_gaps', reason });
    expect(check(gaps, [], { hole: [T0 - HOUR] })).toEqual([]);
    expect(check(gaps, [], { 'process dies after a call': [T0] })).toHaveLength(1);
    const contradicted = job({ status: 'completed_with_gaps', reason: 'the report has a gap there' });
    expect(check(contradicted, [], { hole: [T0 - HOUR] })).toHaveLength(1);
  });

  it('is looked at once it has ended, and a job that did not fail is not', () => {
    expect(check(job({ finishedAt: T0 - 1 }), [], {})).toEqual([]);
    expect(check(job({ status: 'succeeded' }), [], {})).toEqual([]);
  });
});
