import * as z from 'zod';
import { CHUNK_STATES, JOB_STATUSES } from '../../jobs/job.ts';
import { CAUSES } from '../../ledger/cause.ts';
import { Quote } from '../../quote/quote.ts';
import { Count, Instant, type Shape, Share, span } from '../../time/fields.ts';

/** A job of hundreds of symbols has more chunks than a response of Lambda can hold, or than is useful. */
export const MOST_SHOWN = 2_000;

const summary = {
  id: z.string().meta({ description: 'ULID; also the name of the execution' }),
  source: z.string().meta({ description: 'the family' }),
  sources: z.array(z.string()).meta({ description: 'ids of the sources of the family that take part' }),
  status: z.enum(JOB_STATUSES),
  rows_fetched: Count.meta({
    description:
      'rows written; counted in the ledger when the job ends, except where it ended before that: then it is what its fetchers noted',
  }),
  started_at: Instant.nullable(),
  created_at: Instant,
  finished_at: Instant.nullable(),
  symbols: z.array(z.string()),
  timeframe: z.string(),
  ...span,
  progress: Share.meta({ description: 'of what was missing when the job was planned' }),
  scheduled: z.literal(true).optional().meta({ description: 'absent: it was ordered by a caller' }),
  audit: z.literal(true).optional().meta({ description: 'the schedule was the audit of gaps' }),
};

/** A job as `listJobs` lists it. */
export const JobSummary = z.object(summary).meta({ id: 'JobSummary' });
export type JobSummary = Shape<typeof JobSummary>;

/** An order that was not entered. */
export const Plan = z
  .object({
    source: z.string().meta({ description: 'the family' }),
    symbols: z.array(z.string()),
    skipped: z.array(z.string()),
    timeframe: z.string(),
    ...span,
    quote: Quote,
  })
  .meta({ id: 'Plan', description: 'an order that was not entered' });
export type Plan = Shape<typeof Plan>;

/** Waits of one chunk in an answer. */
export const MOST_WAITS = 10;

const JobGap = z.object({
  source: z.string(),
  symbol: z.string(),
  timeframe: z.string(),
  ...span,
  rows: z.number().nonnegative(),
  cause: z.enum(CAUSES),
  proven: z.boolean().meta({ description: 'proven never to have been: it does not count as missing' }),
  error: z.string().nullable(),
});

const JobChunk = z.object({
  chunk: z.string(),
  state: z.enum(CHUNK_STATES),
  wave: Count,
  rows: Count,
  progress: Share,
  resumes_at: Instant.nullable(),
  started_at: Instant.nullable().meta({ description: 'when it was first fetched, in whatever wave' }),
  ended_at: Instant.nullable().meta({ description: 'when it was done, failed or cancelled' }),
  waits: z
    .array(z.object({ ...span, scope: z.string() }))
    .meta({ description: `what it waited for: limit families and venues; the last ${MOST_WAITS}` }),
});

const detail = {
  ...summary,
  skipped: z.array(z.string()).meta({ description: '"source symbol" pairs that a venue does not list' }),
  wave: Count,
  phase: z.string().nullable().meta({
    description: 'what is done now that chunks do not show, such as "refreshing aggregates 3 of 6"',
  }),
  phase_seconds: Count.nullable().meta({ description: 'how long the phase has taken so far' }),
  reason: z.string().nullable(),
  rows_per_second: Count.nullable(),
  seconds_left: Count.nullable().meta({
    description: 'estimated; null before there is a rate, and in a phase',
  }),
  quote: Quote.nullable().meta({ description: 'null for a job that a schedule ordered' }),
  actual: z.object({
    rows: Count,
    seconds: z.number().nonnegative(),
    requests: Count.nullable().meta({
      description:
        'an object and its checksum count as two, retries after connection errors not; null where it was not counted',
    }),
  }),
  gaps: z
    .array(JobGap)
    .nullable()
    .meta({ description: 'where no rows are and why, the first ones; null before the job has ended' }),
  chunk_counts: z.partialRecord(z.enum(CHUNK_STATES), Count).meta({ description: 'of all chunks, by state' }),
  chunks: z
    .array(JobChunk)
    .meta({ description: `at most ${MOST_SHOWN}: then what is at work or failed before what is done` }),
  failures: z
    .array(z.object({ chunk: z.string(), code: z.string(), message: z.string() }))
    .meta({ description: `at most ${MOST_SHOWN}` }),
};

/** A job as `getJob` shows it. */
export const JobDetail = z.object(detail).meta({ id: 'JobDetail' });
export type JobDetail = Shape<typeof JobDetail>;

export const OrderedJob = z
  .object({
    ...detail,
    joined: z.boolean().meta({ description: 'the same order was at work, and this is its job' }),
  })
  .meta({ id: 'OrderedJob' });
export type OrderedJob = Shape<typeof OrderedJob>;

export const CancelledJob = z.object({ status: z.enum(JOB_STATUSES) }).meta({ id: 'Cancelled' });
