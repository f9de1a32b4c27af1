import * as z from 'zod';
import { NoQuery } from '../../queries/parameters.ts';
import type { Operation } from '../operation.ts';
import { Health, History, Status } from './schemas.ts';

export const serviceOperations = {
  status: {
    query: NoQuery,
    success: 200,
    answer: Status,
    problems: ['invalid-request'],
  },
  history: {
    query: NoQuery,
    success: 200,
    answer: History,
    problems: ['invalid-request'],
  },
  health: {
    success: 200,
    answer: Health,
    problems: [],
  },
  metrics: {
    query: NoQuery,
    success: 200,
    answer: z.string(),
    // Prometheus' text format, as it names it itself.
    mediaType: 'text/plain; version=0.0.4; charset=utf-8',
    problems: ['invalid-request'],
  },
  openapi: {
    query: NoQuery,
    success: 200,
    answer: z.looseObject({ openapi: z.string() }),
    problems: ['invalid-request'],
  },
} as const satisfies Readonly<Record<string, Operation>>;
