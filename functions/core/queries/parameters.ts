import * as z from 'zod';
import { JOB_ORIGINS, JOB_STATUSES } from '../jobs/job.ts';
import { MOST_JOBS } from '../jobs/ports.ts';
import { BUCKETS } from './bucket-runs.ts';
import { MEDIA_TYPES } from './export/formats.ts';
import {
  CandleTimeText,
  Cursor,
  Name,
  Names,
  SourceId,
  SourceOrFamily,
  Step,
  Time,
  TimeframeText,
  whole,
} from './fields.ts';
import { MOST_ROWS } from './ports.ts';

/** The queries of the routes. An unknown parameter is refused, not ignored. */
const limit = (usual: number, most: number) => whole(most).default(usual);
const range = { from: Time.optional(), to: Time.optional() };

export const NoQuery = z.strictObject({});

export const OrderQuery = z.strictObject({
  dry_run: z
    .enum(['true', 'false'])
    .optional()
    .meta({ description: 'true: answers 200 with what the job would take, and enters nothing' }),
});

const ORIGIN = `(?:${JOB_ORIGINS.join('|')})`;
const STATUS = `(?:${JOB_STATUSES.join('|')})`;

export const JobsQuery = z.strictObject({
  status: z
    .string()
    .optional()
    .meta({
      description: 'statuses, separated by commas, or `all`; defaults to the active ones',
      pattern: `^(?:all|${STATUS}(?:,${STATUS})*)$`,
    }),
  source: SourceOrFamily.optional(),
  origin: z
    .string()
    .optional()
    .meta({
      description: 'who ordered them, with commas between them; defaults to all',
      pattern: `^${ORIGIN}(?:,${ORIGIN})*$`,
    }),
  quiet: z.enum(['true', 'false']).default('true').meta({
    description: '`false` leaves out the runs of schedules that succeeded',
  }),
  limit: limit(50, MOST_JOBS),
  cursor: z.string().optional().meta({ description: 'the id of the last job of the page before' }),
});

export const ReportQuery = z.strictObject({
  source: SourceOrFamily.optional(),
  symbol: Name.optional(),
});

export const ReportPageQuery = z.strictObject({
  ...ReportQuery.shape,
  limit: limit(1_000, 1_000),
  cursor: Cursor.optional().meta({ description: 'of the `Link` of the page before' }),
});

export const UnfollowQuery = z.strictObject({
  source: SourceOrFamily,
  symbols: Names.meta({ description: 'with commas between them' }),
  timeframe: Step.optional().meta({ description: 'defaults to all' }),
  purge: z.enum(['true', 'false']).default('false').meta({
    description: '`true` also deletes the rows, the spans and the findings of the series, if confirmed',
  }),
  confirm: z
    .string()
    .optional()
    .meta({ description: 'with `purge`: the value of `symbols` once more, or nothing is done' }),
});

export const CoverageQuery = z.strictObject({
  ...ReportQuery.shape,
  timeframe: Step.optional(),
  ...range,
  bucket: z.enum(BUCKETS).default('day'),
});

export const SpansQuery = z.strictObject({
  source: SourceId.meta({ description: 'one source, such as `klines_spot`' }),
  symbol: Name,
  timeframe: Step.optional().meta({ description: "defaults to the source's usual one" }),
  ...range,
  limit: limit(200, 1_000),
});

export const RowsQuery = z.strictObject({
  source: SourceId.optional().meta({ description: 'which one, where several sources share the table' }),
  symbol: Names.optional().meta({
    description: 'with `format=` also several, with commas between them',
  }),
  timeframe: Step.optional(),
  ...range,
  limit: whole(MOST_ROWS).optional().meta({
    description:
      'json only: the newest so many rows of the range, oldest first; defaults to 1000, and with `format=json` to all of them',
  }),
  format: z
    .string()
    .optional()
    .meta({
      description:
        'json, csv, excel (csv whose times spreadsheets read), ndjson, parquet or arrow; defaults to what Accept says, else a page of json. All of them have all rows of the range, ' +
        'by symbol and time, where there is no `limit`. A host streams text, and serves parquet and arrow as a file: with its length, an ETag and ' +
        'ranges of bytes. A deployment on AWS Lambda answers parquet, arrow and long texts with 303, where the file is, or with 202 while ' +
        'it is made: request its Location again after the seconds of Retry-After',
      enum: Object.keys(MEDIA_TYPES),
      example: 'csv',
    }),
  file: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .optional()
    .meta({ description: 'the file that an answer 202 said is being made; its Location has it' }),
  as_of: Time.optional().meta({
    description:
      'an instant: only rows that were known then (known_at), and of revised values those that held then',
  }),
  every: Step.optional().meta({ description: 'of candles: made of those of `timeframe`' }),
  match: z
    .string()
    .regex(/^[a-z][a-z0-9_]*=.+$/, 'is not `column=value`')
    .optional()
    .meta({
      description: 'rows with one value of another column of text of the key',
      example: 'instrument=BTC-26DEC25-100000-C',
    }),
  columns: z.string().optional().meta({
    description: 'the columns to give, with commas between them; defaults to all',
    pattern: '^ *[a-z][a-z0-9_]* *(?:, *[a-z][a-z0-9_]* *)*$',
  }),
});

export const CandlesQuery = z.strictObject({
  type: z.enum(['gaps', 'status']).default('status'),
  symbol: z.string().optional().meta({
    description: 'gaps are those of one; without it status is that of the aggregates and of the last job',
  }),
  start: CandleTimeText.optional(),
  end: CandleTimeText.optional(),
  timeframe: TimeframeText.optional(),
});
