import { describe, expect, it } from 'vitest';
import { MOST_SHOWN } from '../../../functions/core/api/jobs/schemas.ts';
import { detail } from '../../../functions/core/api/jobs/views.ts';
import {
  CHUNK_STATES,
  type ChunkProgress,
  FETCHER_LIFE,
  type Job,
} from '../../../functions/core/jobs/job.ts';
import { DAY, SECOND } from '../../../functions/core/time/time.ts';
import { functions } from '../../../functions/manifest.ts';

/** Lambda's limit of a synchronous answer. */
const ROOM = 6 * 1_024 * 1_024;

const NOW = Date.UTC(2026, 0);
const job: Job = {
  id: '01JD6Z8X5Q0000000000000000',
  source: 'klines',
  sources: ['klines_spot'],
  symbols: ['BTCUSDT'],
  skipped: [],
  timeframe: '1m',
  alsoRequested: false,
  from: 0,
  to: NOW,
  status: 'running',
  createdAt: NOW - DAY,
  startedAt: NOW - DAY,
  wave: 1,
  rows: 0,
};
const chunks = (n: number, of: Partial<ChunkProgress> = {}): ChunkProgress[] =>
  Array.from({ length: n }, (_, i) => ({
    label: `klines_spot SYMBOL${i}USDT 1m 2026-10`,
    state: 'done',
    wave: 1,
    totalMs: DAY,
    leftMs: 0,
    rows: 44_640,
    ...of,
  }));

describe('the chunks of a job', () => {
  it('are shown as they are planned, each of them, while somebody can read them', () => {
    const all = chunks(MOST_SHOWN).map((chunk, i) => ({ ...chunk, state: CHUNK_STATES[i % 6]! }));
    const view = detail(job, all, NOW);
    expect(view.chunks.map(({ chunk }) => chunk)).toEqual(all.map(({ label }) => label));
    expect(Object.values(view.chunk_counts).reduce((sum, n) => sum + n)).toBe(MOST_SHOWN);
  });

  it('are counted all and shown in part when there are more: what goes on or went wrong before what is done', () => {
    const error = { name: 'PermanentError', code: 'malformed-rows', message: 'no number' };
    const all = [
      ...chunks(MOST_SHOWN, { state: 'planned' }),
      ...chunks(MOST_SHOWN),
      ...chunks(7, { state: 'running' }),
      ...chunks(3, { state: 'failed', error }),
    ];
    const view = detail(job, all, NOW);
    expect(view.chunk_counts).toEqual({ planned: MOST_SHOWN, done: MOST_SHOWN, running: 7, failed: 3 });
    expect(view.rows_fetched).toBe(44_640 * all.length);
    const states = view.chunks.map(({ state }) => state);
    expect([states.length, states.slice(0, 11)]).toEqual([
      MOST_SHOWN,
      [...Array(7).fill('running'), ...Array(3).fill('failed'), 'planned'],
    ]);
    expect(view.failures).toHaveLength(3);
  });

  it('are thought to be at work no longer than their function may be', () => {
    const fetcher = functions.find(({ handler }) => handler === 'fetch-chunk')!;
    expect(FETCHER_LIFE).toBe(fetcher.timeoutSeconds * SECOND);
  });

  it.each([
    ['failed', ['failed', 'cancelled', 'cancelled', 'done']],
    ['completed_with_gaps', ['failed', 'cancelled', 'cancelled', 'done']],
    ['cancelled', ['cancelled', 'cancelled', 'cancelled', 'done']],
    // Its rows are there, whoever fetched them.
    ['succeeded', ['done', 'done', 'done', 'done']],
  ] as const)('have ended when their job has: %s', (status, expected) => {
    const noted = (['running', 'waiting', 'planned', 'done'] as const).flatMap((state) =>
      chunks(1, { state, leftMs: state === 'done' ? 0 : DAY, ...(state === 'done' && { endedAt: NOW - 1 }) }),
    );
    const reason = 'the database has no room on its disk';
    const ended = { ...job, status, finishedAt: NOW, reason };
    const view = detail(ended, noted, NOW + FETCHER_LIFE);
    expect(view.chunks.map(({ state }) => state)).toEqual(expected);
    // Until then its fetcher may be at work on a page, and says itself when it has stopped.
    const before = detail(ended, noted, NOW + FETCHER_LIFE - 1).chunks.map(({ state }) => state);
    expect(before).toEqual([status === 'succeeded' ? 'done' : 'running', ...expected.slice(1)]);
    expect(view.chunks.every(({ ended_at }) => ended_at !== null)).toBe(true);
    expect(view.failures.map(({ message }) => message)).toEqual(
      expected[0] === 'failed' ? [`the job ended in the middle of it: ${reason}`] : [],
    );
    expect(detail(job, noted, NOW).chunks[0]).toMatchObject({ state: 'running', ended_at: null });
  });

  it('fit an answer of Lambda even when a hundred thousand failed with many words', () => {
    const error = { name: 'PermanentError', code: 'malformed-rows', message: 'x'.repeat(1_000) };
    const view = detail(job, chunks(100_000, { state: 'failed', error }), NOW);
    expect(view.failures).toHaveLength(MOST_SHOWN);
    expect(JSON.stringify(view).length).toBeLessThan(ROOM / 2);
  });
});

describe('the rows of a job that has ended', () => {
  const noted = chunks(2, { rows: 500 });
  const rowsOf = (of: Partial<Job>, by = noted): number => detail({ ...job, ...of }, by, NOW).rows_fetched;

  it('are those that the ledger counted, whatever fetchers noted before', () => {
    for (const status of ['failed', 'cancelled', 'completed_with_gaps', 'succeeded'] as const)
      expect([status, rowsOf({ status, rows: 7, counted: true })]).toEqual([status, 7]);
  });

  it('are what fetchers have noted until now where nobody could count', () => {
    for (const status of ['failed', 'cancelled'] as const)
      expect([status, rowsOf({ status, rows: 7 }), rowsOf({ status, rows: 7 }, [])]).toEqual([
        status,
        1_000,
        7,
      ]);
  });

  it('were always counted where an earlier version ended it with its last state', () => {
    for (const status of ['completed_with_gaps', 'succeeded'] as const)
      expect([status, rowsOf({ status, rows: 7 })]).toEqual([status, 7]);
  });
});

describe('the phase of a job', () => {
  const phase = { phase: 'refreshing aggregates 3 of 6', phaseAt: NOW - 12_400 };

  it('says what is done when all chunks are, for how long, and that nobody knows how long it will take', () => {
    expect(detail({ ...job, ...phase }, chunks(3), NOW)).toMatchObject({
      status: 'running',
      progress: 1,
      phase: 'refreshing aggregates 3 of 6',
      phase_seconds: 12,
      seconds_left: null,
    });
  });

  it('is none while chunks are fetched, and when the job has ended', () => {
    const half = chunks(2, { leftMs: DAY / 2 });
    expect(detail(job, half, NOW)).toMatchObject({ phase: null, phase_seconds: null, seconds_left: 86_400 });
    const ended = { ...job, ...phase, status: 'failed', finishedAt: NOW } as const;
    expect(detail(ended, half, NOW)).toMatchObject({ phase: null, phase_seconds: null, seconds_left: 0 });
  });
});
