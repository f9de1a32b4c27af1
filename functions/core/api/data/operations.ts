import * as z from 'zod';
import { MEDIA_TYPES } from '../../queries/export/formats.ts';
import { CoverageQuery, NoQuery, RowsQuery, SpansQuery } from '../../queries/parameters.ts';
import { RefreshBody, ViewRefreshed } from '../../queries/refresh-view.ts';
import type { Operation } from '../operation.ts';
import { Coverage, DataRow, Finding, LedgerSpan, SourceInfo, TableInfo, TableSize } from './schemas.ts';

export const dataOperations = {
  listSources: {
    query: NoQuery,
    success: 200,
    answer: z.array(SourceInfo),
    problems: ['invalid-request'],
  },
  coverage: {
    query: CoverageQuery,
    success: 200,
    answer: z.array(Coverage),
    problems: ['invalid-request', 'unknown-source', 'invalid-time', 'empty-range', 'too-many-buckets'],
  },
  ledger: {
    query: SpansQuery,
    success: 200,
    answer: z.array(LedgerSpan),
    problems: ['invalid-request', 'unknown-source', 'invalid-time', 'empty-range'],
  },
  findings: {
    query: SpansQuery,
    success: 200,
    answer: z.array(Finding),
    problems: ['invalid-request', 'unknown-source', 'invalid-time', 'empty-range'],
  },
  listTables: {
    query: NoQuery,
    success: 200,
    answer: z.array(TableInfo),
    problems: ['invalid-request'],
  },
  rows: {
    params: { table: 'the name of a table, such as `spot_klines`' },
    query: RowsQuery,
    success: 200,
    answer: z.array(DataRow),
    alternatives: [MEDIA_TYPES.csv, MEDIA_TYPES.ndjson, MEDIA_TYPES.parquet, MEDIA_TYPES.arrow],
    problems: [
      'unknown-format',
      'answer-too-large',

      'invalid-request',
      'unknown-source',
      'invalid-time',
      'empty-range',
      'no-candles',
      'unknown-column',
      'unknown-table',
    ],
  },
  refreshView: {
    body: RefreshBody,
    success: 200,
    answer: ViewRefreshed,
    problems: [
      'malformed-json',
      'invalid-request',
      'invalid-time',
      'empty-range',
      'body-too-large',
      'window-too-small',
    ],
  },
  sizes: {
    query: NoQuery,
    success: 200,
    answer: z.array(TableSize),
    problems: ['invalid-request'],
  },
} as const satisfies Readonly<Record<string, Operation>>;
