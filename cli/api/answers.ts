import { z } from 'zod';
import type { JobDetail, JobSummary } from '../../functions/core/api/jobs/views.ts';
import { isFinished, JOB_STATUSES, type JobStatus } from '../../functions/core/jobs/job.ts';
import { CAUSES } from '../../functions/core/ledger/cause.ts';

export { Certificate } from '../../functions/core/api/series/certificate.ts';
export type { JobDetail, JobSummary };

/** What the jobs API answers, as far as the command line reads it. Unknown fields stay, for `--json`. */
const instant = z.iso.datetime({ offset: true });
const span = { from: instant, to: instant };

const summary = z.looseObject({
  id: z.string(),
  source: z.string(),
  status: z.enum(JOB_STATUSES),
  rows_fetched: z.number(),
  started_at: instant.nullable(),
  created_at: instant,
  finished_at: instant.nullable(),
  symbols: z.array(z.string()),
  timeframe: z.string(),
  ...span,
  progress: z.number(),
});
export const summariesShape: z.ZodType<JobSummary[]> = z.array(summary);

const quote = z.looseObject({
  series: z.number(),
  chunks: z.number(),
  rows: z.number(),
  seconds: z.number(),
  requests: z.array(
    z.looseObject({
      family: z.string(),
      requests: z.number(),
      weight: z.number(),
      limit: z.number().nullable(),
      window_seconds: z.number().nullable(),
    }),
  ),
  usd: z.record(z.string(), z.number()),
  prices_as_of: z.string(),
});

/** What `POST /backfill?dry_run=true` answers. */
export const Plan = z.looseObject({
  source: z.string(),
  symbols: z.array(z.string()),
  skipped: z.array(z.string()),
  timeframe: z.string(),
  ...span,
  quote,
});
export type Plan = z.infer<typeof Plan>;

const detail = summary.extend({
  skipped: z.array(z.string()),
  wave: z.number(),
  phase: z.string().nullable(),
  phase_seconds: z.number().nullable(),
  reason: z.string().nullable(),
  rows_per_second: z.number().nullable(),
  seconds_left: z.number().nullable(),
  quote: quote.nullable(),
  actual: z.looseObject({ rows: z.number(), seconds: z.number(), requests: z.number().nullable() }),
  gaps: z
    .array(
      z.looseObject({
        source: z.string(),
        symbol: z.string(),
        timeframe: z.string(),
        ...span,
        rows: z.number(),
        cause: z.enum(CAUSES),
        proven: z.boolean(),
        error: z.string().nullable(),
      }),
    )
    .nullable(),
  chunk_counts: z.record(z.string(), z.number()),
  chunks: z.array(
    z.looseObject({
      chunk: z.string(),
      state: z.string(),
      wave: z.number(),
      rows: z.number(),
      progress: z.number(),
      resumes_at: instant.nullable(),
    }),
  ),
  failures: z.array(z.looseObject({ chunk: z.string(), code: z.string(), message: z.string() })),
});
export const detailShape: z.ZodType<JobDetail> = detail;

/** What `POST /backfill` answers; an older API knows no orders that join. */
export interface OrderedJob extends JobDetail {
  readonly joined?: boolean | undefined;
}
export const orderedShape: z.ZodType<OrderedJob> = detail.extend({ joined: z.boolean().optional() });

/** Nothing will change any more. */
export const isOver = (job: JobSummary): boolean => isFinished(job.status as JobStatus);

export const ViewRefreshed = z.looseObject({ next: instant.nullable() });

export const RetentionRules = z.array(
  z.looseObject({
    source: z.string(),
    from: instant.nullable(),
    before: instant.nullable(),
    keep_days: z.number().nullable(),
    reason: z.string(),
  }),
);
export type RetentionRule = z.infer<typeof RetentionRules>[number];

const place = z.object({ source: z.string(), symbol: z.string(), timeframe: z.string(), from: instant });

export const Counted = z.looseObject({
  counted: z.array(
    z.looseObject({
      source: z.string(),
      symbol: z.string(),
      timeframe: z.string(),
      ...span,
      rows: z.number(),
      lost: z.number(),
    }),
  ),
  next: place.nullable(),
});
export type CountedSeries = z.infer<typeof Counted>['counted'][number];

export const Cancelled = z.looseObject({ status: z.string() });

export const SeriesReport = z.looseObject({
  source: z.string(),
  symbol: z.string(),
  timeframe: z.string(),
  earliest: instant.nullable(),
  latest: instant.nullable(),
  requested: z.array(z.looseObject(span)).optional(),
  rows: z.number(),
  gaps: z.array(
    z.looseObject({ ...span, rows: z.number(), cause: z.string(), error: z.string().optional() }),
  ),
  empty: z.array(z.looseObject({ ...span, reason: z.string() })),
  perishable: z.looseObject({ ...span, lost_at: instant, days_left: z.number() }).nullish(),
  audited_at: instant.nullish(),
  findings: z.number(),
});
export type SeriesReport = z.infer<typeof SeriesReport>;
export const Report = z.array(SeriesReport);

export const FollowedSeries = z.array(
  z.looseObject({
    source: z.string(),
    family: z.string(),
    symbol: z.string(),
    timeframe: z.string(),
    ...span,
    requested: z.array(z.looseObject(span)).optional(),
    since: instant.nullable(),
    every_seconds: z.number().nullable(),
  }),
);
export type FollowedSeries = z.infer<typeof FollowedSeries>[number];
export const Unfollowed = z.looseObject({
  unfollowed: z.array(z.looseObject({ source: z.string(), symbol: z.string(), timeframe: z.string() })),
  purged: z
    .array(
      z.looseObject({
        source: z.string(),
        symbol: z.string(),
        timeframe: z.string(),
        rows: z.number(),
        done: z.boolean(),
      }),
    )
    .optional(),
});

const check = z.looseObject({ ok: z.boolean(), detail: z.string().optional() });
export const Health = z.looseObject({
  status: z.string(),
  checks: z.record(z.string(), check),
  simulated: z.boolean(),
});
export type Health = z.infer<typeof Health>;

export const Problem = z.looseObject({ detail: z.string(), code: z.string() });

/** What API Gateway says when it does not get as far as a function of ours. */
export const GatewayMessage = z.looseObject({ message: z.string() });
