import { GordonError } from '../errors/errors.ts';
import { type EmptySpan, explainHole, type UnprovenSpan } from '../ledger/coverage.ts';
import type { Listing } from '../series/source.ts';
import { clip, intersect, normalize, type Range, type RangeSet, subtract } from '../time/range.ts';
import type { FetchContext } from './fetch-context.ts';
import { EVIDENCE_KEPT, lastRequests, type ObjectAnswer, type Progress } from './fetch-progress.ts';

/**
 * Why steps have no rows that are older than the venue's answers reach: the symbol did not exist, the archive's object has
 * no value there, or there is no object. A damaged object proves nothing: its steps are left out, hence stay missing.
 */
export async function explainExpired(
  context: Pick<FetchContext, 'listing'>,
  progress: Pick<Progress, 'objects' | 'requests'>,
  holes: RangeSet,
): Promise<EmptySpan[]> {
  if (holes.length === 0) return [];
  const listing = await listingUnlessRefused(context);
  const evidence = lastRequests(progress);
  return holes
    .flatMap((hole) => explainHole(hole, listing, evidence))
    .flatMap((part) => (part.reason === 'venue-outage' ? byObjects(progress.objects, part) : [part]));
}

/** What of the holes lies in damaged objects alone, each with what is wrong. */
export const damagedIn = ({ objects }: Pick<Progress, 'objects'>, holes: RangeSet): UnprovenSpan[] =>
  objects.flatMap(({ span, tail, request, error }) =>
    error
      ? intersect(holes, normalize(tail ? [span, tail] : [span])).map((part) => ({
          span: part,
          ...error,
          evidence: [request],
        }))
      : [],
  );

/** The archive may have its rows where the venue's own API refuses. */
async function listingUnlessRefused(context: Pick<FetchContext, 'listing'>): Promise<Listing | undefined> {
  try {
    return await context.listing();
  } catch (error) {
    if (error instanceof GordonError && error.code === 'region-refused') return undefined;
    throw error;
  }
}

function byObjects(objects: readonly ObjectAnswer[], hole: EmptySpan): EmptySpan[] {
  const shared = sharedSteps(objects);
  const alone = subtract([hole.span], normalize(shared.map(({ step }) => step)));
  const of = (outcome: ObjectAnswer['outcome'], reason: EmptySpan['reason']): EmptySpan[] => {
    const about = objects.filter((object) => object.outcome === outcome);
    return intersect(alone, normalize(about.map(({ span }) => span))).map((span) => ({
      span,
      reason,
      evidence: evidenceOf(about, span),
    }));
  };
  const unrequested = subtract(alone, normalize(objects.map(({ span }) => span)));
  const parts = [
    ...of('read', 'not-published'),
    ...of('missing', 'source-expired'),
    ...unrequested.map((span) => ({ ...hole, span, reason: 'source-expired' as const })),
    ...shared.flatMap(({ step, before, after }) => byBoth(clip([hole.span], step), before, after)),
  ];
  return shared.length > 0 ? joined(parts) : parts;
}

/** Spans that touch and have one reason are one: a year without files is not two spans for each day. */
function joined(parts: readonly EmptySpan[]): EmptySpan[] {
  const out: EmptySpan[] = [];
  for (const part of parts.toSorted((a, b) => a.span.start - b.span.start)) {
    const last = out.at(-1);
    if (last?.reason !== part.reason || last.span.end !== part.span.start) out.push(part);
    else {
      const evidence = [...new Set([...last.evidence, ...part.evidence])].slice(-EVIDENCE_KEPT);
      const span = { start: last.span.start, end: part.span.end };
      out[out.length - 1] = { span, reason: part.reason, evidence };
    }
  }
  return out;
}

interface SharedStep {
  readonly step: Range;
  readonly before: ObjectAnswer | undefined;
  readonly after: ObjectAnswer | undefined;
}

/** The steps that two objects may hold, with what each of the two answered; undefined: it was not requested. */
function sharedSteps(objects: readonly ObjectAnswer[]): SharedStep[] {
  const closing = objects.flatMap((object) => (object.tail ? [{ ...object, tail: object.tail }] : []));
  const lengthOf = new Map(closing.map(({ tail }) => [tail.start, tail.end - tail.start]));
  for (const { span, tail } of closing) lengthOf.set(span.start, tail.end - tail.start);
  return [...lengthOf].map(([start, length]) => ({
    step: { start, end: start + length },
    before: closing.findLast(({ tail }) => tail.start === start),
    after: closing.findLast(({ span }) => span.start === start),
  }));
}

/** Only both objects together prove that there is no row. A damaged one proves nothing. */
function byBoth(
  holes: RangeSet,
  before: ObjectAnswer | undefined,
  after: ObjectAnswer | undefined,
): EmptySpan[] {
  if (!before || !after || before.outcome === 'damaged' || after.outcome === 'damaged') return [];
  const read = before.outcome === 'read' && after.outcome === 'read';
  const reason = read ? 'not-published' : 'source-expired';
  return holes.map((span) => ({ span, reason, evidence: [before.request, after.request] }));
}

const evidenceOf = (objects: readonly ObjectAnswer[], hole: Range): EmptySpan['evidence'] =>
  objects
    .filter(({ span }) => clip([hole], span).length > 0)
    .slice(-EVIDENCE_KEPT)
    .map(({ request }) => request);
