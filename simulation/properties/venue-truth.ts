import { settledEnd } from '../../functions/core/series/borders.ts';
import { UNREADABLE_CELL } from '../../functions/core/series/source.ts';
import {
  clip,
  measure,
  normalize,
  type Range,
  type RangeSet,
  subtract,
} from '../../functions/core/time/range.ts';
import { DAY, HOUR, iso } from '../../functions/core/time/time.ts';
import { stepOf } from '../../functions/core/time/timeframe.ts';
import type { Serving, VenueTruth } from '../venue/record/truth.ts';
import type { Held, JudgedSpan, Moment, StoredRow } from './held.ts';
import { isMisled, judgeProof, ON_ITS_WAY, placeOf, tooLong, wasToBeHad } from './proofs.ts';
import { type Judgement, type Violation, Violations } from './violations.ts';

/** Archives are compared once in a while, and a proof is renewed after a day at least. */
const PATIENCE = 3 * DAY;
/** What the venue forgets must have been available for this much calm time. */
const CHANCE = DAY;
/** Lives are looked up again each week. */
const LIVES = 8 * DAY;

/** Answers are compared each day, by a schedule that runs each hour. */
const COMPARED = 26 * HOUR;

/** From when on each turn compares all answers: the beginning of the first of this many months, the present one included. */
const recentFrom = (now: number, months: number): number => {
  const date = new Date(now);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() - months + 1);
};

/** Judges what a series has by the venue's own record. */
export function judgeSeries(truth: VenueTruth, held: Held, moment: Moment): Violation[] {
  const labelled = held.source.tiers.some((tier) => tier.kind === 'archive' && tier.labels);
  const found = new Violations(held.series, labelled ? (moment.relabelled ?? []) : []);
  const spanAt = spansOf(held.spans);
  const stored = new Set<number>();
  for (const row of held.rows) {
    stored.add(row.time);
    found.add(row.time, judgeRow(truth, held, moment, row, spanAt(row.time)));
  }
  for (const range of held.requested) {
    for (const time of truth.times(held.series, range)) {
      if (!stored.has(time)) found.add(time, judgeLack(truth, held, moment, time, spanAt(time)));
    }
  }
  for (const span of held.spans) if (span.state === 'empty') judgeProof(truth, held, moment, span, found);
  return [...found.all(), ...tooLong(held.series, held.source, held.spans, truth.traded(held.series))];
}

type SpanAt = (time: number) => JudgedSpan | undefined;

/** The span with rows or the proof that an instant lies in: these never overlap. */
function spansOf(spans: readonly JudgedSpan[]): SpanAt {
  const sorted = spans.filter(({ state }) => state !== 'failed').sort((a, b) => a.start - b.start);
  return (time) => {
    let [low, high] = [0, sorted.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (sorted[middle]!.start <= time) low = middle + 1;
      else high = middle;
    }
    const span = sorted[low - 1];
    return span && time < span.end ? span : undefined;
  };
}

function judgeRow(
  truth: VenueTruth,
  { series, source }: Held,
  { now, calm, patienceMs = PATIENCE, aheadMs = 0 }: Moment,
  row: StoredRow,
  span: JudgedSpan | undefined,
): Judgement {
  const { time } = row;
  const known = truth
    .servings(series, time)
    .filter(({ start, readable }) => readable && start <= now + aheadMs);
  if (known.length === 0) return ['never there', 'the venue never had such a row'];
  const same = known.filter((serving) => truth.has(series, time, serving, row));
  if (same.length === 0) return ['other value', 'no edition of the venue has this value'];
  if (!span?.sha256) {
    // What was answered is compared with what is answered now.
    if (!span || !source.restates || time < recentFrom(now, source.restates.recentMonths)) return undefined;
    const newest = known.filter(({ place, end }) => place === 'rest' && end > now).at(-1);
    if (!newest || same.some(({ edition }) => edition === newest.edition)) return undefined;
    const chance = measure(clip(calm, { start: newest.start, end: now }));
    return chance < COMPARED ? undefined : ['stale', `the API has another value since ${iso(newest.start)}`];
  }
  // Its file is compared with what the archive publishes now.
  const unit = /-\d{4}-\d{2}-\d{2}\.zip$/.test(span.object ?? '') ? 'day' : 'month';
  const newest = known.filter(({ place, end }) => place === unit && end > now).at(-1);
  if (!newest || newest.start > now - patienceMs) return undefined;
  if (same.some(({ edition }) => edition === newest.edition)) return undefined;
  return ['stale', `its file has another value since ${iso(newest.start)}`];
}

function judgeLack(
  truth: VenueTruth,
  held: Held,
  moment: Moment,
  time: number,
  span: JudgedSpan | undefined,
): Judgement {
  const { series, source, since } = held;
  const { now, calm, patienceMs = PATIENCE } = moment;
  const step = stepOf(series.timeframe);
  if (time + (source.instants ? 0 : step) > settledEnd(source, step, now)) return undefined;
  const account = span?.state === 'empty' ? span : undefined;
  if (account?.reason === 'retired') return undefined;
  const servings = truth.servings(series, time).filter(({ frozen }) => !frozen);
  const readable = servings.filter((one) => one.readable && one.start <= now);
  if (readable.length === 0) {
    const unreadable = servings.some(({ start }) => start <= (account?.fetchedAt ?? now));
    if (!account || !unreadable || isFound(held, time)) return undefined;
    return ['lost without a finding', 'one of its cells cannot be parsed'];
  }
  if (account && isExcused(account, readable, moment)) return undefined;
  const calmOf = (start: number, end: number): number =>
    measure(clip(calm, { start: Math.max(start, since), end: Math.min(end, now) }));
  const present = readable.find(({ start, end }) => start < now - ON_ITS_WAY && end > now);
  if (present) {
    const enough = calmOf(present.start, now) >= Math.min(patienceMs, CHANCE);
    if (!enough) return undefined;
    return ['missing', `${placeOf(present)} has it since ${iso(present.start)}, ${accountOf(account)}`];
  }
  const chance = readable.reduce((sum, { start, end }) => sum + calmOf(start, end), 0);
  if (chance < CHANCE) return undefined;
  return ['missed', `it was available for ${Math.floor(chance / HOUR)} calm hours, ${accountOf(account)}`];
}

/** A proof that was true, or that a faulty answer made, holds until it is due to be renewed. */
function isExcused(
  span: JudgedSpan,
  readable: readonly Serving[],
  { now, misled = [], patienceMs = PATIENCE }: Moment,
): boolean {
  if (span.reason === 'pre-listing' || span.reason === 'delisted') return now < span.fetchedAt + LIVES;
  const wasThere = readable.some((one) => wasToBeHad(one, span.fetchedAt));
  if (wasThere && !isMisled(misled, span.fetchedAt)) return false;
  if (span.reason !== 'venue-outage' && span.reason !== 'not-published') return !wasThere;
  const due = span.fetchedAt + Math.max(DAY, span.fetchedAt - span.end);
  return now < due + patienceMs;
}

const isFound = ({ findings }: Held, at: number): boolean =>
  findings.some(
    ({ kind, time, until }) =>
      kind === UNREADABLE_CELL && time !== undefined && time <= at && at < (until ?? time + 1),
  );

const accountOf = (span: JudgedSpan | undefined): string =>
  span
    ? `and the ledger has ${span.reason} of ${iso(span.fetchedAt)}`
    : 'and the ledger has no account of it';

/** When nothing was wrong: a range without the times of the faults, each with what follows it. */
export const calmWithin = (range: Range, faults: readonly Range[], aftermathMs: number): RangeSet =>
  subtract([range], normalize(faults.map(({ start, end }) => ({ start, end: end + aftermathMs }))));
