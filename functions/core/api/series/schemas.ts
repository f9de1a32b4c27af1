import * as z from 'zod';
import { GAP_CAUSES } from '../../ledger/cause.ts';
import { Count, Instant, type Shape, span } from '../../time/fields.ts';

const seriesName = { source: z.string(), symbol: z.string(), timeframe: z.string() };

const ReportedGap = z.object({
  ...span,
  rows: z.number().nonnegative(),
  cause: z.enum(GAP_CAUSES),
  error: z.string().optional(),
  evidence: z.array(z.unknown()).optional().meta({ description: 'the error, and the request that met it' }),
});

export const SeriesReport = z
  .object({
    ...seriesName,
    earliest: Instant.nullable(),
    latest: Instant.nullable(),
    rows: Count,
    requested: z.array(z.object(span)),
    gaps: z.array(ReportedGap),
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
export type SeriesReport = Shape<typeof SeriesReport>;

export const FollowedSeries = z
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
export type FollowedSeries = Shape<typeof FollowedSeries>;

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
export type RetentionRule = Shape<typeof RetentionRule>;
