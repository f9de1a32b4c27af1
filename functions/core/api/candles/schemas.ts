import * as z from 'zod';
import { JOB_STATUSES } from '../../jobs/job.ts';
import { Count, Instant } from '../../time/fields.ts';

const span = { start: Instant, end: Instant };

const candleJob = {
  id: z.string(),
  status: z.enum(JOB_STATUSES),
  symbol: z.string().nullable(),
  timeframe: z.string(),
  ...span,
  rows: Count,
  created_at: Instant,
  finished_at: Instant.nullable(),
  reason: z.string().nullable(),
  job: z.string().meta({ description: 'the path of the job' }),
};

export const CandleJob = z.object(candleJob).meta({ id: 'CandleJob' });

export const OrderedCandleJob = z
  .object({
    ...candleJob,
    joined: z.boolean().meta({ description: 'the same order was at work, and this is its job' }),
  })
  .meta({ id: 'OrderedCandleJob' });

const CandleGap = z
  .object({
    ...span,
    missing: Count,
    cause: z.enum(['not-fetched', 'failed']),
    error: z.string().optional(),
  })
  .meta({ id: 'CandleGap' });

const Aggregate = z.object({
  name: z.string(),
  healthy: z.boolean(),
  last_refresh: Instant.nullable(),
  next_refresh: Instant.nullable(),
  watermark: Instant.nullable(),
});

const CandleStatus = z
  .object({
    symbol: z.string().optional(),
    timeframe: z.string().optional(),
    earliest: Instant.nullable().optional(),
    latest: Instant.nullable().optional(),
    rows: Count.optional(),
    requested: z.array(z.object(span)).optional(),
    empty: z.array(z.object({ ...span, reason: z.string() })).optional(),
    gaps: z.array(CandleGap).optional(),
    last_job: CandleJob.nullable(),
    aggregates: z.array(Aggregate),
  })
  .meta({
    id: 'CandleStatus',
    description: 'of one symbol where one is given; of the aggregates in any case',
  });

export const CandleReport = z.union([z.array(CandleGap), CandleStatus]);
