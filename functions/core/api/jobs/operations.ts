import * as z from 'zod';
import { OrderBody } from '../../orders/create-job.ts';
import { JobsQuery, OrderQuery } from '../../queries/parameters.ts';
import { EVENT_STREAM, type Operation } from '../operation.ts';
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
    headers: { 'Last-Event-ID': 'of a stream of events: what changed after that one comes first' },
    success: 200,
    answer: z.array(JobSummary),
    // A host streams: an event `jobs` with the list, then an event `job` for each job that changes.
    alternatives: [EVENT_STREAM],
    problems: ['invalid-request', 'unknown-source', 'unknown-status', 'throttled'],
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
