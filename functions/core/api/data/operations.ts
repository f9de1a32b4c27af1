import * as z from 'zod';
import { MEDIA_TYPES } from '../../queries/export/formats.ts';
import { CoverageQuery, NoQuery, RowsQuery, SpansQuery } from '../../queries/parameters.ts';
import { RefreshViewBody, ViewRefreshed } from '../../queries/refresh-view.ts';
import type { Operation } from '../operation.ts';
import {
  Coverage,
  DataRow,
  FileBeingMade,
  Finding,
  LedgerSpan,
  SourceInfo,
  TableInfo,
  TableSize,
} from './schemas.ts';

const FILES = [MEDIA_TYPES.parquet, MEDIA_TYPES.arrow] as const;
const FILE_HEADERS = {
  'Content-Disposition': 'a name for the file; of all formats but json',
  ETag: 'of a file: strong, it is another one as soon as the file would be',
} as const;

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
    headers: {
      Range: 'of a file: bytes, a range or a suffix',
      'If-Range': 'of a file: the ETag that the range belongs to; of another file all comes',
      'If-None-Match': 'of a file: an ETag, for which 304 is answered',
    },
    query: RowsQuery,
    success: 200,
    answer: z.array(DataRow),
    alternatives: [MEDIA_TYPES.csv, MEDIA_TYPES.ndjson, ...FILES],
    others: { 202: FileBeingMade },
    plain: {
      206: { description: 'The range of a file', media: FILES },
      303: { description: 'The file is elsewhere, for some minutes' },
      304: { description: 'The file is the one that the client has' },
      416: { description: 'The file has no such range' },
    },
    answerHeaders: {
      200: FILE_HEADERS,
      202: { Location: 'where to come again, relative', 'Retry-After': 'after how many seconds' },
      206: { ...FILE_HEADERS, 'Content-Range': 'the bytes, and how many there are' },
      303: { Location: 'where the file is; needs no credentials' },
      304: { ETag: FILE_HEADERS.ETag },
      416: { 'Content-Range': 'how many bytes there are' },
    },
    problems: [
      'unknown-format',
      'answer-too-large',
      'spool-full',
      'file-not-made',
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
    body: RefreshViewBody,
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
