import * as z from 'zod';
import * as queries from '../../queries/parameters.ts';
import { CountBody } from '../../upkeep/count-series.ts';
import { RetentionBody } from '../../upkeep/retention.ts';
import * as shapes from '../jobs/schemas.ts';
import type { Operation } from '../operation.ts';

/** Counting rows, and what is not kept: a part of `operations`. */
export const upkeepOperations = {
  audit: {
    summary: 'Count rows against the ledger now; `next` is where to go on',
    body: CountBody,
    success: 200,
    answer: shapes.Counted,
    problems: [
      'malformed-json',
      'invalid-request',
      'unknown-source',
      'invalid-time',
      'empty-range',
      'unknown-series',
      'body-too-large',
    ],
  },
  listRetention: {
    summary: 'What is not kept, by source',
    query: queries.NoQuery,
    success: 200,
    answer: z.array(shapes.RetentionRule),
    problems: ['invalid-request'],
  },
  setRetention: {
    summary: 'Set what is not kept of a source: it is not fetched, and rows stay until somebody deletes them',
    body: RetentionBody,
    success: 200,
    answer: z.array(shapes.RetentionRule),
    problems: ['malformed-json', 'invalid-request', 'unknown-source', 'invalid-time', 'body-too-large'],
  },
} as const satisfies Readonly<Record<string, Operation>>;
