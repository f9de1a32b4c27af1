import { DAY, HOUR, MINUTE, SECOND } from '../../functions/core/time/time.ts';

/** Where the buckets of an interval begin. Weeks begin on Monday. */
export interface Interval {
  readonly name: string;
  /** length in ms; a calendar month's is that of its longest */
  readonly step: number;
  /** start of the bucket that holds the instant; `shift` moves days, weeks and months against UTC, ms */
  floor(at: number, shift?: number): number;
  /** start of the bucket after the one that starts at `open` */
  after(open: number, shift?: number): number;
}

const grid = (name: string, step: number, origin = 0): Interval => {
  const moved = step >= DAY;
  const floor = (at: number, shift = 0): number => {
    const by = (moved ? shift : 0) - origin;
    return Math.floor((at + by) / step) * step - by;
  };
  return { name, step, floor, after: (open) => open + step };
};

const month: Interval = {
  name: '1M',
  step: 31 * DAY,
  floor(at, shift = 0) {
    const d = new Date(at + shift);
    return Date.UTC(d.getUTCFullYear(), d.getUTCMonth()) - shift;
  },
  after(open, shift = 0) {
    const d = new Date(open + shift);
    return Date.UTC(d.getUTCFullYear(), d.getUTCMonth() + 1) - shift;
  },
};

const MONDAY = 4 * DAY;

const ALL: readonly Interval[] = [
  grid('1s', SECOND),
  ...[1, 3, 5, 15, 30].map((n) => grid(`${n}m`, n * MINUTE)),
  ...[1, 2, 4, 6, 8, 12].map((n) => grid(`${n}h`, n * HOUR)),
  grid('1d', DAY),
  grid('3d', 3 * DAY),
  grid('1w', 7 * DAY, MONDAY),
  month,
];

export const INTERVALS: ReadonlyMap<string, Interval> = new Map(ALL.map((i) => [i.name, i]));
