import { DAY, floorTo, HOUR, MINUTE } from '../../time/time.ts';

/** What a table took on disk at an instant. */
export interface SizeSample {
  /** epoch ms */
  readonly at: number;
  readonly name: string;
  readonly bytes: number;
}

/** The disk that holds the database; bytes. */
export interface Disk {
  readonly free: number;
  readonly total: number;
}

/** Units that were taken in the window of a rate budget that began at `at`. */
export interface BudgetWindow {
  /** epoch ms */
  readonly at: number;
  readonly used: number;
}

/** The fullest window of each minute, oldest first: windows may be shorter. */
export function minutesOf(windows: readonly BudgetWindow[]): BudgetWindow[] {
  const byMinute = Map.groupBy(windows, ({ at }) => floorTo(at, MINUTE));
  return [...byMinute]
    .map(([at, of]) => ({ at, used: Math.max(...of.map(({ used }) => used)) }))
    .sort((a, b) => a.at - b.at);
}

/** How far back growth is looked at; a first load says little about the days after it. */
export const GROWTH_SPAN = 7 * DAY;
/** Between two samples of so little time, growth is chance. */
const LEAST_SPAN = HOUR / 2;

export interface Growth {
  readonly name: string;
  readonly bytes: number;
  /** undefined: it has not been watched for long enough */
  readonly perDay: number | undefined;
}

/** The largest table first. */
export const growthOf = (samples: readonly SizeSample[]): Growth[] =>
  [...Map.groupBy(samples, ({ name }) => name)]
    .map(([name, of]) => ({ name, bytes: newest(of).bytes, perDay: growthPerDay(of) }))
    .sort((a, b) => b.bytes - a.bytes || (a.name < b.name ? -1 : 1));

/** The size of all tables at each instant, oldest first. */
export const totalsOf = (samples: readonly SizeSample[]): Omit<SizeSample, 'name'>[] =>
  [...Map.groupBy(samples, ({ at }) => at)]
    .map(([at, of]) => ({ at, bytes: of.reduce((sum, { bytes }) => sum + bytes, 0) }))
    .sort((a, b) => a.at - b.at);

/** Bytes a day between the first and the last sample; undefined: they lie too close together. */
export function growthPerDay(samples: readonly Omit<SizeSample, 'name'>[]): number | undefined {
  const [first, last] = [samples.reduce((a, b) => (b.at < a.at ? b : a), samples[0]!), newest(samples)];
  if (!first || last.at - first.at < LEAST_SPAN) return undefined;
  return ((last.bytes - first.bytes) / (last.at - first.at)) * DAY;
}

/** Days until nothing is free, at that pace; undefined: it does not grow, or nobody knows how fast. */
export const daysUntilFull = ({ free }: Disk, perDay: number | undefined): number | undefined =>
  perDay === undefined || perDay <= 0 ? undefined : free / perDay;

const newest = <T extends { readonly at: number }>(samples: readonly T[]): T =>
  samples.reduce((a, b) => (b.at > a.at ? b : a), samples[0]!);
