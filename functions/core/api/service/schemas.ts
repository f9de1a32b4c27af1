import * as z from 'zod';
import { Count, Instant, span } from '../../time/fields.ts';

const Run = z.object({ at: Instant, seconds: z.number(), ok: z.boolean(), detail: z.string() });

export const Status = z
  .object({
    now: Instant,
    simulated: z.boolean(),
    schedules: z.array(
      z.object({
        name: z.string(),
        description: z.string(),
        every_minutes: z.number(),
        last_run: Run.nullable(),
      }),
    ),
    budgets: z.array(
      z.object({
        family: z.string(),
        venue: z.string(),
        limit: Count,
        window_seconds: z.number(),
        used: Count.meta({ description: 'taken by all workers in the window of now' }),
      }),
    ),
    parks: z.array(z.object({ scope: z.string(), until: Instant, why: z.string() })),
    perishable: z.array(
      z.object({
        source: z.string(),
        symbol: z.string(),
        timeframe: z.string(),
        ...span,
        lost_at: Instant.meta({ description: 'when the venue no longer serves the beginning of the gap' }),
        days_left: z.number(),
      }),
    ),
    clock: z
      .object({
        ok: z.boolean(),
        venue: z.string(),
        ahead_seconds: z.number().meta({ description: "of the venue's clock, at least; negative: behind" }),
        at: Instant,
      })
      .nullable()
      .meta({ description: 'what the last hour showed of this clock; null: nothing that matters' }),
    aggregates: z.array(
      z.object({
        name: z.string(),
        last_refresh: Instant.nullable(),
        watermark: Instant.nullable(),
        healthy: z.boolean(),
      }),
    ),
  })
  .meta({ id: 'Status' });

const Check = z.object({ ok: z.boolean(), detail: z.string().optional() });

export const Health = z
  .object({
    status: z.enum(['ok', 'unavailable']),
    checks: z.object({
      database: Check,
      job_table: Check,
      clock: Check.optional().meta({ description: 'there while the clock is known to be wrong' }),
    }),
    simulated: z.boolean().meta({ description: 'true when the venues are simulated' }),
  })
  .meta({ id: 'Health' });
