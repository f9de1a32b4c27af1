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

export const History = z
  .object({
    now: Instant,
    budgets: z
      .array(
        z.object({
          family: z.string(),
          venue: z.string(),
          limit: Count,
          window_seconds: z.number(),
          minutes: z.array(z.object({ at: Instant, used: Count })).meta({
            description: 'minutes of the last hour in which units were taken, its fullest window each',
          }),
        }),
      )
      .meta({ description: 'what all workers took' }),
    errors: z
      .array(z.object({ venue: z.string(), hour: Instant, outcome: z.string(), count: Count }))
      .meta({ description: 'requests of the last 24 hours that brought nothing that could be used' }),
    troubles: z
      .array(z.object({ venue: z.string(), since: Instant, last: Instant, outcome: z.string() }))
      .meta({
        description: 'venues whose last request failed: the first failure since they answered, and the last',
      }),
    sizes: z
      .array(z.object({ at: Instant, bytes: Count }))
      .meta({ description: 'of all tables, about once an hour, of the last seven days' }),
    tables: z
      .array(
        z.object({
          name: z.string(),
          bytes: Count,
          bytes_per_day: z.number().nullable().meta({ description: 'null: not watched for long enough' }),
        }),
      )
      .meta({ description: 'at the last of these times, the largest first' }),
    disk: z
      .object({
        free_bytes: Count,
        total_bytes: Count,
        bytes_per_day: z.number().nullable().meta({ description: 'by which the tables grow' }),
        days_until_full: z
          .number()
          .nullable()
          .meta({ description: 'at that pace; null: they do not grow, or nobody knows how fast' }),
      })
      .nullable()
      .meta({ description: 'null: the database lies elsewhere' }),
  })
  .meta({ id: 'History' });

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
