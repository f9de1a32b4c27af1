import * as z from 'zod';
import { CHUNK_STATES, JOB_STATUSES } from '../../jobs/job.ts';
import { CAUSES, GAP_CAUSES } from '../../ledger/cause.ts';
import type { ViewRefreshed as ViewRefreshedType } from '../../queries/refresh-view.ts';
import type { Quote as QuoteType } from '../../quote/quote.ts';
import { STEPS, type Timeframe } from '../../time/timeframe.ts';
import { type CountedPiece, CountPlace } from '../../upkeep/count-series.ts';
import { type JobDetail, type JobSummary, MOST_SHOWN } from './views.ts';

/** What the API answers about jobs and series. The document at `/openapi.json` is made of these. */
export const Instant = z.iso.datetime().meta({ id: 'Instant', description: 'ISO 8601, UTC' });
export const Count = z.number().int().nonnegative();
const Share = z.number().min(0).max(1);
export const span = { from: Instant, to: Instant };

const summary = {
  id: z.string().meta({ description: 'ULID; also the name of the execution' }),
  source: z.string().meta({ description: 'the family' }),
  status: z.enum(JOB_STATUSES),
  rows_fetched: Count,
  started_at: Instant.nullable(),
  created_at: Instant,
  finished_at: Instant.nullable(),
  symbols: z.array(z.string()),
  timeframe: z.string(),
  ...span,
  progress: Share.meta({ description: 'of what was missing when the job was planned' }),
};

export const Summary: z.ZodType<JobSummary> = z.object(summary).meta({ id: 'JobSummary' });

export const Quote: z.ZodType<QuoteType> = z
  .object({
    series: Count,
    chunks: Count,
    rows: Count.meta({ description: 'expected; of events at least so many' }),
    requests: z.array(
      z.object({
        family: z.string().meta({ description: 'a limit family, or a venue without a published limit' }),
        requests: Count,
        weight: Count,
        limit: Count.nullable().meta({ description: 'weight that the venue allows in a window' }),
        window_seconds: z.number().nullable(),
      }),
    ),
    seconds: z.number().nonnegative(),
    usd: z.record(z.string(), z.number()).meta({ description: 'US dollars on AWS by region' }),
    prices_as_of: z.string(),
  })
  .meta({ id: 'Quote', description: 'what a job is expected to take' });

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
    requests: Count.nullable().meta({ description: 'null where it was not counted' }),
  }),
  gaps: z
    .array(
      z.object({
        source: z.string(),
        symbol: z.string(),
        timeframe: z.string(),
        ...span,
        rows: z.number().nonnegative(),
        cause: z.enum(CAUSES),
        proven: z.boolean(),
        error: z.string().nullable(),
      }),
    )
    .nullable()
    .meta({ description: 'where no rows are and why, the first ones; null before the job has ended' }),
  chunk_counts: z.partialRecord(z.enum(CHUNK_STATES), Count).meta({ description: 'of all chunks, by state' }),
  chunks: z
    .array(
      z.object({
        chunk: z.string(),
        state: z.enum(CHUNK_STATES),
        wave: Count,
        rows: Count,
        progress: Share,
        resumes_at: Instant.nullable(),
      }),
    )
    .meta({ description: `at most ${MOST_SHOWN}: then what is at work or failed before what is done` }),
  failures: z
    .array(z.object({ chunk: z.string(), code: z.string(), message: z.string() }))
    .meta({ description: `at most ${MOST_SHOWN}` }),
};

export const Detail: z.ZodType<JobDetail> = z.object(detail).meta({ id: 'JobDetail' });

/** What `POST /backfill` answers. */
export const Ordered: z.ZodType<JobDetail & { readonly joined: boolean }> = z
  .object({
    ...detail,
    joined: z.boolean().meta({ description: 'the same order was at work, and this is its job' }),
  })
  .meta({ id: 'OrderedJob' });

export const Cancelled = z.object({ status: z.enum(JOB_STATUSES) }).meta({ id: 'Cancelled' });

export const Report = z
  .object({
    source: z.string(),
    symbol: z.string(),
    timeframe: z.string(),
    earliest: Instant.nullable(),
    latest: Instant.nullable(),
    rows: Count,
    requested: z.array(z.object(span)),
    gaps: z.array(
      z.object({
        ...span,
        rows: z.number().nonnegative(),
        cause: z.enum(GAP_CAUSES),
        error: z.string().optional(),
        evidence: z.array(z.unknown()).optional().meta({ description: 'the error, and what was asked' }),
      }),
    ),
    pending: z
      .array(z.object({ ...span, rows: z.number().nonnegative(), cause: z.literal('not-yet-published') }))
      .meta({ description: 'missing, and no gap yet' }),
    perishable: z
      .object({ ...span, lost_at: Instant, days_left: z.number().nonnegative() })
      .nullable()
      .meta({ description: 'the gap that the venue forgets first' }),
    audited_at: Instant.nullable().meta({
      description: 'when all rows were last counted against the ledger',
    }),
    empty: z.array(z.object({ ...span, reason: z.string() })),
    findings: Count,
  })
  .meta({ id: 'SeriesReport' });

const seriesName = { source: z.string(), symbol: z.string(), timeframe: z.string() };

export const Followed = z
  .object({
    ...seriesName,
    family: z.string(),
    ...span,
    requested: z.array(z.object(span)),
    followed: z.boolean().meta({ description: 'schedules order its newest rows and its gaps' }),
    since: Instant.nullable().meta({ description: 'when it was first requested' }),
    unfollowed_at: Instant.nullable(),
    every_seconds: z
      .number()
      .nullable()
      .meta({ description: 'how often its newest rows are ordered; null: never' }),
  })
  .meta({ id: 'FollowedSeries' });

const PurgedSeries = z
  .object({
    ...seriesName,
    rows: z.number().meta({ description: 'rows that this call deleted' }),
    done: z.boolean().meta({
      description: 'false: rows are left, and the same request for its symbol deletes more of them',
    }),
  })
  .meta({ id: 'PurgedSeries' });

export const Unfollowed = z
  .object({
    unfollowed: z.array(z.object(seriesName)),
    purged: z.array(PurgedSeries).optional().meta({ description: 'with `purge`' }),
  })
  .meta({ id: 'Unfollowed' });

export const RetentionRule = z
  .object({
    source: z.string(),
    from: Instant.nullable().meta({
      description: 'where a dropped chunk began; null: there is no such bound',
    }),
    before: Instant.nullable().meta({ description: 'what began before is not kept' }),
    keep_days: z.number().nullable().meta({ description: 'what is older is not kept' }),
    reason: z.string(),
    set_at: Instant,
  })
  .meta({ id: 'RetentionRule' });

export const Counted: z.ZodType<CountedPiece> = z
  .object({
    counted: z.array(
      z.object({
        ...seriesName,
        timeframe: z.enum(Object.keys(STEPS) as [Timeframe, ...Timeframe[]]),
        ...span,
        rows: Count.meta({ description: 'rows that are there' }),
        lost: Count.meta({
          description: 'steps that the ledger had and the table does not; they are missing now',
        }),
      }),
    ),
    next: CountPlace.nullable().meta({
      description: 'where to go on: a call does what it can in some seconds; null: all was counted',
    }),
  })
  .meta({ id: 'Counted' });

export const ViewRefreshed: z.ZodType<ViewRefreshedType> = z
  .object({
    view: z.string(),
    start: Instant.nullable().meta({
      description: 'the first bucket that was refreshed; null: from the first on',
    }),
    end: Instant.nullable().meta({ description: 'up to here; null: to the open bucket' }),
    next: Instant.nullable().meta({
      description: 'where to go on: a call does what it can in a few seconds',
    }),
  })
  .meta({ id: 'ViewRefreshed' });

const Check = z.object({ ok: z.boolean(), detail: z.string().optional() });
export const Health = z
  .object({
    status: z.enum(['ok', 'unavailable']),
    checks: z.object({ database: Check, job_table: Check }),
    simulated: z.boolean().meta({ description: 'true when the venues are simulated' }),
  })
  .meta({ id: 'Health' });

export const Problem = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.number().int(),
    detail: z.string(),
    code: z.string().meta({ description: 'the stable name of the error' }),
    subject: z.string().optional(),
    remedy: z.string().optional(),
  })
  .meta({ id: 'Problem', description: 'RFC 9457' });
