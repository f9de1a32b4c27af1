import { GordonError } from '../errors/errors.ts';
import { accountedFor, readPaces } from '../ledger/account.ts';
import { type EmptySpan, explainHole } from '../ledger/coverage.ts';
import { concatBatches } from '../series/batch.ts';
import { arrivedEnd, settledEnd } from '../series/borders.ts';
import {
  type Cursor,
  type Finding,
  type PagesTier,
  type Parsed,
  pageRequests,
  reachOf,
  UNREADABLE_CELL,
} from '../series/source.ts';
import { pickRows, rowsWithin } from '../series/table.ts';
import type { HttpRequest } from '../series/venue.ts';
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
import { ceilTo, floorTo } from '../time/time.ts';
import { stepOf } from '../time/timeframe.ts';
import { afterEnd } from './after-end.ts';
import { emptyPage, lastRequests, type TierInput, type TierRun } from './fetch-progress.ts';
import { outsideRange, refuseEmpty } from './refused-answers.ts';

type Input = TierInput<PagesTier>;

/**
 * Reads one page and settles what it speaks about: the span from the first range's beginning to its last row, in the order
 * of paging. What lies beyond is requested by itself, even after a page that was not full, because only an answer without
 * any row proves that there is none: a mirror may cap its pages lower than the venue does.
 * @param wanted holes, in order; what lies between them is in the store already
 * @returns what lies beyond the page, of what is wanted
 */
export async function* readPage(input: Input, wanted: RangeSet): TierRun<RangeSet> {
  const { context, tier } = input;
  const { source, series } = context;
  const range = hull(wanted)!;
  const answer = yield* requestReadable(input, range);
  const { what, asOf, full, parsed } = answer;
  if (answer.isEmpty) await refuseEmpty(context, tier, range, answer);
  const marked = parsed ? await afterEnd(context, parsed.batch, wanted) : [];
  const findings = [...(parsed?.findings ?? []), ...marked];
  const frame = { ...emptyPage(context, what), findings };
  const served = parsed ? rowsWithin(parsed.batch, [range]) : frame.rows;
  if (full && served.length === 0) throw outsideRange(what);
  const rows = wanted.length === 1 ? served : rowsWithin(served, wanted);
  const step = stepOf(series.timeframe);
  const upTo = { start: Number.NEGATIVE_INFINITY, end: settledEnd(source, step, asOf) };
  const spoken = answer.answered ?? answeredPart(range, runsOf(served.times, step), tier.direction);
  const events = source.table.cadence === 'irregular';
  const batch = parsed?.batch ?? rows;
  const arrived = { start: upTo.start, end: events ? arrivedEnd(source, step, asOf) : upTo.end };
  const answered = events ? clip([spoken], arrived) : [spoken];
  const paces = readPaces(source.table, batch);
  const accounted = accountedFor(source, series.timeframe, batch.times, answered, paces);
  // What has settled stays as it is, also where nothing ever said the pace: no row lies in a proven hole.
  const onGrid = events && !source.table.offGrid;
  const kept = onGrid ? union(accounted, clip(runsOf(served.times, step), upTo)) : accounted;
  const have = intersect(kept, wanted);
  const [rest] = subtract([range], [spoken]);
  const beyond = rest && rest.start + step <= (full ? asOf : arrived.end) ? [rest] : [];
  const left = intersect(wanted, beyond);
  const holes = clip(subtract(wanted, union(have, left)), upTo);
  const unread = unreadIn(frame.findings);
  const empty = [
    ...(await explain(input, subtract(holes, unread))),
    // It is not that there was nothing at the venue: it was read, and has no value there.
    ...(await explain(input, intersect(holes, unread), 'not-published')),
  ];
  const provisional = events ? subtract(subtract(wanted, left), union(have, holes)) : [];
  yield { page: { ...frame, rows, have, empty, provisional } };
  return left;
}

interface Answered {
  readonly what: string;
  /** the venue's clock at the first answer: later parts may know more, none knows less */
  readonly asOf: number;
  /** there may be more than was served */
  readonly full: boolean;
  readonly parsed: Parsed | undefined;
  /** there was an answer, and nothing in it */
  readonly isEmpty: boolean;
  /** of a walk by cursor: the whole steps that it speaks about */
  readonly answered?: Range;
}

/** Rows before a short range that show whether single cells of it are bad or the format has changed. */
const NEIGHBOURS = 24;

/**
 * If none of a few rows can be parsed, either their cells are bad or the format has changed. The rows before them decide, so they are
 * requested too. Without this the hole of one bad cell would be requested forever.
 * @throws GordonError `malformed-rows` when none of those can be parsed either
 */
async function* requestReadable(input: Input, range: Range): TierRun<Answered> {
  try {
    return yield* requestRange(input, range);
  } catch (error) {
    const around = withNeighbours(input, range);
    if (!(error instanceof GordonError) || error.code !== 'malformed-rows' || !around) throw error;
    return yield* requestRange(input, around);
  }
}

/** @returns undefined for a range that has rows enough, and where the venue has none before it */
function withNeighbours({ ports, context, tier }: Input, { start, end }: Range): Range | undefined {
  const step = stepOf(context.series.timeframe);
  const steps = (end - start) / step;
  const more = Math.min(NEIGHBOURS, tier.pageRows - steps - 1);
  if (tier.pageRows === Number.POSITIVE_INFINITY || steps >= NEIGHBOURS / 2 || more < 1) return undefined;
  const reach = reachOf(tier, step);
  const reached = reach === undefined ? 0 : ceilTo(ports.clock() - reach, step);
  const from = Math.max(start - more * step, reached);
  return from < start ? { start: from, end } : undefined;
}

async function* requestRange(input: Input, range: Range): TierRun<Answered> {
  const { ports, context, tier } = input;
  const { series } = context;
  if (tier.cursor) return yield* walkByCursor(input, tier.cursor, range);
  const requests = pageRequests(tier, series, range, ports.clock());
  const answers: (Parsed & { readonly rowsInBody: number })[] = [];
  let asOf = Number.POSITIVE_INFINITY;
  for (const one of requests) {
    const answer = await ports.venue.get(one);
    yield { request: { what: describeRequest(one), status: answer?.status ?? 404, at: ports.clock() } };
    asOf = Math.min(asOf, answer?.asOf ?? ports.clock());
    if (answer) answers.push(tier.parse(answer.body, series, answer.asOf));
  }
  return {
    what: describeRequest(requests[0]!),
    asOf,
    full: answers.some(({ rowsInBody }) => rowsInBody >= tier.pageRows),
    parsed: answers.length > 1 && tier.parts ? tier.parts.join(answers) : answers[0],
    isEmpty: answers.length > 0 && answers.every(({ rowsInBody }) => rowsInBody === 0),
  };
}

/** More pages than the busiest step has: a venue that goes round in circles is not followed forever. */
const MOST_PAGES = 1_000;

/**
 * Follows the rows from the range's beginning until they hold a whole step or end: a step with more rows than a page is read as a
 * whole, and what was read of the step after it is requested again.
 */
async function* walkByCursor(
  { ports, context: { series, source }, tier }: Input,
  { longestMs, next, idColumn }: Cursor,
  range: Range,
): TierRun<Answered> {
  const step = stepOf(series.timeframe);
  const within = { start: range.start, end: Math.min(range.end, range.start + longestMs) };
  const first = tier.request(series, within);
  const what = describeRequest(first);
  const pages: Parsed[] = [];
  const seen = new Set<unknown>();
  let asOf = Number.POSITIVE_INFINITY;
  for (let request = first; pages.length < MOST_PAGES; ) {
    const answer = await ports.venue.get(request);
    const at = ports.clock();
    yield { request: { what: describeRequest(request), status: answer?.status ?? 404, at } };
    asOf = Math.min(asOf, answer?.asOf ?? at);
    const page = answer && tier.parse(answer.body, series, answer.asOf);
    if (page) pages.push(idColumn === undefined ? page : withoutSeen(page, idColumn, seen));
    const full = page !== undefined && page.rowsInBody >= tier.pageRows;
    const last = page?.batch.times.at(-1) ?? Number.NEGATIVE_INFINITY;
    const whole = floorTo(last, step);
    if (!full || whole > within.start) {
      const answered = full ? { ...within, end: Math.min(whole, within.end) } : within;
      const batch = concatBatches(
        source.table,
        pages.map((one) => one.batch),
      );
      const parsed = { batch, findings: pages.flatMap(({ findings }) => findings) };
      return { what, asOf, full, parsed, isEmpty: batch.length === 0, answered };
    }
    if (last < within.start) break;
    request = next(page, series, within);
  }
  throw outsideRange(what);
}

/** A page without the rows that an earlier one of the walk had. @param seen takes in the others */
function withoutSeen(page: Parsed, idColumn: number, seen: Set<unknown>): Parsed {
  const data = page.batch.columns[idColumn]!;
  if ('constant' in data) throw new TypeError('an id that is the same in all rows distinguishes none');
  const fresh = Array.from({ length: page.batch.length }, (_, i) => i).filter((i) => !seen.has(data[i]));
  for (const i of fresh) seen.add(data[i]);
  return fresh.length === page.batch.length ? page : { ...page, batch: pickRows(page.batch, fresh) };
}

function answeredPart(range: Range, rows: RangeSet, direction: PagesTier['direction']): Range {
  const around = hull(clip(rows, range));
  if (!around) return range;
  return direction === 'forward'
    ? { start: range.start, end: around.end }
    : { start: around.start, end: range.end };
}

const unreadIn = (findings: readonly Finding[]): RangeSet =>
  normalize(
    findings.flatMap(({ kind, time, until }) =>
      kind === UNREADABLE_CELL && time !== undefined && until !== undefined
        ? [{ start: time, end: until }]
        : [],
    ),
  );

/** Why holes have no rows, with the last requests as the proof. */
export async function explain(
  { context, progress }: Pick<Input, 'context' | 'progress'>,
  holes: RangeSet,
  reason = context.source.holeReason,
): Promise<EmptySpan[]> {
  if (holes.length === 0) return [];
  const listing = await context.listing();
  const evidence = lastRequests(progress);
  return holes.flatMap((hole) => explainHole(hole, listing, evidence, reason));
}

/** A request as evidence names it. */
export function describeRequest({ path, query = {}, json }: HttpRequest): string {
  if (json) return `POST ${path} ${JSON.stringify(json)}`;
  const pairs = Object.entries(query).map(([key, value]) => `${key}=${value}`);
  return `GET ${path}?${pairs.join('&')}`;
}
