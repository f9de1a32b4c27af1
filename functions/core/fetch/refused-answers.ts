import { GordonError } from '../errors/errors.ts';
import { brokenInvariant, unansweredIn } from '../ledger/invariants.ts';
import { livesOf, type PagesTier, type Parsed } from '../series/source.ts';
import { hull, intersect, measure, type Range } from '../time/range.ts';
import { stepOf } from '../time/timeframe.ts';
import type { FetchContext } from './fetch-context.ts';

/** An answer that is well formed and holds nothing where the venue has rows for certain: a fault of the venue, no proof. */
export const emptyAnswer = (subject: string): GordonError =>
  new GordonError({
    code: 'empty-answer',
    subject,
    message: 'the venue answered without a single row where there must be some.',
  });

/** @throws GordonError `empty-answer` when the range cannot be empty: of an answer without any row */
export async function refuseEmpty(
  { source, listing }: FetchContext,
  tier: PagesTier,
  range: Range,
  { what, asOf }: { readonly what: string; readonly asOf: number },
): Promise<void> {
  // Such a tier says all that it has in each answer.
  if (tier.pageRows === Number.POSITIVE_INFINITY) throw emptyAnswer(what);
  const { longestEmptyMs } = source;
  if (longestEmptyMs === undefined || range.end - range.start < longestEmptyMs) return;
  const life = await listing();
  // A series that must have rows and seems to have had none at all answered the listing's question emptily as well.
  if (!life) throw emptyAnswer(what);
  const living = intersect([{ start: range.start, end: Math.min(range.end, asOf) }], livesOf(life));
  if (measure(living) >= longestEmptyMs) throw emptyAnswer(what);
}

/** A full page of which no row lies where it should: the venue ignored the bounds, so its answer says nothing about them. */
export const outsideRange = (subject: string): GordonError =>
  new GordonError({
    code: 'page-outside-range',
    subject,
    message: 'the venue answered with a full page of which no row lies in the range that was requested.',
  });

/**
 * In a file that several sources share, each source must have a row or a finding for every step that one of them has a row for, before
 * anything of the file is kept. Else a parser that drops a cell would let the rest of the ledger prove that there was none.
 * @throws GordonError `broken-invariant`
 */
export function refuseUnanswered({ source, series }: FetchContext, parsed: Parsed): void {
  if (!source.siblings) return;
  const content = { ...parsed.also, [source.id]: parsed };
  const [broken] = unansweredIn(content, [source.id, ...source.siblings], series.timeframe);
  if (!broken) return;
  const steps = broken.at.reduce((sum, { start, end }) => sum + end - start, 0) / stepOf(series.timeframe);
  throw brokenInvariant(
    { ...series, source: broken.source },
    {
      invariant: 'every-instant',
      span: hull(broken.at)!,
      found: `neither for ${steps} of the instants in a file of ${source.id}`,
    },
  );
}
