import type { FetchContext, VenuePorts } from '../fetch/fetch-context.ts';
import { fetchMissing } from '../fetch/fetch-missing.ts';
import type { Page } from '../ledger/coverage.ts';
import type { EmptyReason } from '../series/empty-reason.ts';
import { contains, intersect, normalize, type RangeSet, union } from '../time/range.ts';
import { type Cell, canonicalKey, canonicalLine, cellsAt } from './canonical.ts';
import type { Arrived } from './restated.ts';

export interface FetchedRow extends Arrived {
  readonly time: number;
  /** the object or request that it came from */
  readonly object: string;
}

/** What the venue serves for a span now. */
export interface Fetched {
  /** by key; the first of two, as it is stored */
  readonly rows: Map<string, FetchedRow>;
  /** spans for which the venue answered, with rows or without; the rest cannot be compared */
  readonly answered: RangeSet;
  /** archive objects that were read, with their hash */
  readonly objects: ReadonlyMap<string, string>;
}

/** Fetches spans once more through the tiers, as a job would, without writing anything. */
export async function fetchAgain(
  ports: VenuePorts,
  context: FetchContext,
  wanted: RangeSet,
): Promise<Fetched> {
  const rows = new Map<string, FetchedRow>();
  const objects = new Map<string, string>();
  let answered: RangeSet = [];
  for await (const page of fetchMissing(ports, context, wanted).pages) {
    if (page.series.source !== context.source.id) continue;
    if (page.sha256 !== undefined) objects.set(page.object, page.sha256);
    answered = union(answered, servedBy(page));
    collect(context, page, wanted, rows);
  }
  return { rows, answered: intersect(answered, wanted), objects };
}

/** That the venue does not serve a span, or no longer, proves nothing about its rows. */
function servedBy({ have, provisional = [], empty }: Page): RangeSet {
  const none = empty.filter(({ reason }) => !UNSERVED.has(reason)).map(({ span }) => span);
  return union(union(normalize(have), normalize(provisional)), normalize(none));
}

const UNSERVED: ReadonlySet<EmptyReason> = new Set(['source-expired', 'not-offered']);

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
