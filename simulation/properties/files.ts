import { type Series, seriesLabel } from '../../functions/core/series/series.ts';
import { clip, measure, type RangeSet } from '../../functions/core/time/range.ts';
import { HOUR, iso } from '../../functions/core/time/time.ts';
import type { JudgedSpan } from './held.ts';

/** A file as the archive has it now. */
export interface PublishedFile {
  /** since when; epoch ms */
  readonly modified: number;
  readonly sha256: string;
}

/** The watcher's turns are six hours apart. */
const CHANCE = 13 * HOUR;

/**
 * What the ledger has of a file is of the edition that the archive has, unless that is newer than the watcher had time to see.
 * @param fileOf undefined where the archive has no such file, or a damaged one
 * @param calm when nothing went wrong
 * @returns breaches in words
 */
export function judgeFiles(
  series: Series,
  spans: readonly Pick<JudgedSpan, 'state' | 'object' | 'sha256' | 'fetchedAt'>[],
  fileOf: (object: string) => PublishedFile | undefined,
  calm: RangeSet,
): string[] {
  const old = new Set<string>();
  for (const { state, object, sha256, fetchedAt } of spans) {
    if (state !== 'have' || object === null || sha256 === null) continue;
    const file = fileOf(object);
    if (!file || file.sha256 === sha256 || fetchedAt > file.modified) continue;
    const chance = measure(clip(calm, { start: file.modified, end: Number.POSITIVE_INFINITY }));
    if (chance >= CHANCE)
      old.add(`${seriesLabel(series)} has ${object} as it was before ${iso(file.modified)}`);
  }
  return [...old];
}
