import * as z from 'zod';
import { badRequest, parseInput } from '../errors/bad-request.ts';
import { Name, SourceId, Step, Time } from '../queries/fields.ts';
import { findSeries, parseBounds } from '../queries/requested.ts';
import type { Series } from '../series/series.ts';
import type { Sources } from '../series/source.ts';
import { periodAt } from '../time/period.ts';
import type { Range } from '../time/range.ts';
import { iso } from '../time/time.ts';

/** The body of `POST /backfill/verify`: one series, and at most one month of it. */
export const VerifyBody = z.strictObject({
  source: SourceId,
  symbol: Name,
  timeframe: Step.optional(),
  from: Time,
  to: Time,
});

/** The body of `POST /backfill/verify/deep`: the trades of one symbol, and at most one day of them. */
export const DeepBody = VerifyBody.omit({ timeframe: true });

/** @throws GordonError `invalid-request`, `unknown-source`, `invalid-time`, `empty-range` */
export function readDeep(
  sources: Sources,
  body: unknown,
): { readonly series: Series; readonly range: Range } {
  const request = parseInput(DeepBody, body, 'the body');
  const { from, to } = parseBounds(request);
  return { series: findSeries(sources, request), range: { start: from!, end: to! } };
}

/** @throws GordonError `invalid-request`, `unknown-source`, `invalid-time`, `empty-range`, `more-than-a-month` */
export function readVerify(
  sources: Sources,
  body: unknown,
): { readonly series: Series; readonly range: Range } {
  const request = parseInput(VerifyBody, body, 'the body');
  const series = findSeries(sources, request);
  const { from, to } = parseBounds(request);
  const range = { start: from!, end: to! };
  if (range.end <= periodAt('month', range.start).end) return { series, range };
  const message = `${iso(range.start)} to ${iso(range.end)} touches more than one month.`;
  throw badRequest('more-than-a-month', 'the range', message);
}
