import * as z from 'zod';
import { Name } from '../api/queries.ts';
import { badRequest, parseInput } from '../bad-request.ts';
import { boundsAsked, seriesAsked } from '../look/asked.ts';
import { periodAt } from '../period.ts';
import type { Sources } from '../ports.ts';
import type { Range } from '../range.ts';
import type { Series } from '../series.ts';
import { iso } from '../time.ts';
import { STEPS, type Timeframe } from '../timeframe.ts';

/** The body of `POST /backfill/verify`: one series, and at most one month of it. */
export const VerifyBody = z.strictObject({
  source: z.string(),
  symbol: Name,
  timeframe: z.enum(Object.keys(STEPS) as [Timeframe, ...Timeframe[]]).optional(),
  from: z.string(),
  to: z.string(),
});

/** @throws GordonError `invalid-request`, `unknown-source`, `invalid-time`, `empty-range`, `more-than-a-month` */
export function readVerify(
  sources: Sources,
  body: unknown,
): { readonly series: Series; readonly range: Range } {
  const asked = parseInput(VerifyBody, body, 'the body');
  const series = seriesAsked(sources, asked);
  const { from, to } = boundsAsked(asked);
  const range = { start: from!, end: to! };
  if (range.end <= periodAt('month', range.start).end) return { series, range };
  const message = `${iso(range.start)} to ${iso(range.end)} touches more than one month.`;
  throw badRequest('more-than-a-month', 'the range', message);
}
