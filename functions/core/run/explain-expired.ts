import { type EmptySpan, explainHole, type UnprovenSpan } from '../coverage.ts';
import { GordonError } from '../errors.ts';
import { clip, intersect, normalize, type Range, type RangeSet, subtract } from '../range.ts';
import type { Listing } from '../source.ts';
import { EVIDENCE_KEPT, type Filling, type ObjectAnswer } from './filling.ts';

/**
 * Why steps have no rows that are older than the venue's answers reach: the symbol did not exist, the archive's object has
 * no value there, or there is no object. A damaged object proves nothing: its steps are left out, hence stay missing.
 */
export async function explainExpired(filling: Filling, holes: RangeSet): Promise<EmptySpan[]> {
  if (holes.length === 0) return [];
  const listing = await listingUnlessRefused(filling);
  const evidence = filling.asked.slice(-EVIDENCE_KEPT);
  return holes
    .flatMap((hole) => explainHole(hole, listing, evidence))
    .flatMap((part) => (part.reason === 'venue-outage' ? byObjects(filling, part) : [part]));
}

/** What of the holes lies in damaged objects alone, each with what is wrong. */
export const damagedIn = ({ objects }: Filling, holes: RangeSet): UnprovenSpan[] =>
  objects.flatMap(({ span, asked, error }) =>
    error ? clip(holes, span).map((part) => ({ span: part, ...error, evidence: [asked] })) : [],
  );

/** Rows of the archive are to be had where the venue's own API is not. */
async function listingUnlessRefused(filling: Filling): Promise<Listing | undefined> {
  try {
    return await filling.listing();
  } catch (error) {
    if (error instanceof GordonError && error.code === 'region-refused') return undefined;
    throw error;
  }
}

function byObjects({ objects }: Filling, hole: EmptySpan): EmptySpan[] {
  const of = (outcome: ObjectAnswer['outcome'], reason: EmptySpan['reason']): EmptySpan[] => {
    const about = objects.filter((object) => object.outcome === outcome);
    return intersect([hole.span], normalize(about.map(({ span }) => span))).map((span) => ({
      ...{ span, reason, evidence: evidenceOf(about, span) },
    }));
  };
  const unasked = subtract([hole.span], normalize(objects.map(({ span }) => span)));
  return [
    ...of('read', 'not-published'),
    ...of('missing', 'source-expired'),
    ...unasked.map((span) => ({ ...hole, span, reason: 'source-expired' as const })),
  ];
}

const evidenceOf = (objects: readonly ObjectAnswer[], hole: Range): EmptySpan['evidence'] =>
  objects
    .filter(({ span }) => clip([hole], span).length > 0)
    .slice(-EVIDENCE_KEPT)
    .map(({ asked }) => asked);
