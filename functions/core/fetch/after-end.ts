import { BudgetExhausted, GordonError } from '../errors/errors.ts';
import { type Finding, type Listing, livesOf } from '../series/source.ts';
import { type Batch, countWithin, lowerBound } from '../series/table.ts';
import { clip, type RangeSet, subtract } from '../time/range.ts';
import { iso } from '../time/time.ts';
import { stepOf } from '../time/timeframe.ts';
import type { FetchContext } from './fetch-context.ts';

/**
 * Finds rows that an archive goes on to write after a contract's end, without trades. They are stored, and a finding names them. The
 * symbol's life is looked up only if the file ends with such rows, for a quiet symbol that still trades has them as well.
 * @param wanted of which rows of the batch are stored
 */
export async function afterEnd(context: FetchContext, batch: Batch, wanted: RangeSet): Promise<Finding[]> {
  const { source, series } = context;
  if (!source.traded || !endsFrozen(source.traded.frozen, batch, stepOf(series.timeframe))) return [];
  const listing = await listingIfKnown(context);
  if (!listing) return [];
  const lives = livesOf(listing);
  const since = { start: listing.listedAt, end: Number.POSITIVE_INFINITY };
  const step = stepOf(series.timeframe);
  return subtract([since], lives).flatMap((silence): Finding[] => {
    const stored = clip(wanted, silence);
    const rows = countWithin(batch.times, stored);
    if (rows === 0) return [];
    const held = stored.filter((range) => countWithin(batch.times, [range]) > 0);
    const time = batch.times[lowerBound(batch.times, held[0]!.start)]!;
    const until = batch.times[lowerBound(batch.times, held.at(-1)!.end) - 1]! + step;
    return [{ kind: AFTER_END, time, until, detail: { rows, ended: iso(silence.start) } }];
  });
}

/** The kind of a finding about rows from a time in which the symbol was not traded. */
const AFTER_END = 'after-end';

type Frozen = NonNullable<FetchContext['source']['traded']>['frozen'];

function endsFrozen(
  { column, value, forMs }: Frozen,
  { times, columns, length }: Batch,
  step: number,
): boolean {
  const data = columns[column];
  if (length === 0 || !(data instanceof Float64Array)) return false;
  const frozen = value ?? data[length - 1]!;
  const last = data.findLastIndex((of) => of !== frozen);
  if (last === length - 1) return false;
  return times[length - 1]! + step - times[last + 1]! >= Math.max(forMs, step);
}

/** Without a known life there is no finding: the last tier makes the same request and reports its refusal. */
async function listingIfKnown(context: FetchContext): Promise<Listing | undefined> {
  try {
    return await context.listing();
  } catch (error) {
    if (error instanceof BudgetExhausted || error instanceof GordonError) return undefined;
    throw error;
  }
}
