import * as z from 'zod';
import { OrderBody } from '../run/create-job.ts';
import { CandleBody } from '../run/load-candles.ts';
import { RefreshBody } from '../run/refresh-view.ts';
import { VerifyBody } from '../verify/verify-body.ts';
import * as candles from './candle-shapes.ts';
import * as look from './look-shapes.ts';
import type { Operation } from './operation.ts';
import * as queries from './queries.ts';
import * as shapes from './shapes.ts';
import { upkeepOperations } from './upkeep-operations.ts';
import { Certificate } from './verify-shapes.ts';

export type { Operation } from './operation.ts';

const jobId = { id: 'the id of a job' };

export const operations = {
  createJob: {
    method: 'POST',
    path: '/backfill',
    summary: 'Order a backfill job',
    headers: {
      'Idempotency-Key':
        'the same key with the same body gives the same job; without a key the same order joins the one at work',
    },
    query: queries.OrderQuery,
    body: OrderBody,
    success: 202,
    answer: shapes.Ordered,
    others: { 200: shapes.Plan },
    problems: {
      400: [
        'malformed-json',
        'invalid-request',
        'unknown-source',
        'unknown-timeframe',
        'invalid-time',
        'empty-range',
        'future-range',
        'invalid-selector',
        'too-many-symbols',
      ],
      409: ['key-missing'],
      413: ['body-too-large'],
      422: ['unknown-symbol', 'empty-selection', 'idempotency-mismatch'],
    },
  },
  listJobs: {
    method: 'GET',
    path: '/backfill/jobs',
    summary: 'The active jobs, or those of a status',
    query: queries.JobsQuery,
    success: 200,
    answer: z.array(shapes.Summary),
    problems: { 400: ['invalid-request', 'unknown-status'] },
  },
  getJob: {
    method: 'GET',
    path: '/backfill/jobs/{id}',
    summary: 'One job: progress by chunk, rate, failures',
    params: jobId,
    success: 200,
    answer: shapes.Detail,
    problems: { 404: ['unknown-job'] },
  },
  cancelJob: {
    method: 'DELETE',
    path: '/backfill/jobs/{id}',
    summary: 'Cancel a job: it stops at the next checkpoint and keeps its rows',
    params: jobId,
    success: 200,
    answer: shapes.Cancelled,
    problems: { 404: ['unknown-job'], 409: ['job-finished'] },
  },
  report: {
    method: 'GET',
    path: '/backfill/report',
    summary: 'Earliest, latest and gaps of every series',
    query: queries.ReportQuery,
    success: 200,
    answer: z.array(shapes.Report),
    problems: { 400: ['invalid-request', 'unknown-source'] },
  },
  listSeries: {
    method: 'GET',
    path: '/backfill/series',
    summary: 'What is requested, since when, at which pace',
    query: queries.ReportQuery,
    success: 200,
    answer: z.array(shapes.Followed),
    problems: { 400: ['invalid-request', 'unknown-source'] },
  },
  unfollow: {
    method: 'DELETE',
    path: '/backfill/series',
    summary:
      'Withdraw orders: no schedule orders these series any more; rows stay, unless a purge is confirmed',
    query: queries.UnfollowQuery,
    success: 200,
    answer: shapes.Unfollowed,
    problems: {
      400: ['invalid-request', 'unknown-source', 'purge-unconfirmed'],
      404: ['not-followed'],
      409: ['series-at-work'],
    },
  },
  listSources: {
    method: 'GET',
    path: '/backfill/sources',
    summary: 'What can be ordered',
    query: queries.NoQuery,
    success: 200,
    answer: z.array(look.SourceInfo),
    problems: { 400: ['invalid-request'] },
  },
  coverage: {
    method: 'GET',
    path: '/backfill/coverage',
    summary: 'Every series by hour, day or month',
    query: queries.CoverageQuery,
    success: 200,
    answer: z.array(look.Coverage),
    problems: {
      400: ['invalid-request', 'unknown-source', 'invalid-time', 'empty-range'],
      422: ['too-many-buckets'],
    },
  },
  ledger: {
    method: 'GET',
    path: '/backfill/ledger',
    summary: 'The spans of one series with their evidence',
    query: queries.SpansQuery,
    success: 200,
    answer: z.array(look.LedgerSpan),
    problems: { 400: ['invalid-request', 'unknown-source', 'invalid-time', 'empty-range'] },
  },
  findings: {
    method: 'GET',
    path: '/backfill/findings',
    summary: 'Oddities in the data of one series',
    query: queries.SpansQuery,
    success: 200,
    answer: z.array(look.FindingView),
    problems: { 400: ['invalid-request', 'unknown-source', 'invalid-time', 'empty-range'] },
  },
  verify: {
    method: 'POST',
    path: '/backfill/verify',
    summary: 'Load a period of one series once more and hold the stored rows against it',
    body: VerifyBody,
    success: 200,
    answer: Certificate,
    problems: {
      400: ['malformed-json', 'invalid-request', 'unknown-source', 'invalid-time', 'empty-range'],
      404: ['unknown-series'],
      413: ['body-too-large'],
      422: ['more-than-a-month'],
      503: ['no-budget'],
    },
  },
  refreshView: {
    method: 'POST',
    path: '/backfill/aggregates/refresh',
    summary: 'Refresh the whole buckets of one aggregate within a window; `next` is where to go on',
    body: RefreshBody,
    success: 200,
    answer: shapes.ViewRefreshed,
    problems: {
      400: ['malformed-json', 'invalid-request', 'invalid-time', 'empty-range'],
      413: ['body-too-large'],
      422: ['window-too-small'],
    },
  },
  rows: {
    method: 'GET',
    path: '/data/{table}',
    summary: 'Rows of one table of market_data',
    params: { table: 'the name of a table, such as `spot_klines`' },
    query: queries.RowsQuery,
    success: 200,
    answer: z.array(look.DataRow),
    problems: {
      400: [
        'invalid-request',
        'unknown-source',
        'invalid-time',
        'empty-range',
        'no-candles',
        'unknown-column',
      ],
      404: ['unknown-table'],
    },
  },
  loadCandles: {
    method: 'POST',
    path: '/api/backfill',
    summary: 'Order the candles of one symbol',
    headers: { 'Idempotency-Key': 'the same key with the same body gives the same job' },
    body: CandleBody,
    success: 202,
    answer: candles.OrderedCandleJob,
    problems: {
      400: [
        'malformed-json',
        'invalid-request',
        'unknown-timeframe',
        'invalid-time',
        'empty-range',
        'future-range',
      ],
      413: ['body-too-large'],
      422: ['unknown-symbol', 'idempotency-mismatch'],
    },
  },
  inspectCandles: {
    method: 'GET',
    path: '/api/backfill',
    summary: 'Gaps of a symbol, or its state',
    query: queries.CandlesQuery,
    success: 200,
    answer: candles.CandleReport,
    problems: {
      400: [
        'invalid-request',
        'symbol-missing',
        'unknown-timeframe',
        'invalid-time',
        'empty-range',
        'future-range',
      ],
      404: ['nothing-ordered'],
      422: ['unknown-symbol'],
    },
  },
  status: {
    method: 'GET',
    path: '/backfill/status',
    summary: 'Schedules, rate budgets, parked venues, what is about to be lost, aggregates',
    query: queries.NoQuery,
    success: 200,
    answer: look.Status,
    problems: { 400: ['invalid-request'] },
  },
  health: {
    method: 'GET',
    path: '/healthz',
    summary: 'Whether database and job table answer',
    success: 200,
    also: [503],
    answer: shapes.Health,
    problems: {},
  },
  openapi: {
    method: 'GET',
    path: '/openapi.json',
    summary: 'This document',
    query: queries.NoQuery,
    success: 200,
    answer: z.looseObject({ openapi: z.string() }),
    problems: { 400: ['invalid-request'] },
  },
  ...upkeepOperations,
} as const satisfies Readonly<Record<string, Operation>>;

export type Operations = typeof operations;
export type OperationId = keyof Operations;
