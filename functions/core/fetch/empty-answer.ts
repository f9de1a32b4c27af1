import { GordonError } from '../errors/errors.ts';
import { livesOf, type PagesTier } from '../series/source.ts';
import { intersect, measure, type Range } from '../time/range.ts';
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
