import * as z from 'zod';
import { OrderBody } from '../../orders/create-job.ts';
import { JobsQuery, OrderQuery } from '../../queries/parameters.ts';
import type { Operation } from '../operation.ts';
import { CancelledJob, JobDetail, JobSummary, OrderedJob, Plan } from './schemas.ts';

const jobId = { id: 'the id of a job' };

export const jobOperations = {
  createJob: {
    headers: {
      'Idempotency-Key':
        'the same key with the same body gives the same job; without a key the same order joins the one at work',
    },
    query: OrderQuery,
    body: OrderBody,
    success: 202,
    answer: OrderedJob,
    others: { 200: Plan },
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
      'universe-incomplete',
      'candles-needed',
      'idempotency-mismatch',
    ],
  },
  listJobs: {
    query: JobsQuery,
    success: 200,
    answer: z.array(JobSummary),
    problems: ['invalid-request', 'unknown-source', 'unknown-status'],
  },
  getJob: {
    params: jobId,
    success: 200,
    answer: JobDetail,
    problems: ['unknown-job'],
  },
  cancelJob: {
    params: jobId,
    success: 200,
    answer: CancelledJob,
    problems: ['unknown-job', 'job-finished'],
  },
} as const satisfies Readonly<Record<string, Operation>>;
