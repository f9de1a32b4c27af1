import type { PlannedChunk } from '../ledger/plan.ts';
import type { Sources } from '../series/source.ts';
import type { ChunkProgress } from './job.ts';

/**
 * Siblings have their rows in the same objects. In each period one of them goes ahead and brings the others' rows; the next
 * wave sees what is left. Without this each of them would load the same objects at the same time.
 * @param before chunks that the job has planned already: one that went ahead once does not defer its siblings again
 */
export function deferSiblings(
  planned: readonly PlannedChunk[],
  before: readonly ChunkProgress[],
  sources: Sources,
): PlannedChunk[] {
  const tried = new Set(before.map(({ label }) => label));
  const ahead = new Set<string>();
  return planned.filter(({ chunk: { source, label } }) => {
    const { siblings = [] } = sources[source]!;
    // A label begins with the source and is the same after it for all siblings.
    const theirs = siblings.map((sibling) => `${sibling}${label.slice(source.length)}`);
    if (theirs.some((other) => ahead.has(other))) return false;
    if (siblings.length > 0 && !tried.has(label) && !theirs.some((other) => tried.has(other)))
      ahead.add(label);
    return true;
  });
}
