import { GordonError } from '../errors/errors.ts';
import type { EmptySpan } from '../ledger/coverage.ts';
import { settledEnd } from '../series/borders.ts';
import { livesOf, longestRequest, type PagesTier, reachOf } from '../series/source.ts';
import { clip, hull, intersect, normalize, type Range, type RangeSet, subtract } from '../time/range.ts';
import { ceilTo } from '../time/time.ts';
import { stepOf } from '../time/timeframe.ts';
import { damagedIn, explainExpired } from './explain-expired.ts';
import { emptyPage, mayLieOutsideLife, type TierInput, type TierRun } from './fetch-progress.ts';
import { describeRequest, explain, readPage } from './read-page.ts';

type Input = TierInput<PagesTier>;

/**
 * Pages through what is missing; holes that fit into one page are requested together. As the last tier, what it does not
 * return is proven empty and explained.
 */
export async function* fillFromPages(input: Input): TierRun {
  const { context, tier } = input;
  let left = yield* explainBeyondReach(input);
  const pageMs = longestRequest(tier, stepOf(context.series.timeframe));
  while (left.length > 0) {
    if (tier.spanMs !== undefined) left = cutFirst(left, pageMs);
    const group = firstGroup(left, pageMs);
    const inside = await withinLives(input, group);
    yield* explainOutsideLives(input, subtract(group, inside));
    left = left.slice(group.length);
    if (inside.length === 0) continue;
    left = [...(yield* readOrForgotten(input, inside)), ...left];
  }
}

/** @returns what the venue still reaches */
async function* explainBeyondReach({ ports, context, tier, progress }: Input): TierRun<RangeSet> {
  const step = stepOf(context.series.timeframe);
  const reach = reachOf(tier, step);
  const reached = reach === undefined ? Number.NEGATIVE_INFINITY : ports.clock() - reach;
  let left: RangeSet = [];
  for (const wanted of progress.missing) {
    const range = skipExpired(wanted, reached, step);
    if (range) left = [...left, range];
    if (range === wanted) continue;
    const holes = subtract([wanted], range ? [range] : []);
    const empty = await explainExpired(context, progress, holes);
    const proven = normalize(empty.map(({ span }) => span));
    const unproven = damagedIn(progress, subtract(holes, proven));
    yield { page: { ...emptyPage(context, tier.name), empty, unproven } };
  }
  return left;
}

/** What lies wholly within the venue's reach; a step that begins before it would be refused. */
function skipExpired(range: Range, reached: number, step: number): Range | undefined {
  const start = ceilTo(Math.max(range.start, reached), step);
  if (range.start >= reached) return range;
  return start < range.end ? { start, end: range.end } : undefined;
}

/** The first range, with all that follow within one page of its beginning. */
function firstGroup(ranges: RangeSet, pageMs: number): RangeSet {
  const [first] = ranges;
  const beyond = ranges.findIndex(({ end }, i) => i > 0 && end - first!.start > pageMs);
  return beyond < 0 ? ranges : ranges.slice(0, beyond);
}

/** The ranges, the first of them in two where it is longer than one request may be. */
function cutFirst(ranges: RangeSet, longestMs: number): RangeSet {
  const [first, ...others] = ranges;
  if (!first || first.end - first.start <= longestMs) return ranges;
  const border = first.start + longestMs;
  return [{ start: first.start, end: border }, { start: border, end: first.end }, ...others];
}

/** Ranges are first cut to the symbol's lives: no request is spent on years in which it did not exist. */
async function withinLives({ context, progress }: Input, ranges: RangeSet): Promise<RangeSet> {
  if (!mayLieOutsideLife(progress)) return ranges;
  const listing = await context.listing();
  return listing ? intersect(ranges, livesOf(listing)) : ranges;
}

async function* explainOutsideLives(input: Input, holes: RangeSet): TierRun {
  if (holes.length === 0) return;
  yield { page: { ...emptyPage(input.context, input.tier.name), empty: await explain(input, holes) } };
}

/**
 * Yields a page, or the account of its ranges where the venue does not know the symbol any more.
 * @returns what is still to be requested of the ranges
 */
async function* readOrForgotten(input: Input, ranges: RangeSet): TierRun<RangeSet> {
  try {
    return yield* readPage(input, ranges);
  } catch (error) {
    const forgotten = error instanceof GordonError && error.code === 'unknown-symbol';
    if (!forgotten || input.context.archives === 'skipped') throw error;
    yield* explainForgotten(input, ranges, error);
    return [];
  }
}

/**
 * What is known of ranges where the venue does not know the symbol any more: what the objects of its archive say, or without an
 * archive that nobody can say what was there. That is not a proof: it stays missing, with the refusal as its cause.
 * @throws GordonError `unknown-symbol` when neither an archive nor an earlier lookup knew the symbol
 */
async function* explainForgotten(
  { ports, context, tier, progress }: Input,
  ranges: RangeSet,
  refusal: GordonError,
): TierRun {
  const { source, series } = context;
  const now = ports.clock();
  const what = describeRequest(tier.request(series, hull(ranges)!));
  yield { request: { what, status: 400, at: now } };
  await context.listing();
  const end = settledEnd(source, stepOf(series.timeframe), now);
  const holes = clip(ranges, { start: Number.NEGATIVE_INFINITY, end });
  const explained = await explainExpired(context, progress, holes);
  const nobodyKnows = ({ reason }: EmptySpan): boolean =>
    reason === 'source-expired' && !source.tiers.some(({ kind }) => kind === 'archive');
  const empty = explained.filter((one) => !nobodyKnows(one));
  const { code } = refusal;
  const message = `the venue does not know this symbol any more, and no archive has it (${refusal.message}).`;
  const refused = explained
    .filter(nobodyKnows)
    .map(({ span, evidence }) => ({ span, evidence, code, message }));
  const unproven = [
    ...damagedIn(progress, subtract(holes, normalize(explained.map(({ span }) => span)))),
    ...refused,
  ];
  yield { page: { ...emptyPage(context, what), empty, unproven } };
}
