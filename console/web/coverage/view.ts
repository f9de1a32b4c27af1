import type { Bucket } from '../../../functions/core/queries/bucket-runs.ts';
import type { Span } from './grid.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** The width of a bucket for the eye: the smallest that leaves some room for each. */
export function bucketFor({ from, to }: Span): Bucket {
  const days = (to - from) / DAY;
  if (days <= 16) return 'hour';
  return days <= 6 * 366 ? 'day' : 'month';
}

const SHORTEST = 12 * HOUR;

/** @param factor below 1 comes closer. @param at the instant that stays where it is */
export function zoomed(view: Span, all: Span, factor: number, at = (view.from + view.to) / 2): Span {
  const length = Math.max(SHORTEST, Math.min((view.to - view.from) * factor, all.to - all.from));
  const share = (at - view.from) / (view.to - view.from);
  return within({ from: at - share * length, to: at + (1 - share) * length }, all);
}

export const panned = (view: Span, all: Span, byMs: number): Span =>
  within({ from: view.from + byMs, to: view.to + byMs }, all);

/** The view moved so that it holds the span. */
export function showing(view: Span, all: Span, { from, to }: Span): Span {
  if (from < view.from) return panned(view, all, from - view.from);
  return to > view.to ? panned(view, all, to - view.to) : view;
}

function within(view: Span, all: Span): Span {
  const length = view.to - view.from;
  const from = Math.max(all.from, Math.min(view.from, all.to - length));
  return { from, to: Math.min(all.to, from + length) };
}

export interface Tick {
  readonly at: number;
  readonly label: string;
}

const STEPS: readonly [ms: number, label: (at: number) => string][] = [
  [HOUR, clock],
  [3 * HOUR, clock],
  [6 * HOUR, clock],
  [DAY, monthDay],
  [2 * DAY, monthDay],
  [7 * DAY, monthDay],
];

/** Marks of the time axis, on the calendar, at least this many px apart. */
export function ticksOf({ from, to }: Span, width: number, apart = 70): Tick[] {
  const most = Math.max(2, Math.floor(width / apart));
  const fitting = STEPS.find(([step]) => (to - from) / step <= most);
  if (fitting) {
    const [step, label] = fitting;
    const first = Math.ceil(from / step) * step;
    return Array.from(
      { length: Math.max(0, Math.ceil((to - first) / step)) },
      (_, i) => first + i * step,
    ).map((at) => ({ at, label: label(at) }));
  }
  const months = [1, 2, 3, 6, 12, 24, 60].find((n) => (to - from) / (n * 30.4 * DAY) <= most) ?? 120;
  return monthTicks({ from, to }, months);
}

function monthTicks({ from, to }: Span, months: number): Tick[] {
  const ticks: Tick[] = [];
  const start = new Date(from);
  for (let month = Math.ceil(start.getUTCMonth() / months) * months; ; month += months) {
    const at = Date.UTC(start.getUTCFullYear(), month);
    if (at >= to) return ticks;
    if (at >= from)
      ticks.push({ at, label: months % 12 === 0 ? yearOf(at) : new Date(at).toISOString().slice(0, 7) });
  }
}

const yearOf = (at: number): string => new Date(at).toISOString().slice(0, 4);
function monthDay(at: number): string {
  return new Date(at).toISOString().slice(5, 10);
}
function clock(at: number): string {
  const text = new Date(at).toISOString();
  return text.slice(11, 16) === '00:00' ? text.slice(5, 10) : text.slice(11, 16);
}
