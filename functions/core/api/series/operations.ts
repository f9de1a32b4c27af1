import * as z from 'zod';
import { RefreshedUniverse, RefreshUniverseBody } from '../../listing/dated/refresh-universe.ts';
import { NoQuery, ReportPageQuery, ReportQuery, UnfollowQuery } from '../../queries/parameters.ts';
import { UniverseAnswer, UniverseQuery } from '../../queries/universe-view.ts';
import { CountBody, Counted } from '../../upkeep/count-series.ts';
import { RetentionBody } from '../../upkeep/retention.ts';
import { PeriodCertificate } from '../../verify/certificate.ts';
import { DeepCertificate } from '../../verify/deep/deep-certificate.ts';
import { DeepBody, VerifyBody } from '../../verify/verify-body.ts';
import type { Operation } from '../operation.ts';
import { FollowedSeries, RetentionRule, SeriesReport, Unfollowed } from './schemas.ts';

/** The refusals of a body that names series and a period. */
const PERIOD_PROBLEMS = [
  'malformed-json',
  'invalid-request',
  'unknown-source',
  'invalid-time',
  'empty-range',
  'unknown-series',
  'body-too-large',
] as const;

export const seriesOperations = {
  report: {
    query: ReportPageQuery,
    success: 200,
    answer: z.array(SeriesReport),
    problems: ['invalid-request', 'unknown-source'],
  },
  listSeries: {
    query: ReportQuery,
    success: 200,
    answer: z.array(FollowedSeries),
    problems: ['invalid-request', 'unknown-source'],
  },
  unfollow: {
    query: UnfollowQuery,
    success: 200,
    answer: Unfollowed,
    problems: ['invalid-request', 'unknown-source', 'purge-unconfirmed', 'not-followed', 'series-at-work'],
  },
  audit: {
    body: CountBody,
    success: 200,
    answer: Counted,
    problems: PERIOD_PROBLEMS,
  },
  verify: {
    body: VerifyBody,
    success: 200,
    answer: PeriodCertificate,
    problems: [...PERIOD_PROBLEMS, 'more-than-a-month', 'no-budget'],
  },
  verifyDeep: {
    body: DeepBody,
    success: 200,
    answer: DeepCertificate,
    problems: [...PERIOD_PROBLEMS, 'more-than-a-day', 'no-trades'],
  },
  listRetention: {
    query: NoQuery,
    success: 200,
    answer: z.array(RetentionRule),
    problems: ['invalid-request'],
  },
  setRetention: {
    body: RetentionBody,
    success: 200,
    answer: z.array(RetentionRule),
    problems: ['malformed-json', 'invalid-request', 'unknown-source', 'invalid-time', 'body-too-large'],
  },
  universe: {
    query: UniverseQuery,
    success: 200,
    answer: UniverseAnswer,
    problems: ['invalid-request', 'invalid-time'],
  },
  refreshUniverse: {
    body: RefreshUniverseBody,
    success: 200,
    answer: RefreshedUniverse,
    problems: ['malformed-json', 'invalid-request', 'body-too-large', 'no-budget'],
  },
} as const satisfies Readonly<Record<string, Operation>>;
