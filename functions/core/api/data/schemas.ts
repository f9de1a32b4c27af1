import * as z from 'zod';
import { Count, Instant, span } from '../../time/fields.ts';

const Licence = z
  .object({
    id: z.string(),
    publisher: z.string(),
    title: z.string().nullable().meta({ description: 'null: no data licence was found' }),
    url: z.string().nullable(),
    dated: z.string().nullable().meta({ description: 'day of the terms; null: not verified' }),
    basis: z.enum(['copy', 'quoted', 'none']).meta({ description: 'how the terms are known' }),
    attribution: z.string().meta({ description: 'to show where the data are shown' }),
    notice: z.string().optional().meta({ description: 'demanded word for word' }),
    summary: z.string(),
    storing: z.string(),
    training: z.string(),
    redistribution: z.string(),
    commercial: z.string(),
  })
  .meta({ id: 'Licence', description: 'the terms of the data, as far as they are known; no legal advice' });

export const SourceInfo = z
  .object({
    id: z.string(),
    family: z.string(),
    title: z.string(),
    table: z.string(),
    venues: z.array(z.string()).meta({ description: 'who is requested for it' }),
    rhythm: z.enum(['steps', 'events']),
    timeframes: z.array(z.string()),
    default_timeframe: z.string(),
    default_symbols: z.array(z.string()),
    columns: z.array(z.object({ name: z.string(), type: z.string() })),
    time_column: z.string().meta({ description: "the column of a row's instant" }),
    dimensions: z.array(z.string()).meta({
      description:
        'columns that tell apart the rows of one series at one instant; `match` selects by one of them',
    }),
    vintages: z.object({ from: z.string(), until: z.string() }).nullable().meta({
      description:
        'of values that are revised: the columns that say from when until when one was shown; null: they are not',
    }),
    key_missing: z
      .string()
      .nullable()
      .meta({ description: 'the variable of a key that is needed and not set' }),
    opt_in_symbols: z
      .array(z.string())
      .meta({ description: 'of third parties: loaded only where an order names them' }),
    licence: Licence.nullable().meta({ description: 'null: this version has none of the source' }),
  })
  .meta({ id: 'SourceInfo' });

/** Neighbours that are alike are one run; the counts are for each bucket: `have` of rows, the others of steps. */
export const CoverageRun = z
  .object({
    ...span,
    buckets: z.number().int().positive(),
    have: Count.meta({ description: 'rows that are there' }),
    accounted: Count.optional().meta({
      description:
        'of events: steps that the ledger accounts for, whose counts the others are; else as `have`',
    }),
    empty: z.record(z.string(), Count).meta({ description: 'steps proven to have no row, by reason' }),
    failed: Count,
    in_flight: Count.meta({ description: 'missing, and ordered by a job that is at work' }),
    missing: Count,
  })
  .meta({
    id: 'CoverageRun',
    description: 'neighbouring buckets that are alike; rows and steps in each of them',
  });

export const Coverage = z
  .object({
    source: z.string(),
    symbol: z.string(),
    timeframe: z.string(),
    ...span,
    runs: z.array(CoverageRun),
  })
  .meta({ id: 'Coverage' });

export const LedgerSpan = z
  .object({
    ...span,
    state: z.enum(['have', 'empty', 'failed']),
    reason: z.string().nullable(),
    evidence: z.array(z.unknown()),
    rows: Count,
    object: z.string().nullable(),
    sha256: z.string().nullable(),
    job_id: z.string(),
    chunk: z.string(),
    fetched_at: Instant,
  })
  .meta({ id: 'LedgerSpan' });

export const Finding = z
  .object({
    kind: z.string(),
    time: Instant.nullable(),
    until: Instant.nullable(),
    object: z.string(),
    detail: z.record(z.string(), z.unknown()),
    job_id: z.string(),
    found_at: Instant,
  })
  .meta({ id: 'Finding', description: 'an oddity of the data itself' });

export const TableInfo = z
  .object({
    name: z.string(),
    kind: z.enum(['table', 'view']),
    description: z.string(),
    sources: z
      .array(
        z.object({
          id: z.string(),
          title: z.string(),
          since: Instant.nullable().meta({
            description:
              'the first instant that the venue has; null: it depends on the symbol, or on when this warehouse began',
          }),
        }),
      )
      .meta({ description: 'what fills the table; none: a view, or kept by the program itself' }),
    columns: z.array(
      z.object({
        name: z.string(),
        type: z.string().meta({ description: 'as PostgreSQL writes it' }),
        unit: z.string().nullable().meta({ description: 'null: the column is not a quantity' }),
        description: z.string(),
      }),
    ),
  })
  .meta({ id: 'TableInfo', description: 'a table or a view of market_data, with its columns' });

export const DataRow = z
  .record(z.string(), z.unknown())
  .meta({ id: 'Row', description: 'the columns of the table; instants are ISO 8601' });

export const TableSize = z
  .object({
    name: z.string(),
    rows: Count,
    counted_by: z.enum(['ledger', 'statistics']).meta({
      description:
        'ledger: the rows that its sources account for; statistics: an estimate of the database, for tables that no source fills',
    }),
    heap_bytes: Count.meta({ description: 'rows as they are, with TOAST and free space' }),
    index_bytes: Count,
    columnstore_bytes: Count.meta({
      description: 'chunks that TimescaleDB has compressed, with their indexes; 0 on plain PostgreSQL',
    }),
    total_bytes: Count,
    bytes_per_row: z.number().nullable().meta({ description: 'total_bytes over rows; null: there are none' }),
  })
  .meta({ id: 'TableSize', description: 'what a table of market_data, or an aggregate, takes on disk' });
export const FileBeingMade = z
  .object({ state: z.literal('making'), file: z.string().meta({ description: 'its name, as in Location' }) })
  .meta({ id: 'FileBeingMade', description: 'the file is not there yet' });
