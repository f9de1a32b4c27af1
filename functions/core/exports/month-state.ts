import { CAUSES, type Cause, gapCause } from '../ledger/cause.ts';
import type { LedgerEntry } from '../queries/ports.ts';
import {
  clip,
  intersect,
  measure,
  normalize,
  type Range,
  type RangeSet,
  subtract,
  union,
} from '../time/range.ts';
import { DAY, floorTo } from '../time/time.ts';
import { type HeldObject, heldObjects } from '../verify/objects.ts';

/** How much of a day there is. */
export const CONDITIONS = ['available', 'pending', 'degraded', 'missing'] as const;
export type Condition = (typeof CONDITIONS)[number];

/** Where a month has no rows, and why. Times are epoch ms. */
export interface MonthGap extends Range {
  readonly cause: Cause;
  readonly error: string | null;
  readonly evidence: readonly unknown[];
}

export interface MonthState {
  /** every step of the month has a row or a proof that there is none */
  readonly complete: boolean;
  /** days one after another that are in the same condition */
  readonly days: readonly (Range & { readonly condition: Condition })[];
  readonly gaps: readonly MonthGap[];
  /** the venue's files that the rows came from */
  readonly objects: readonly HeldObject[];
}

export interface MonthFacts {
  readonly month: Range;
  /** what was ever requested of the series */
  readonly requested: RangeSet;
  /** spans of the ledger that touch the month */
  readonly entries: readonly LedgerEntry[];
  /** days of which rows were deleted by hand and that were not counted since */
  readonly uncounted: RangeSet;
  /** what ends later is not due yet; epoch ms */
  readonly due: number;
  /** of a table of steps: how many rows are stored in the month, and the length of a step, ms */
  readonly rows?: number;
  readonly step?: number;
}

/** Causes for which values that exist, or once did, are not here. With the others there are none, or none yet. */
const LOST: readonly Cause[] = ['source-error', 'ours', 'source-expired', 'retired', 'not-offered'];

/** What the ledger knows of a month of a series. */
export function monthState(facts: MonthFacts): MonthState {
  const { month, requested, entries, uncounted, due, rows = 0, step } = facts;
  const spansOf = (state: LedgerEntry['state']) => entries.filter((entry) => entry.state === state);
  const stated = clip(normalize(spansOf('have')), month);
  const doubtful = intersect(stated, normalize(uncounted));
  const have = subtract(stated, doubtful);
  const proofs = spansOf('empty').flatMap((entry) => explained(entry, [entry], month));
  const missing = subtract(subtract(clip(normalize(requested), month), have), normalize(proofs));
  const late = clip(missing, { start: due, end: Number.POSITIVE_INFINITY });
  let rest = subtract(subtract(missing, late), doubtful);
  const gaps = [
    ...proofs,
    ...late.map((range) => gap(range, 'not-yet-published')),
    ...doubtful.map((range) => ({ ...gap(range, 'ours'), error: UNCOUNTED })),
  ];
  for (const entry of spansOf('failed')) {
    gaps.push(...explained(entry, rest, month));
    rest = subtract(rest, [entry]);
  }
  gaps.push(...rest.map((range) => gap(range, gapCause(undefined))));
  gaps.sort((a, b) => a.start - b.start);
  const known = union(have, normalize(proofs));
  const isShort = step !== undefined && rows < measure(have) / step;
  const wanted = union(clip(normalize(requested), month), stated);
  return {
    complete: subtract([month], known).length === 0 && !isShort,
    days: conditions(month, { have: stated, late, wanted, gaps }),
    gaps,
    objects: heldObjects(entries),
  };
}

const UNCOUNTED = 'rows were deleted by hand, and what is left was not counted yet';

const gap = ({ start, end }: Range, cause: Cause): MonthGap => ({
  start,
  end,
  cause,
  error: null,
  evidence: [],
});

/** What an entry of the ledger explains of some ranges. */
function explained(entry: LedgerEntry, ranges: RangeSet, month: Range): MonthGap[] {
  const { state, reason, evidence } = entry;
  const message = (evidence[0] as { readonly message?: unknown } | undefined)?.message;
  return intersect(clip(ranges, month), [entry]).map((range) => ({
    ...gap(range, state === 'failed' ? gapCause(reason ?? undefined) : causeOf(reason)),
    error: state === 'failed' && typeof message === 'string' ? message : null,
    evidence,
  }));
}

const causeOf = (reason: string | null): Cause => CAUSES.find((cause) => cause === reason) ?? 'ours';

interface DayFacts {
  readonly have: RangeSet;
  readonly late: RangeSet;
  readonly wanted: RangeSet;
  readonly gaps: readonly MonthGap[];
}

function conditions(month: Range, { have, late, wanted, gaps }: DayFacts): MonthState['days'] {
  const lost = normalize(gaps.filter(({ cause }) => LOST.includes(cause)));
  const runs: { start: number; end: number; condition: Condition }[] = [];
  for (let start = floorTo(month.start, DAY); start < month.end; start += DAY) {
    const day = { start, end: start + DAY };
    const has = (set: RangeSet): boolean => clip(set, day).length > 0;
    if (!has(wanted)) continue;
    const condition = has(lost) ? (has(have) ? 'degraded' : 'missing') : has(late) ? 'pending' : 'available';
    const last = runs.at(-1);
    if (last?.end === start && last.condition === condition) last.end = day.end;
    else runs.push({ ...day, condition });
  }
  return runs;
}
