import { z } from 'zod';
import { JOB_STATUSES } from '../../functions/core/job.ts';

/** What the jobs API answers, as far as the command line reads it. Unknown fields stay, for `--json`. */
const instant = z.iso.datetime({ offset: true });
const span = { from: instant, to: instant };

export const JobSummary = z.looseObject({
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
export type JobSummary = z.infer<typeof JobSummary>;
export const JobSummaries = z.array(JobSummary);

export const JobDetail = JobSummary.extend({
  skipped: z.array(z.string()),
  wave: z.number(),
  reason: z.string().nullable(),
  rows_per_second: z.number().nullable(),
  seconds_left: z.number().nullable(),
  chunks: z.array(
    z.looseObject({
      chunk: z.string(),
      state: z.string(),
      rows: z.number(),
      progress: z.number(),
      resumes_at: instant.nullable(),
    }),
  ),
  failures: z.array(z.looseObject({ chunk: z.string(), code: z.string(), message: z.string() })),
});
export type JobDetail = z.infer<typeof JobDetail>;

export const Cancelled = z.looseObject({ status: z.string() });

export const SeriesReport = z.looseObject({
  source: z.string(),
  symbol: z.string(),
  timeframe: z.string(),
  earliest: instant.nullable(),
  latest: instant.nullable(),
  rows: z.number(),
  gaps: z.array(
    z.looseObject({ ...span, rows: z.number(), cause: z.string(), error: z.string().optional() }),
  ),
  empty: z.array(z.looseObject({ ...span, reason: z.string() })),
  findings: z.number(),
});
export type SeriesReport = z.infer<typeof SeriesReport>;
export const Report = z.array(SeriesReport);

const check = z.looseObject({ ok: z.boolean(), detail: z.string().optional() });
export const Health = z.looseObject({
  status: z.string(),
  checks: z.record(z.string(), check),
  simulated: z.boolean(),
});
export type Health = z.infer<typeof Health>;

export const Problem = z.looseObject({ detail: z.string(), code: z.string() });
