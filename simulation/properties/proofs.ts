import { settledEnd } from '../../functions/core/series/borders.ts';
import type { EmptyReason } from '../../functions/core/series/empty-reason.ts';
import type { Series } from '../../functions/core/series/series.ts';
import type { Source } from '../../functions/core/series/source.ts';
import {
  contains,
  intersect,
  measure,
  normalize,
  type Range,
  type RangeSet,
} from '../../functions/core/time/range.ts';
import { DAY, HOUR, iso, MINUTE } from '../../functions/core/time/time.ts';
import { stepOf } from '../../functions/core/time/timeframe.ts';
import type { Serving, VenueTruth } from '../venue/record/truth.ts';
import type { Held, JudgedSpan, Moment } from './held.ts';
import type { Violation, Violations } from './violations.ts';

/** A page and its commit take time. */
export const ON_ITS_WAY = 15 * MINUTE;
/** Proven by what the venue lists, whenever its rows are published. */
const BY_LIVES: ReadonlySet<EmptyReason> = new Set(['pre-listing', 'delisted']);

/**
 * Proofs of one answer that are longer than a source ever lacks rows within a life: whatever the venue answered, that is not a proof.
 */
export function tooLong(
  series: Series,
  { longestEmptyMs }: Pick<Source, 'longestEmptyMs'>,
  spans: readonly JudgedSpan[],
  lives: RangeSet,
): Violation[] {
  if (longestEmptyMs === undefined) return [];
  const answered = spans.filter(({ state, reason }) => state === 'empty' && !isRuled(reason as EmptyReason));
  // The ledger cuts spans at the ends of months.
  const answers = Map.groupBy(answered, ({ fetchedAt }) => fetchedAt);
  return [...answers].flatMap(([at, of]) =>
    normalize(of)
      .filter((proof) => measure(intersect([proof], lives)) >= longestEmptyMs)
      .map(({ start, end }): Violation => {
        const days = Math.round((end - start) / DAY);
        const why = `${days} days without a row were proven at ${iso(at)}, and none are for ${longestEmptyMs / DAY}`;
        return { breach: 'false proof', series, time: start, rows: days, why };
      }),
  );
}

/** Follows from a rule or from what is listed, and from no answer about rows. */
const isRuled = (reason: EmptyReason): boolean => BY_LIVES.has(reason) || reason === 'retired';

/** Judges a proof of emptiness by what the venue had when it was made. */
export function judgeProof(
  truth: VenueTruth,
  held: Held,
  { now, misled = [], skewed = [] }: Moment,
  span: JudgedSpan,
  found: Violations,
): void {
  const { series, source } = held;
  const reason = span.reason as EmptyReason;
  if (reason === 'retired') return;
  const settled = settledEnd(source, stepOf(series.timeframe), span.fetchedAt);
  if (!BY_LIVES.has(reason) && settled < span.end && !isMisled(skewed, span.fetchedAt)) {
    const why = `${reason} was proven at ${iso(span.fetchedAt)}, before the venue had time to publish`;
    found.add(Math.max(settled, span.start), ['false proof', why]);
  }
  if (isMisled(misled, span.fetchedAt)) return;
  for (const part of intersect(held.requested, [span])) {
    for (const time of truth.times(series, part)) {
      const known = truth
        .servings(series, time)
        .filter((one) => one.readable && !one.frozen && one.start <= now && wasToBeHad(one, span.fetchedAt));
      const [place] = known;
      if (!place) continue;
      const why = `${reason} was proven at ${iso(span.fetchedAt)}, and ${placeOf(place)} had it`;
      found.add(time, ['false proof', why]);
    }
  }
  if (reason !== 'pre-listing') return;
  for (const life of truth.traded(series)) {
    const [alive] = intersect([life], [span]);
    const first = alive && truth.times(series, alive)[0];
    if (first !== undefined && isToBeSeen(truth, series, life, span.fetchedAt))
      found.add(first, ['false proof', 'it was listed then']);
  }
}

/** Whether the venue shows anything of a life at an instant: one that had ended may be in no file yet. Looked at day by day. */
function isToBeSeen(truth: VenueTruth, series: Series, { start, end }: Range, at: number): boolean {
  for (let day = start; day < Math.min(end, at); day += DAY) {
    const [time] = truth.times(series, { start: day, end: Math.min(day + 8 * HOUR, end) });
    if (time === undefined) continue;
    if (truth.servings(series, time).some((one) => wasToBeHad(one, at))) return true;
  }
  return false;
}

/** Since some time before, and for some time after: the answer may have been on its way. */
export const wasToBeHad = ({ start, end }: Serving, at: number): boolean =>
  start <= at - ON_ITS_WAY && at + 2 * HOUR < end;

export const isMisled = (misled: RangeSet, at: number): boolean =>
  contains(misled, at) || intersect(misled, [{ start: at - ON_ITS_WAY, end: at }]).length > 0;

export const placeOf = ({ place, object }: Serving): string =>
  place === 'rest' ? 'the API' : `the ${place}'s file ${object}`;
