import { GordonError } from '../errors/errors.ts';
import { accountedFor, readPaces } from '../ledger/account.ts';
import { type EmptySpan, explainHole, type Page } from '../ledger/coverage.ts';
import { arrivedEnd, settledEnd } from '../series/borders.ts';
import { type Finding, livesOf, type PagesTier, type Parsed, UNREADABLE_CELL } from '../series/source.ts';
import { rowsWithin } from '../series/table.ts';
import {
  clip,
  hull,
  intersect,
  normalize,
  type Range,
  type RangeSet,
  runsOf,
  subtract,
  union,
} from '../time/range.ts';
import { ceilTo } from '../time/time.ts';
import { stepOf } from '../time/timeframe.ts';
import { afterEnd } from './after-end.ts';
import { refuseEmpty } from './empty-answer.ts';
import { damagedIn, explainExpired } from './explain-expired.ts';
import { EVIDENCE_KEPT, type FetchContext, mayLieOutsideLife, type VenuePorts } from './fetch-context.ts';

/**
 * Pages through what is missing; holes that fit into one page are requested together. As the last tier, what it does not
 * return is proven empty and explained.
 */
export async function* fillFromPages(
  ports: VenuePorts,
  context: FetchContext,
  tier: PagesTier,
): AsyncGenerator<Page> {
  const reached = tier.reachMs === undefined ? Number.NEGATIVE_INFINITY : ports.clock() - tier.reachMs;
  let left: RangeSet = [];
  for (const wanted of context.missing) {
    const range = skipExpired(context, wanted, reached);
    if (range) left = [...left, range];
    if (range === wanted) continue;
    const holes = subtract([wanted], range ? [range] : []);
    const empty = await explainExpired(context, holes);
    const proven = normalize(empty.map(({ span }) => span));
    const unproven = damagedIn(context, subtract(holes, proven));
    yield { ...pageFrame(context, tier), empty, unproven };
  }
  const pageMs = tier.pageRows * stepOf(context.series.timeframe);
  while (left.length > 0) {
    const group = firstGroup(left, pageMs);
    const inside = await withinLives(context, group);
    yield* explained(context, tier, subtract(group, inside));
    left = left.slice(group.length);
    if (inside.length === 0) continue;
    const page = await readOrForgotten(ports, context, tier, inside);
    yield page.page;
    left = [...page.left, ...left];
  }
}

/** The first range, with all that follow within one page of its beginning. */
function firstGroup(ranges: RangeSet, pageMs: number): RangeSet {
  const [first] = ranges;
  const beyond = ranges.findIndex(({ end }, i) => i > 0 && end - first!.start > pageMs);
  return beyond < 0 ? ranges : ranges.slice(0, beyond);
}

/** A page, or the account of its ranges where the venue does not know the symbol any more. */
async function readOrForgotten(
  ports: VenuePorts,
  context: FetchContext,
  tier: PagesTier,
  ranges: RangeSet,
): Promise<{ readonly page: Page; readonly left: RangeSet }> {
  try {
    return await readPage(ports, context, tier, ranges);
  } catch (error) {
    if (!(error instanceof GordonError) || error.code !== 'unknown-symbol' || context.withoutArchive)
      throw error;
    return { page: await forgotten(ports, context, tier, ranges, error), left: [] };
  }
}

/**
 * What is known of ranges where the venue does not know the symbol any more: what the objects of its archive say, or without an
 * archive that nobody can say what was there. That is no proof: it stays missing, with the refusal as its cause.
 * @throws GordonError `unknown-symbol` when neither an archive nor an older look knew the symbol
 */
async function forgotten(
  ports: VenuePorts,
  context: FetchContext,
  tier: PagesTier,
  ranges: RangeSet,
  refusal: GordonError,
): Promise<Page> {
  const { source, series } = context;
  const now = ports.clock();
  const what = describe(tier.request(series, hull(ranges)!));
  context.asked.push({ what, status: 400, at: now });
  await context.listing();
  const end = settledEnd(source, stepOf(series.timeframe), now);
  const holes = clip(ranges, { start: Number.NEGATIVE_INFINITY, end });
  const explained = await explainExpired(context, holes);
  const nobodyKnows = ({ reason }: EmptySpan): boolean =>
    reason === 'source-expired' && !source.tiers.some(({ kind }) => kind === 'archive');
  const empty = explained.filter((one) => !nobodyKnows(one));
  const { code } = refusal;
  const message = `the venue does not know this symbol any more, and no archive has it (${refusal.message}).`;
  const refused = explained
    .filter(nobodyKnows)
    .map(({ span, evidence }) => ({ span, evidence, code, message }));
  const unproven = [
    ...damagedIn(context, subtract(holes, normalize(explained.map(({ span }) => span)))),
    ...refused,
  ];
  return { ...pageFrame(context, tier), object: what, empty, unproven };
}

/** What lies wholly within the venue's reach; a step that begins before it would be refused. */
function skipExpired(context: FetchContext, range: Range, reached: number): Range | undefined {
  const start = ceilTo(Math.max(range.start, reached), stepOf(context.series.timeframe));
  if (range.start >= reached) return range;
  return start < range.end ? { start, end: range.end } : undefined;
}

/** Ranges are first cut to the symbol's lives: no request is spent on years in which it did not exist. */
async function withinLives(context: FetchContext, ranges: RangeSet): Promise<RangeSet> {
  if (!mayLieOutsideLife(context)) return ranges;
  const listing = await context.listing();
  return listing ? intersect(ranges, livesOf(listing)) : ranges;
}

async function* explained(context: FetchContext, tier: PagesTier, holes: RangeSet): AsyncGenerator<Page> {
  if (holes.length === 0) return;
  yield { ...pageFrame(context, tier), empty: await explain(context, holes) };
}

/**
 * Reads one page and settles what it speaks about: the span from the first range's beginning to its last row, in the order
 * of paging. What lies beyond is requested by itself, even after a page that was not full, because only an answer without
 * any row proves that there is none: a mirror may cap its pages lower than the venue does.
 * @param wanted holes, in order; what lies between them is in the store already
 */
async function readPage(
  ports: VenuePorts,
  context: FetchContext,
  tier: PagesTier,
  wanted: RangeSet,
): Promise<{ page: Page; left: RangeSet }> {
  const { source, series } = context;
  const range = hull(wanted)!;
  const answer = await askFor(ports, context, tier, range);
  const { what, asOf, full, parsed } = answer;
  if (answer.isEmpty) await refuseEmpty(context, tier, range, answer);
  const marked = parsed ? await afterEnd(context, parsed.batch, wanted) : [];
  const findings = [...(parsed?.findings ?? []), ...marked];
  const frame = { ...pageFrame(context, tier), object: what, findings };
  const told = parsed ? rowsWithin(parsed.batch, [range]) : frame.rows;
  if (full && told.length === 0) throw outsideRange(what);
  const rows = wanted.length === 1 ? told : rowsWithin(told, wanted);
  const step = stepOf(series.timeframe);
  const upTo = { start: Number.NEGATIVE_INFINITY, end: settledEnd(source, step, asOf) };
  const spoken = spokenOf(range, runsOf(told.times, step), tier.direction);
  const events = source.table.cadence === 'irregular';
  const batch = parsed?.batch ?? rows;
  const arrived = { start: upTo.start, end: events ? arrivedEnd(source, step, asOf) : upTo.end };
  const answered = events ? clip([spoken], arrived) : [spoken];
  const paces = readPaces(source.table, batch);
  const accounted = accountedFor(source, series.timeframe, batch.times, answered, paces);
  // What has settled stays as it is, also where nothing ever said the pace: no row lies in a proven hole.
  const kept = events ? union(accounted, clip(runsOf(told.times, step), upTo)) : accounted;
  const have = intersect(kept, wanted);
  const [rest] = subtract([range], [spoken]);
  const beyond = rest && rest.start + step <= (full ? asOf : arrived.end) ? [rest] : [];
  const left = intersect(wanted, beyond);
  const holes = clip(subtract(wanted, union(have, left)), upTo);
  const unread = unreadIn(frame.findings);
  const empty = [
    ...(await explain(context, subtract(holes, unread))),
    // It is not that there was nothing at the venue: it was read, and has no value there.
    ...(await explain(context, intersect(holes, unread), 'not-published')),
  ];
  const provisional = events ? subtract(subtract(wanted, left), union(have, holes)) : [];
  return { page: { ...frame, rows, have, empty, provisional }, left };
}

interface Answered {
  readonly what: string;
  /** the venue's clock at the first answer: later parts may know more, none knows less */
  readonly asOf: number;
  /** there may be more than was told */
  readonly full: boolean;
  readonly parsed: Parsed | undefined;
  /** there was an answer, and nothing in it */
  readonly isEmpty: boolean;
}

async function askFor(
  ports: VenuePorts,
  context: FetchContext,
  tier: PagesTier,
  range: Range,
): Promise<Answered> {
  const { series } = context;
  const requests = tier.parts?.requests(series, range, ports.clock()) ?? [tier.request(series, range)];
  const answers: (Parsed & { readonly rowsInBody: number })[] = [];
  let asOf = Number.POSITIVE_INFINITY;
  for (const request of requests) {
    const answer = await ports.venue.get(request);
    context.asked.push({ what: describe(request), status: answer?.status ?? 404, at: ports.clock() });
    asOf = Math.min(asOf, answer?.asOf ?? ports.clock());
    if (answer) answers.push(tier.parse(answer.body, series, answer.asOf));
  }
  return {
    what: describe(requests[0]!),
    asOf,
    full: answers.some(({ rowsInBody }) => rowsInBody >= tier.pageRows),
    parsed: answers.length > 1 && tier.parts ? tier.parts.join(answers) : answers[0],
    isEmpty: answers.length > 0 && answers.every(({ rowsInBody }) => rowsInBody === 0),
  };
}

function spokenOf(range: Range, rows: RangeSet, direction: PagesTier['direction']): Range {
  const around = hull(clip(rows, range));
  if (!around) return range;
  return direction === 'forward'
    ? { start: range.start, end: around.end }
    : { start: around.start, end: range.end };
}

const outsideRange = (subject: string): GordonError =>
  new GordonError({
    code: 'page-outside-range',
    subject,
    message: 'the venue answered with a full page of which no row lies in the range that was asked for.',
  });

const unreadIn = (findings: readonly Finding[]): RangeSet =>
  normalize(
    findings.flatMap(({ kind, time, until }) =>
      kind === UNREADABLE_CELL && time !== undefined && until !== undefined
        ? [{ start: time, end: until }]
        : [],
    ),
  );

async function explain(
  context: FetchContext,
  holes: RangeSet,
  reason = context.source.holeReason,
): Promise<EmptySpan[]> {
  if (holes.length === 0) return [];
  const listing = await context.listing();
  const evidence = context.asked.slice(-EVIDENCE_KEPT);
  return holes.flatMap((hole) => explainHole(hole, listing, evidence, reason));
}

function pageFrame(context: FetchContext, tier: PagesTier): Page {
  const rows = { length: 0, times: new Float64Array(), columns: [] };
  return { series: context.series, rows, have: [], empty: [], findings: [], object: tier.name };
}

function describe(request: ReturnType<PagesTier['request']>): string {
  const query = Object.entries(request.query ?? {}).map(([key, value]) => `${key}=${value}`);
  return `GET ${request.path}?${query.join('&')}`;
}
