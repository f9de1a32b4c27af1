import { type Series, seriesLabel } from '../series/series.ts';
import { type PagesTier, type Restates, reachOf } from '../series/source.ts';
import { type Period, periodAt, periodsIn } from '../time/period.ts';
import { clip, hull, measure, normalize, type RangeSet } from '../time/range.ts';
import { ceilTo, HOUR } from '../time/time.ts';
import { stepOf } from '../time/timeframe.ts';

/** A page takes time, and what is within the venue's reach at its start must still be at its end. */
const MARGIN = HOUR;

/** The spans that one turn fetches again: its portion of the history, or all of it if that takes no more requests. */
export function spansForTurn(
  tier: Pick<PagesTier, 'pageRows' | 'reachMs' | 'reachRows'>,
  restates: Restates,
  series: Series,
  held: RangeSet,
  turn: number,
  now: number,
): RangeSet {
  const whole = hull(held);
  if (!whole) return [];
  const step = stepOf(series.timeframe);
  const pages = (set: RangeSet): number =>
    set.reduce((sum, range) => sum + Math.max(1, Math.ceil(measure([range]) / step / tier.pageRows)), 0);
  const portion = selectPortion(series, held, restates, turn, now);
  const chosen = pages([whole]) <= pages(portion) ? [whole] : portion;
  const reach = reachOf(tier, step);
  if (reach === undefined) return chosen;
  const start = ceilTo(now - reach + MARGIN, step);
  return clip(chosen, { start, end: Number.POSITIVE_INFINITY });
}

/**
 * The months of a history that one turn compares: the newest ones, and a share of the others. The share depends on series,
 * month and turn alone, and each month is in it once in every `sampledIn` consecutive turns.
 */
export function selectPortion(
  series: Series,
  held: RangeSet,
  { recentMonths, sampledIn }: Restates,
  turn: number,
  now: number,
): RangeSet {
  const around = hull(held);
  if (!around) return [];
  const recent = monthsBefore(now, recentMonths - 1);
  const chosen = periodsIn('month', around).filter(
    (month) => month.start >= recent || isDrawn(series, month, turn, sampledIn),
  );
  return clip(normalize(chosen), around);
}

const isDrawn = (series: Series, { name }: Period, turn: number, sampledIn: number): boolean =>
  (hashOf(`${seriesLabel(series)} ${name}`) + turn) % sampledIn === 0;

/** The beginning of the month that many months before that of an instant. */
function monthsBefore(at: number, months: number): number {
  const first = new Date(periodAt('month', at).start);
  return Date.UTC(first.getUTCFullYear(), first.getUTCMonth() - months, 1);
}

/** FNV-1a, 32 bits: spreads months evenly over the turns. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (const letter of text) hash = Math.imul(hash ^ letter.codePointAt(0)!, 0x01000193);
  return hash >>> 0;
}
