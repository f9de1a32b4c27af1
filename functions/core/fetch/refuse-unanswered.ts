import { brokenInvariant, unansweredIn } from '../ledger/invariants.ts';
import type { Parsed } from '../series/source.ts';
import { hull } from '../time/range.ts';
import { stepOf } from '../time/timeframe.ts';
import type { FetchContext } from './fetch-context.ts';

/**
 * Of a file that several sources share: what one of them has a row for, each other one must have a row or a finding for as well, before
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
