import { CandleBody } from '../../orders/load-candles.ts';
import { CandlesQuery } from '../../queries/parameters.ts';
import type { Operation } from '../operation.ts';
import { CandleReport, OrderedCandleJob } from './schemas.ts';

export const candleOperations = {
  loadCandles: {
    headers: { 'Idempotency-Key': 'the same key with the same body gives the same job' },
    body: CandleBody,
    success: 202,
    answer: OrderedCandleJob,
    problems: [
      'malformed-json',
      'invalid-request',
      'unknown-timeframe',
      'invalid-time',
      'empty-range',
      'future-range',
      'body-too-large',
      'unknown-symbol',
      'idempotency-mismatch',
    ],
  },
  inspectCandles: {
    query: CandlesQuery,
    success: 200,
    answer: CandleReport,
    problems: [
      'invalid-request',
      'symbol-missing',
      'unknown-timeframe',
      'invalid-time',
      'empty-range',
      'future-range',
      'nothing-ordered',
      'unknown-symbol',
    ],
  },
} as const satisfies Readonly<Record<string, Operation>>;
