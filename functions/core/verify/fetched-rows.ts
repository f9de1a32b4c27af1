import type { FetchContext, VenuePorts } from '../fetch/fetch-context.ts';
import { fetchMissing } from '../fetch/fetch-missing.ts';
import type { Page } from '../ledger/coverage.ts';
import { contains, intersect, normalize, type RangeSet, union } from '../time/range.ts';
import { type Cell, canonicalKey, canonicalLine, cellsAt } from './canonical.ts';
import type { Arrived } from './restated.ts';

export interface FetchedRow extends Arrived {
  readonly time: number;
  /** the object or request that it came from */
  readonly object: string;
}

/** What the venue tells of a span now. */
export interface Fetched {
  /** by key; the first of two, as it is stored */
  readonly rows: Map<string, FetchedRow>;
  /** about which the venue told, rows or none; the rest cannot be held against anything */
  readonly answered: RangeSet;
  /** archive objects that were read, with their hash */
  readonly objects: ReadonlyMap<string, string>;
}

/** Loads spans once more, from the best place, as a job would: nothing is written. */
export async function fetchAgain(
  ports: VenuePorts,
  context: FetchContext,
  wanted: RangeSet,
): Promise<Fetched> {
  const rows = new Map<string, FetchedRow>();
  const objects = new Map<string, string>();
  let told: RangeSet = [];
  for await (const page of fetchMissing(ports, context, wanted).pages) {
    if (page.series.source !== context.source.id) continue;
    if (page.sha256 !== undefined) objects.set(page.object, page.sha256);
    told = union(told, servedBy(page));
    collect(context, page, wanted, rows);
  }
  return { rows, answered: intersect(told, wanted), objects };
}

/** That the venue has forgotten is no word about the rows. */
function servedBy({ have, provisional = [], empty }: Page): RangeSet {
  const none = empty.filter(({ reason }) => reason !== 'source-expired').map(({ span }) => span);
  return union(union(normalize(have), normalize(provisional)), normalize(none));
}

function collect(
  { source: { table } }: FetchContext,
  { rows: batch, object }: Page,
  wanted: RangeSet,
  into: Map<string, FetchedRow>,
): void {
  for (let i = 0; i < batch.length; i++) {
    const time = batch.times[i]!;
    if (!contains(wanted, time)) continue;
    const cells: Cell[] = cellsAt(batch, i);
    const key = canonicalKey(table, cells);
    if (!into.has(key)) into.set(key, { line: canonicalLine(table, cells), time, object, batch, at: i });
  }
}
