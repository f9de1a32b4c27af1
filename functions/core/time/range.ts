/** A half-open span of time `[start, end)` in epoch ms, UTC. Empty ranges (`start >= end`) are never kept in a set. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

/** Sorted, disjoint, non-touching ranges: one value for one set of instants, so sets compare by their members. */
export type RangeSet = readonly Range[];

/** Sorts, drops the empty and merges what overlaps or touches. */
export function normalize(ranges: Iterable<Range>): RangeSet {
  const sorted: Range[] = [];
  let isSorted = true;
  for (const r of ranges) {
    if (r.start >= r.end) continue;
    if (sorted.length > 0 && r.start < sorted.at(-1)!.start) isSorted = false;
    sorted.push(r);
  }
  if (!isSorted) sorted.sort((a, b) => a.start - b.start);
  const out: { start: number; end: number }[] = [];
  for (const r of sorted) {
    const last = out.at(-1);
    if (last && r.start <= last.end) last.end = Math.max(last.end, r.end);
    else out.push({ start: r.start, end: r.end });
  }
  return out;
}

/** What is in `a`, in `b` or in both. */
export const union = (a: RangeSet, b: RangeSet): RangeSet => normalize([...a, ...b]);

/** What is in `a` and not in `b`. */
export function subtract(a: RangeSet, b: RangeSet): RangeSet {
  const out: Range[] = [];
  let i = 0;
  for (const r of a) {
    let start = r.start;
    while (i < b.length && b[i]!.end <= start) i++;
    for (let j = i; j < b.length && b[j]!.start < r.end; j++) {
      if (b[j]!.start > start) out.push({ start, end: b[j]!.start });
      start = Math.max(start, b[j]!.end);
    }
    if (start < r.end) out.push({ start, end: r.end });
  }
  return out;
}

/** What is in both `a` and `b`. */
export function intersect(a: RangeSet, b: RangeSet): RangeSet {
  const out: Range[] = [];
  let j = 0;
  for (const r of a) {
    while (j < b.length && b[j]!.end <= r.start) j++;
    for (let k = j; k < b.length && b[k]!.start < r.end; k++) {
      const start = Math.max(r.start, b[k]!.start);
      const end = Math.min(r.end, b[k]!.end);
      if (start < end) out.push({ start, end });
    }
  }
  return out;
}

/** The part of a set within one range. */
export const clip = (set: RangeSet, to: Range): RangeSet => intersect(set, normalize([to]));

/** Total length in ms. */
export const measure = (set: RangeSet): number => set.reduce((sum, r) => sum + r.end - r.start, 0);

/** Whether an instant, epoch ms, lies in the set. */
export const contains = (set: RangeSet, at: number): boolean => set.some((r) => r.start <= at && at < r.end);

/** The smallest single range around the set; undefined for the empty set. */
export function hull(set: RangeSet): Range | undefined {
  return set.length === 0 ? undefined : { start: set[0]!.start, end: set.at(-1)!.end };
}

/**
 * A coarser set that has all of `set` and at most `most` ranges: gaps up to `near` are filled, and of the longer ones those
 * that are left over when the longest `most - 1` are kept.
 */
export function joinNear(set: RangeSet, near: number, most: number): RangeSet {
  const gaps = set.slice(1).map((r, i): Range => ({ start: set[i]!.end, end: r.start }));
  const kept = gaps
    .filter((gap) => gap.end - gap.start > near)
    .sort((a, b) => b.end - b.start - (a.end - a.start))
    .slice(0, most - 1);
  const whole = hull(set);
  return whole ? subtract([whole], normalize(kept)) : [];
}

/**
 * The set of whole steps that instants on a grid stand for: instant `t` covers `[t, t + step)`.
 * @param times sorted ascending
 */
export function runsOf(times: ArrayLike<number>, step: number): RangeSet {
  const out: { start: number; end: number }[] = [];
  for (let i = 0; i < times.length; i++) {
    const t = times[i]!;
    const last = out.at(-1);
    if (last && t <= last.end) last.end = Math.max(last.end, t + step);
    else out.push({ start: t, end: t + step });
  }
  return out;
}
