import * as z from 'zod';
import type { OperationId } from '../../routes.ts';
import { OrderBody } from '../orders/create-job.ts';
import { CandleBody } from '../orders/load-candles.ts';
import * as queries from '../queries/parameters.ts';
import { RefreshBody } from '../queries/refresh-view.ts';
import { VerifyBody } from '../verify/verify-body.ts';
import * as candles from './candles/schemas.ts';
import * as look from './data/schemas.ts';
import * as shapes from './jobs/schemas.ts';
import type { Operation } from './operation.ts';
import { Certificate } from './series/certificate.ts';
import { upkeepOperations } from './series/operations.ts';

export type { Operation } from './operation.ts';

const jobId = { id: 'the id of a job' };

export const operations = {
  createJob: {
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
    problems: [
      'malformed-json',
      'invalid-request',
      'unknown-source',
      'unknown-timeframe',
      'invalid-time',
      'empty-range',
      'future-range',
      'invalid-selector',
      'too-many-symbols',
      'key-missing',
      'body-too-large',
      'unknown-symbol',
      'empty-selection',
      'idempotency-mismatch',
    ],
  },
  listJobs: {
    summary: 'The active jobs, or those of a status',
    query: queries.JobsQuery,
    success: 200,
    answer: z.array(shapes.Summary),
    problems: ['invalid-request', 'unknown-status'],
  },
  getJob: {
    summary: 'One job: progress by chunk, rate, failures',
    params: jobId,
    success: 200,
    answer: shapes.Detail,
    problems: ['unknown-job'],
  },
  cancelJob: {
    summary: 'Cancel a job: it stops at the next checkpoint and keeps its rows',
    params: jobId,
    success: 200,
    answer: shapes.Cancelled,
    problems: ['unknown-job', 'job-finished'],
  },
  report: {
    summary: 'Earliest, latest and gaps of every series',
    query: queries.ReportQuery,
    success: 200,
    answer: z.array(shapes.Report),
    problems: ['invalid-request', 'unknown-source'],
  },
  listSeries: {
    summary: 'What is requested, since when, at which pace',
    query: queries.ReportQuery,
    success: 200,
    answer: z.array(shapes.Followed),
    problems: ['invalid-request', 'unknown-source'],
  },
  unfollow: {
    summary:
      'Withdraw orders: no schedule orders these series any more; rows stay, unless a purge is confirmed',
    query: queries.UnfollowQuery,
    success: 200,
    answer: shapes.Unfollowed,
    problems: ['invalid-request', 'unknown-source', 'purge-unconfirmed', 'not-followed', 'series-at-work'],
  },
  listSources: {
    summary: 'What can be ordered',
    query: queries.NoQuery,
    success: 200,
    answer: z.array(look.SourceInfo),
    problems: ['invalid-request'],
  },
  coverage: {
    summary: 'Every series by hour, day or month',
    query: queries.CoverageQuery,
    success: 200,
    answer: z.array(look.Coverage),
    problems: ['invalid-request', 'unknown-source', 'invalid-time', 'empty-range', 'too-many-buckets'],
  },
  ledger: {
    summary: 'The spans of one series with their evidence',
    query: queries.SpansQuery,
    success: 200,
    answer: z.array(look.LedgerSpan),
    problems: ['invalid-request', 'unknown-source', 'invalid-time', 'empty-range'],
  },
  findings: {
    summary: 'Oddities in the data of one series',
    query: queries.SpansQuery,
    success: 200,
    answer: z.array(look.FindingView),
    problems: ['invalid-request', 'unknown-source', 'invalid-time', 'empty-range'],
  },
  verify: {
    summary: 'Load a period of one series once more and hold the stored rows against it',
    body: VerifyBody,
    success: 200,
    answer: Certificate,
    problems: [
      'malformed-json',
      'invalid-request',
      'unknown-source',
      'invalid-time',
      'empty-range',
      'unknown-series',
      'body-too-large',
      'more-than-a-month',
      'no-budget',
    ],
  },
  refreshView: {
    summary: 'Refresh the whole buckets of one aggregate within a window; `next` is where to go on',
    body: RefreshBody,
    success: 200,
    answer: shapes.ViewRefreshed,
    problems: [
      'malformed-json',
      'invalid-request',
      'invalid-time',
      'empty-range',
      'body-too-large',
      'window-too-small',
    ],
  },
  rows: {
    summary: 'Rows of one table of market_data',
    params: { table: 'the name of a table, such as `spot_klines`' },
    query: queries.RowsQuery,
    success: 200,
    answer: z.array(look.DataRow),
    problems: [
      'invalid-request',
      'unknown-source',
      'invalid-time',
      'empty-range',
      'no-candles',
      'unknown-column',
      'unknown-table',
    ],
  },
  loadCandles: {
    summary: 'Order the candles of one symbol',
    headers: { 'Idempotency-Key': 'the same key with the same body gives the same job' },
    body: CandleBody,
    success: 202,
    answer: candles.OrderedCandleJob,
    problems: [
      'malformed-json',
      'invalid-request',
      'unknown-timeframe',
      'invalid-time',
      'empty-range',
      'future-range',
      'body-too-large',
      'unknown-symbol',
      'idempotency-mismatch',
    ],
  },
  inspectCandles: {
    summary: 'Gaps of a symbol, or its state',
    query: queries.CandlesQuery,
    success: 200,
    answer: candles.CandleReport,
    problems: [
      'invalid-request',
      'symbol-missing',
      'unknown-timeframe',
      'invalid-time',
      'empty-range',
      'future-range',
      'nothing-ordered',
      'unknown-symbol',
    ],
  },
  status: {
    summary: 'Schedules, rate budgets, parked venues, what is about to be lost, aggregates',
    query: queries.NoQuery,
    success: 200,
    answer: look.Status,
    problems: ['invalid-request'],
  },
  health: {
    summary: 'Whether database and job table answer',
    success: 200,
    also: [503],
    answer: shapes.Health,
    problems: [],
  },
  openapi: {
    summary: 'This document',
    query: queries.NoQuery,
    success: 200,
    answer: z.looseObject({ openapi: z.string() }),
    problems: ['invalid-request'],
  },
  ...upkeepOperations,
} as const satisfies Readonly<Record<OperationId, Operation>>;

export type Operations = typeof operations;
