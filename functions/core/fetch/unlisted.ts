import { BudgetExhausted, GordonError } from '../errors/errors.ts';
import type { ArchiveTier } from '../series/source.ts';
import type { Period } from '../time/period.ts';
import type { FetchContext, VenuePorts } from './fetch-context.ts';
import { listedPeriods } from './listed-periods.ts';

/** A listing is one request, an object that is not there is two. */
const WORTH_A_LISTING = 2;

/**
 * Leaves out the periods of which the archive lists no object, once an answer has shown that objects lack: each would take a
 * request for itself and one for its checksum. What is left out counts as requested and missing.
 * @param ahead periods that are still to be read, in order
 * @returns those that are worth a request
 */
export async function withoutUnlisted(
  ports: VenuePorts,
  context: FetchContext,
  tier: ArchiveTier,
  ahead: readonly Period[],
  step: number,
): Promise<readonly Period[]> {
  const [first, last] = [ahead.at(0), ahead.at(-1)];
  if (!tier.listing || ahead.length <= WORTH_A_LISTING || !first || !last) return ahead;
  try {
    const range = { start: first.start, end: last.end };
    const { periods, what } = await listedPeriods(ports.venue, tier, tier.listing, context.series, range);
    const listed = new Set(periods.map(({ name }) => name));
    const asked = { what, status: 200, at: ports.clock() };
    const unlisted = ahead.filter(({ name }) => !listed.has(name));
    if (unlisted.length > 0) context.asked.push(asked);
    for (const { start, end } of unlisted) {
      const tail = tier.closing && { tail: { start: end, end: end + step } };
      context.objects.push({ span: { start, end }, ...tail, outcome: 'missing', asked });
    }
    return ahead.filter(({ name }) => listed.has(name));
  } catch (error) {
    // The listing only saves requests: without it each object is requested.
    if (error instanceof BudgetExhausted || error instanceof GordonError) return ahead;
    throw error;
  }
}
