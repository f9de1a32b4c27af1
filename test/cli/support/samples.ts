import type { JobDetail, OrderedJob } from '../../../functions/core/api/jobs/schemas.ts';
import { detail, summarize } from '../../../functions/core/api/jobs/views.ts';
import type { Answer } from '../../../functions/core/api/operations.ts';
import type { FollowedSeries, SeriesReport } from '../../../functions/core/api/series/schemas.ts';
import type { ChunkProgress, Job } from '../../../functions/core/jobs/job.ts';
import { LICENCES } from '../../../functions/core/licences/licences.ts';
import { DAY, SECOND } from '../../../functions/core/time/time.ts';
import { NOON } from './fake-terminal.ts';

export const JOB_ID = '01JD6Z8X5Q0000000000000000';

const CREATED = NOON - 10 * SECOND;

/** A job as the job table keeps it: running for eight seconds at noon. */
export const job = (over: Partial<Job> = {}): Job => ({
  id: JOB_ID,
  source: 'klines',
  sources: ['klines_spot', 'klines_perp'],
  symbols: ['BTCUSDT', 'ETHUSDT'],
  skipped: [],
  timeframe: '1m',
  alsoRequested: false,
  from: Date.UTC(2025, 9, 1),
  to: Date.UTC(2025, 10, 1),
  status: 'running',
  createdAt: CREATED,
  startedAt: NOON - 8 * SECOND,
  wave: 1,
  rows: 0,
  ...over,
});

export const chunk = (label: string, over: Partial<ChunkProgress> = {}): ChunkProgress => ({
  label,
  state: 'running',
  wave: 1,
  totalMs: 31 * DAY,
  leftMs: 31 * DAY,
  rows: 0,
  ...over,
});

export const doneChunk = (label: string, rows: number): ChunkProgress =>
  chunk(label, { state: 'done', leftMs: 0, rows });

/** The API's own view of it. */
export const view = (of: Job, chunks: readonly ChunkProgress[] = []): JobDetail => detail(of, chunks, NOON);

export const summary = (of: Job, chunks: readonly ChunkProgress[] = []) => summarize(of, chunks);

/** The API's answer to the order that made it. */
export const ordered = (of: JobDetail): OrderedJob => ({ ...of, joined: false });

/** What the API reports of a series that is complete. */
export const reported = (over: Partial<SeriesReport> = {}): SeriesReport => ({
  source: 'klines_spot',
  symbol: 'BTCUSDT',
  timeframe: '1m',
  earliest: '2024-11-21T00:00:00Z',
  latest: '2025-11-20T23:59:00Z',
  rows: 525_600,
  requested: [],
  gaps: [],
  pending: [],
  perishable: null,
  audited_at: null,
  empty: [],
  findings: 0,
  ...over,
});

export const HEALTH: Answer<'health'> = {
  status: 'ok',
  checks: { database: { ok: true }, job_table: { ok: true } },
  simulated: false,
};

/** The stages of a job that fills two months and succeeds. */
export const lifeOfAJob = (): JobDetail[] => [
  view(job({ status: 'queued', startedAt: undefined as never })),
  view(job(), [chunk('klines_spot BTCUSDT 2025-10'), chunk('klines_spot ETHUSDT 2025-10')]),
  view(job(), [doneChunk('klines_spot BTCUSDT 2025-10', 44_640), chunk('klines_spot ETHUSDT 2025-10')]),
  view(job({ status: 'succeeded', rows: 89_280, finishedAt: NOON }), [
    doneChunk('klines_spot BTCUSDT 2025-10', 44_640),
    doneChunk('klines_spot ETHUSDT 2025-10', 44_640),
  ]),
];

/** What the API lists of FRED; its key is there. */
export const macroSource = (over: Partial<Answer<'listSources'>[number]> = {}) => ({
  id: 'macro_fred',
  family: 'macro',
  title: 'US macroeconomic series of FRED',
  table: 'macro_observations',
  rhythm: 'events',
  timeframes: ['1d'],
  default_timeframe: '1d',
  default_symbols: ['DFF'],
  columns: [],
  time_column: 'time',
  key: ['symbol', 'time', 'realtime_start'],
  vintages: { from: 'realtime_start', until: 'realtime_end' },
  key_missing: null,
  opt_in_symbols: ['SP500'],
  licence: LICENCES.fred,
  ...over,
});

/** A series as the API lists it that is kept current. */
export const followed = (over: Partial<FollowedSeries> = {}): FollowedSeries => ({
  source: 'klines_spot',
  symbol: 'BTCUSDT',
  timeframe: '1m',
  family: 'klines',
  from: '2024-11-21T00:00:00Z',
  to: '2025-11-21T00:00:00Z',
  requested: [{ from: '2024-11-21T00:00:00Z', to: '2025-11-21T00:00:00Z' }],
  followed: true,
  since: '2025-11-20T00:00:00Z',
  unfollowed_at: null,
  every_seconds: 60,
  ...over,
});
